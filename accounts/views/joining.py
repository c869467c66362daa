"""How somebody becomes one of us: by the link of an invitation, or by offering a rotation."""

from contextlib import suppress
from typing import Any, cast

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.core.internal import ratelimit
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions import (
    AlreadyPreceptor,
    InvitationOver,
    accept_as_newcomer,
    accept_invitation,
    ask_to_join,
    register_preceptor,
)
from accounts.forms import FactsForm, OfferForm, acceptance_form
from accounts.http import Request, UserRequest, address_of, remember_roles
from accounts.kinds import InvitationKind
from accounts.models import Invitation, User
from accounts.permissions import stands
from accounts.queries import account_of, has_shown, invitation_of, roles

OFFERS = {"offer": "10/h/ip"}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: Request, code: str) -> HttpResponse:
    """Who invites to what. Looking changes nothing; a button accepts, once."""
    found = invitation_of(code)
    if found is None or not stands(found):
        return _over(request, found)
    user = request.user if request.user.is_authenticated else None
    if user is None and account_of(found.email):
        return _sign_in(request, found)
    if user is not None and not has_shown(user, found.email):
        return _page(request, found, None, status=403, is_other=True)
    posted = request.POST if request.method == "POST" else None
    initial = {**found.facts, "email": found.email}
    form = acceptance_form(found.kind, is_new=user is None)(posted, initial=initial)
    if posted is None:
        return _page(request, found, form)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    return _accept(request, found, form, user)


def _over(request: Request, found: Invitation | None) -> HttpResponse:
    status = 404 if found is None else 410
    response = render(
        request, "accounts/invitation_over.html", {"invitation": found}, status=status
    )
    response["X-Robots-Tag"] = "noindex"
    return response


def _sign_in(request: Request, found: Invitation) -> HttpResponse:
    """Her address has an account: she comes in by it, and only she (promise A12)."""
    if request.method == "POST":
        return redirect_to_login(request.path)
    return _page(request, found, None, has_account=True)


def _page(
    request: Request,
    found: Invitation,
    form: forms.Form | None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    facts = {"invitation": found, "form": form, **more}
    response = render(request, "accounts/invitation.html", facts, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response


def _accept(
    request: Request, found: Invitation, form: forms.Form, user: User | None
) -> HttpResponse:
    try:
        if user is not None:
            accept_invitation(found, by=user, facts=form.cleaned_data)
            remember_roles(request, roles(user))
            return redirect(_welcome(request, found, user))
        newcomer = accept_as_newcomer(
            found,
            facts=form.cleaned_data,
            password=form.cleaned_data["password1"],
            address=address_of(request),
        )
    except InvitationOver:
        return _over(request, found)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _page(request, found, form, status=422)
    # What she chose a second ago need not be typed again for the second factor.
    record_authentication(request, newcomer, method="password", reauthenticated=True)
    target = _welcome(request, found, newcomer)
    return cast("HttpResponse", perform_login(request, newcomer, redirect_url=target))


def _welcome(request: Request, found: Invitation, user: User) -> str:
    """Where she begins; staff with the second factor, before anything else."""
    if found.kind == InvitationKind.COORDINATOR:
        return reverse("admin:index" if is_mfa_enabled(user) else "mfa_activate_totp")
    if found.preceptor:
        said = _("You act for the office of %(preceptor)s now.")
        messages.success(request, said % {"preceptor": found.preceptor.address_as})
        return reverse("placements:inbox")
    return reverse("accounts:joined")


@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: Request) -> HttpResponse:
    """A preceptor says who she is. From a stranger it is a mail first; nobody learns more by it."""
    known = request.user if request.user.is_authenticated else None
    if known and known.is_preceptor:
        return redirect("accounts:joined")
    form = (FactsForm if known else OfferForm)(request.POST or None)
    if request.method == "POST" and not ratelimit.consume(
        request, app="accounts", action="offer", config=OFFERS
    ):
        form.add_error(None, _("Too many offers came from your connection. Try again in an hour."))
        return _offer_page(request, form, status=429)
    if request.method == "POST" and form.is_valid():
        return _offered(request, form, known)
    return _offer_page(request, form, status=422 if request.method == "POST" else 200)


def _offered(request: Request, form: forms.Form, known: User | None) -> HttpResponse:
    if known:
        with suppress(AlreadyPreceptor):  # a second click
            register_preceptor(known, by=known, facts=form.cleaned_data)
        remember_roles(request, roles(known))
        return redirect("accounts:joined")
    facts = dict(form.cleaned_data)
    ask_to_join(facts.pop("email"), facts)
    return redirect("accounts:offered")


def _offer_page(request: Request, form: forms.Form, *, status: int) -> HttpResponse:
    return render(request, "accounts/offer.html", {"form": form}, status=status)


@require_safe
def offered(request: Request) -> HttpResponse:
    """The mail is on its way: the same for an address that we know and one that we do not."""
    return render(request, "accounts/offered.html")


@require_safe
@login_required
def joined(request: UserRequest) -> HttpResponse:
    """What comes next for a preceptor who has joined."""
    if not request.user.is_preceptor:
        return redirect("accounts:offer")
    preceptor = request.user.preceptor_profile
    facts = {"preceptor": preceptor, "licences": preceptor.licences.all()}
    return render(request, "accounts/joined.html", facts)
