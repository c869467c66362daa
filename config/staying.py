"""How long somebody stays signed in, and that she is told before it ends (promises A10, W10)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil
from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import person
from accounts.models import User
from config.kept import keep
from config.sessions import SessionStore

IDLE = timedelta(hours=12)
IDLE_STAFF = timedelta(minutes=30)
LONGEST = timedelta(days=7)
LONGEST_STAFF = timedelta(hours=12)
# A use is written down once a minute at most.
GRAIN = timedelta(minutes=1)
WAS = "was-signed-in"


class SessionLimits:
    """Signs out who was away for too long, and everybody in the end."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            session = _session(request)
            if timezone.now() > ends_at(session, person(request)):
                _sign_out(request)
            elif not _only_asks(request) and timezone.now() - _used(session) > GRAIN:
                request.session.modified = True
        response = self.get_response(request)
        if request.method == "POST" and not request.user.is_authenticated:
            return _kept(request, response)
        return response


def _sign_out(request: HttpRequest) -> None:
    """Sign her out, and remember who it was: what she sends next may wait for her."""
    owner = request.user.pk
    logout(request)
    request.session[WAS] = owner
    messages.info(
        request, _("You were signed out to protect your account. Sign in to go on where you were.")
    )


def _kept(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """What needs somebody signed in waits until she is; anything else goes its way."""
    owner = request.session.get(WAS)
    if owner is None or not _asks_to_sign_in(response) or not keep(request, owner):
        return response
    target = urlencode({"next": reverse("kept")})
    return redirect(f"{reverse('account_login')}?{target}")


def ends_at(session: SessionStore, user: User) -> datetime:
    """When she is signed out unless she does something; at the latest, whatever she does."""
    idle, longest = (IDLE_STAFF, LONGEST_STAFF) if user.is_staff else (IDLE, LONGEST)
    return min(_used(session) + idle, (session.began or timezone.now()) + longest)


def _used(session: SessionStore) -> datetime:
    return session.used or timezone.now()


def _session(request: HttpRequest) -> SessionStore:
    return cast(SessionStore, request.session)


def _only_asks(request: HttpRequest) -> bool:
    """A page that looks at the clock is no use of it."""
    return request.method in {"GET", "HEAD"} and request.path == reverse("stay")


def _asks_to_sign_in(response: HttpResponse) -> bool:
    doors = (reverse("account_login"), reverse("admin:login"))
    return response.get("Location", "").startswith(doors)


@require_http_methods(["GET", "HEAD", "POST"])
def stay(request: HttpRequest) -> HttpResponse:
    """The seconds that are left. A POST is a use, so it starts the clock anew."""
    if not request.user.is_authenticated:
        return JsonResponse({"seconds": 0})
    if request.method == "POST":
        request.session.save()
    return JsonResponse({"seconds": seconds_left(request)})


def seconds_left(request: HttpRequest) -> int:
    """Rather one too many: who is told that she is out must be."""
    return max(
        0, ceil((ends_at(_session(request), person(request)) - timezone.now()).total_seconds())
    )
