"""What holds for every request and every answer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast
from urllib.parse import unquote_plus

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from config.sessions import SessionStore

Answer = Callable[[HttpRequest], HttpResponse]


class Headers:
    """Headers that Django's own middleware does not know."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault(
            "Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=()"
        )
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class CleanInput:
    """Refuses what no form of ours can mean and PostgreSQL would choke on: NUL bytes."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if "\x00" in unquote_plus(query) or "\x00" in request.path:
            return HttpResponseBadRequest(render_to_string("400.html", request=request))
        return self.get_response(request)


class PrivateByDefault:
    """Whatever a signed-in person sees stays out of every cache."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
            response["Cache-Control"] = "no-store, private"
        return response


class SessionLimits:
    """Signs out who was away for too long, and everybody in the end (promise A10)."""

    IDLE_STAFF = timedelta(minutes=30)
    LONGEST = timedelta(days=7)
    LONGEST_STAFF = timedelta(hours=12)
    # A use is written down once a minute at most. Anyone idle for SESSION_COOKIE_AGE is out anyway.
    GRAIN = timedelta(minutes=1)

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            if self._is_over(request):
                logout(request)
            elif _age(cast(SessionStore, request.session).used) > self.GRAIN:
                request.session.modified = True
        return self.get_response(request)

    def _is_over(self, request: HttpRequest) -> bool:
        session = cast(SessionStore, request.session)
        if not request.user.is_staff:
            return _age(session.began) > self.LONGEST
        return _age(session.began) > self.LONGEST_STAFF or _age(session.used) > self.IDLE_STAFF


def _age(moment: datetime | None) -> timedelta:
    return timezone.now() - moment if moment else timedelta()


class StaffSecondFactor:
    """Staff cannot act before they have a second factor (promise A4)."""

    # Where somebody without one may go: to get one, or to leave.
    OPEN_PATHS = ("/accounts/", "/static/", "/healthz", "/readyz", "/theme", "/dev/mail/")

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if (
            user.is_authenticated
            and user.is_staff
            and not request.path.startswith(self.OPEN_PATHS)
            and not is_mfa_enabled(user)
        ):
            messages.warning(
                request, _("Coordinators need a second factor. Set one up, then go on.")
            )
            return redirect(reverse("mfa_index"))
        return self.get_response(request)
