"""The way out: what goes and what stays, the password once more, and days to think again."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import Request, UserRequest
from privacy.actions.erasures import cancel_erasure, request_erasure
from privacy.forms import EraseForm
from privacy.models import Erasure
from privacy.queries import days_of, holdups
from privacy.terms import Term


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@reauthentication_required
def erase(request: UserRequest) -> HttpResponse:
    """Says plainly what happens; refuses while something is under way, and says what."""
    user = request.user
    if Erasure.objects.open().filter(person=user).exists():
        return redirect("privacy:home")
    form = EraseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            request_erasure(user, by=user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Noted. Until the day you can call it off here."))
            return redirect("privacy:home")
    facts = {
        "form": form,
        "holdups": holdups(user),
        "grace": days_of(Term.ERASURE_GRACE).days,
        "kept_years": days_of(Term.PLACEMENTS).days // 365,
        "record_years": days_of(Term.RECORD).days // 365,
    }
    return render(request, "privacy/erase.html", facts, status=422 if form.is_bound else 200)


@require_POST
@login_required
def call_off(request: UserRequest) -> HttpResponse:
    """From her own page: nothing but the sign-in is needed to keep an account."""
    erasure = get_object_or_404(Erasure.objects.open(), person=request.user)
    cancel_erasure(erasure, by=request.user)
    messages.success(request, _("Your account stays."))
    return redirect("privacy:home")


@require_http_methods(["GET", "HEAD", "POST"])
def keep(request: Request, code: str) -> HttpResponse:
    """From the mail, without a sign-in: a page with a button; opening it changes nothing."""
    erasure = Erasure.objects.open().select_related("person").filter(code=code).first()
    if erasure is None:
        raise Http404
    if request.method == "POST":
        cancel_erasure(erasure, by=erasure.person)
        messages.success(request, _("Your account stays."))
        return redirect("account_login")
    return render(request, "privacy/keep.html", {"erasure": erasure})
