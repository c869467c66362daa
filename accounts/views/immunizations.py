"""A learner's immunization facts, beside the form that a health professional signs."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import queries
from accounts.actions import add_fact, has_consented, remove_fact
from accounts.forms.immunizations import FactForm
from accounts.http import UserRequest
from accounts.kinds import ConsentKind
from accounts.models import User


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def immunizations(request: UserRequest) -> HttpResponse:
    """What she has, whether it is enough, and a form for one more. After her consent alone."""
    if not has_consented(request.user, ConsentKind.HEALTH):
        here = {"next": request.path}
        return redirect(f"{reverse('privacy:health')}?{urlencode(here)}")
    if request.method != "POST":
        return _page(request, FactForm())
    form = FactForm(request.POST)
    if form.is_valid():
        try:
            add_fact(request.user, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("It is in your record."))
            return redirect("accounts:immunizations")
    return _page(request, form, status=422)


def _page(request: UserRequest, form: FactForm, *, status: int = 200) -> HttpResponse:
    today = timezone.localdate(timezone=request.user.zone)
    facts = {"form": form, **record_of(request.user, today)}
    return render(request, "accounts/immunizations.html", facts, status=status)


def record_of(owner: User, today: date) -> dict[str, Any]:
    rows = list(owner.immunization_facts.all())
    verdicts = queries.immunity([row.shot for row in rows], first=today, last=today)
    return {"rows": rows, "verdicts": verdicts, "met": sum(not one.is_open for one in verdicts)}


@require_POST
@login_required
def immunization_remove(request: UserRequest, code: str) -> HttpResponse:
    """Hers to take back, seen by staff or not."""
    remove_fact(get_object_or_404(request.user.immunization_facts, code=code), by=request.user)
    messages.success(request, _("It is taken out of your record."))
    return redirect("accounts:immunizations")
