"""A school says yes without an account: the learner asks, an official signs by a link."""

from datetime import date
from typing import Any

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.http import Request, UserRequest, address_of, allow
from placements.actions.schools import SchoolLinkOver, answer_school, ask_school, revoke_school
from placements.forms.schools import AskSchoolForm, SchoolAnswerForm
from placements.links import read_school
from placements.models import Application, SchoolApproval
from placements.permissions import is_guest
from placements.queries import days_to_approve, may_ask_school, wants_school
from placements.views.applications import visible
from placements.views.review import unlisted

# Each is a mail to a stranger.
ASKS = {"school": "10/d/user"}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def ask(request: UserRequest, code: str) -> HttpResponse:
    """Whom to ask, what was asked before, and what the school said."""
    found = visible(request, code)
    allow(is_guest(request.user, found))
    if not wants_school(found):
        messages.info(request, _("This rotation asks for no approval by a school."))
        return redirect(found)
    if request.method != "POST":
        return _ask_page(request, found, AskSchoolForm())
    if "revoke" in request.POST:
        return _revoke(request, found)
    return _send(request, found, AskSchoolForm(request.POST))


def _send(request: UserRequest, found: Application, form: AskSchoolForm) -> HttpResponse:
    if form.is_valid():
        if not ratelimit.consume(request, app="placements", action="school", config=ASKS):
            form.add_error(None, _("That were many mails in one day. Go on tomorrow."))
            return _ask_page(request, found, form, status=429)
        try:
            ask_school(found, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Asked. We write to you as soon as your school answers."))
            return redirect("placements:school", found.code)
    return _ask_page(request, found, form, status=422)


def _ask_page(
    request: UserRequest, found: Application, form: AskSchoolForm, *, status: int = 200
) -> HttpResponse:
    days, host = days_to_approve(found), found.listing.preceptor_id
    facts = {
        "application": found,
        "days": days,
        "form": form,
        "approvals": [(one, one.covers(host, days)) for one in found.school_approvals.all()],
        "may_ask": may_ask_school(found),
    }
    return render(request, "placements/school_ask.html", facts, status=status)


def _revoke(request: UserRequest, found: Application) -> HttpResponse:
    approval = get_object_or_404(found.school_approvals, code=request.POST["revoke"])
    try:
        revoke_school(approval, by=request.user)
    except SchoolLinkOver as refusal:
        messages.info(request, refusal.messages[0])
    else:
        messages.success(request, _("Taken back. The link does not work any more."))
    return redirect("placements:school", found.code)


@never_cache
@unlisted
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: Request, token: str) -> HttpResponse:
    """What the official is asked. Looking changes nothing: scanners of mail look too.

    A link that ended and one that never was look alike; one that has been answered says how.
    """
    approval = read_school(token)
    if approval is None or approval.state in {"revoked", "expired"}:
        return render(request, "placements/school_over.html", status=404)
    if approval.state != "waiting":
        status = 409 if request.method == "POST" else 200
        return _link_page(request, approval, None, status=status)
    if request.method != "POST":
        return _link_page(request, approval, SchoolAnswerForm(last_day=approval.end_on))
    form = SchoolAnswerForm(request.POST, last_day=approval.end_on)
    if not form.is_valid():
        return _link_page(request, approval, form, status=422)
    try:
        answer_school(approval, address=address_of(request), **form.cleaned_data)
    except SchoolLinkOver:
        approval.refresh_from_db()
        return _link_page(request, approval, None, status=409)
    return redirect("placements:school_link", token)


def _link_page(
    request: Request, approval: SchoolApproval, form: SchoolAnswerForm | None, *, status: int = 200
) -> HttpResponse:
    facts: dict[str, Any] = {
        "approval": approval,
        "facts": approval.facts,
        "first_day": date.fromisoformat(approval.facts["start_on"]),
        "last_day": date.fromisoformat(approval.facts["end_on"]),
        "form": form,
    }
    return render(request, "placements/school.html", facts, status=status)
