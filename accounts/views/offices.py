"""A preceptor's delegates: whom she asked, who acts for her, and whom one acts for oneself."""

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions import (
    choose_office_mail,
    end_delegation,
    invite,
    revoke_invitation,
    send_again,
)
from accounts.forms import DelegateForm, OfficeMailForm
from accounts.http import UserRequest, allow
from accounts.kinds import InvitationKind
from accounts.models import Delegation, Invitation

INVITATIONS = {"invite": "20/h/user"}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def delegates(request: UserRequest) -> HttpResponse:
    """Who acts for her and for whom she acts; a preceptor invites here."""
    user = request.user
    allow(user.is_preceptor or user.is_delegate)
    if request.method != "POST":
        return _page(request, DelegateForm())
    allow(user.is_preceptor)
    form = DelegateForm(request.POST)
    if not ratelimit.consume(request, app="accounts", action="invite", config=INVITATIONS):
        form.add_error(None, _("Many invitations went out within the hour. Wait a little."))
        return _page(request, form, status=429)
    if form.is_valid() and _invite(request, form):
        messages.success(request, _("The invitation is on its way."))
        return redirect("accounts:delegates")
    return _page(request, form, status=422)


def _invite(request: UserRequest, form: DelegateForm) -> bool:
    try:
        invite(
            InvitationKind.DELEGATE,
            form.cleaned_data["email"],
            by=request.user,
            preceptor=request.user.preceptor_profile,
        )
    except ValidationError as refusal:
        form.add_error("email", refusal)
        return False
    return True


def _page(request: UserRequest, form: DelegateForm, *, status: int = 200) -> HttpResponse:
    user, current = request.user, Delegation.objects.current()
    facts = {"form": form, "mine": current.filter(person=user).select_related("preceptor__user")}
    if user.is_preceptor:
        preceptor = user.preceptor_profile
        facts |= {
            "preceptor": preceptor,
            "delegations": current.filter(preceptor=preceptor).select_related("person"),
            "invitations": preceptor.invitations.unanswered(),
            "mail_form": OfficeMailForm(initial={"wanted": preceptor.office_gets_mail}),
        }
    return render(request, "accounts/delegates.html", facts, status=status)


@require_POST
@login_required
def office_mail(request: UserRequest) -> HttpResponse:
    """Whether her delegates get the mails too."""
    allow(request.user.is_preceptor)
    form = OfficeMailForm(request.POST)
    if form.is_valid():
        choose_office_mail(
            request.user.preceptor_profile, by=request.user, wanted=form.cleaned_data["wanted"]
        )
        messages.success(request, _("Saved."))
    return redirect("accounts:delegates")


@require_POST
@login_required
def delegation_end(request: UserRequest, code: str) -> HttpResponse:
    """The preceptor takes the right away, or the delegate gives it back."""
    hers = Delegation.objects.filter(Q(preceptor__user=request.user) | Q(person=request.user))
    delegation = get_object_or_404(hers.select_related("preceptor__user", "person"), code=code)
    end_delegation(delegation, by=request.user)
    messages.success(request, _("Ended. It holds from now on, on every page."))
    if request.user.is_preceptor:
        return redirect("accounts:delegates")
    return redirect("accounts:dashboard")


@require_POST
@login_required
def invitation_again(request: UserRequest, code: str) -> HttpResponse:
    try:
        send_again(_hers(request, code), by=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, _("Sent once more. The older link is dead."))
    return redirect("accounts:delegates")


@require_POST
@login_required
def invitation_revoke(request: UserRequest, code: str) -> HttpResponse:
    try:
        revoke_invitation(_hers(request, code), by=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, _("Taken back. Its link opens nothing any more."))
    return redirect("accounts:delegates")


def _hers(request: UserRequest, code: str) -> Invitation:
    return get_object_or_404(Invitation, code=code, preceptor__user=request.user)
