"""What holds for every request and every answer."""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import unquote_plus

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

Answer = Callable[[HttpRequest], HttpResponse]
# Tries at a password or code are counted over five minutes.
PAUSE = "300"
# Recovery codes alone are no factor: nobody is asked for them alone.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


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


class PlainAnswers:
    """What a library's page says, its status says too: a form with faults is no success."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_template_response(
        self, request: HttpRequest, response: TemplateResponse
    ) -> TemplateResponse:
        form = (response.context_data or {}).get("form")
        faults = getattr(form, "errors", None)
        if request.method == "POST" and faults and response.status_code == HTTPStatus.OK:
            response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
            if _is_limit(faults):
                response.status_code = HTTPStatus.TOO_MANY_REQUESTS
                response["Retry-After"] = PAUSE
        return response


def _is_limit(faults: ErrorDict) -> bool:
    found = {fault.code for faults_of_one in faults.as_data().values() for fault in faults_of_one}
    return not found.isdisjoint({"too_many_login_attempts", "rate_limited"})


class StaffSecondFactor:
    """Staff reach no page before they have a second factor (promise A4)."""

    # What somebody without one may do: set one up, prove who she is, leave.
    OPEN_PATHS = (
        "/accounts/2fa/",
        "/accounts/reauthenticate/",
        "/accounts/logout/",
        "/accounts/password/set/",
        "/static/",
        "/theme",
        "/healthz",
        "/readyz",
        "/stay/",
        "/dev/mail/",
    )

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if (
            user.is_authenticated
            and user.is_staff
            and not request.path.startswith(self.OPEN_PATHS)
            and not is_mfa_enabled(user, FACTORS)
        ):
            messages.warning(
                request, _("Coordinators need a second factor. Set one up, then go on.")
            )
            return redirect(reverse("mfa_index"))
        return self.get_response(request)
