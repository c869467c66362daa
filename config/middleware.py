"""What holds for every request and every answer."""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_plus, urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import logout
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from pghistory.middleware import HistoryMiddleware
from requests import RequestException

from accounts.answers import answers_of
from config.logs import without_secrets

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


class History(HistoryMiddleware):
    """Which page changed a row; a link out of a mail would go on opening what it opens."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().get_context(request)
        return {**context, "url": without_secrets(context["url"])}


class PrivateByDefault:
    """What a signed-in person sees, or one who told us of herself, stays out of every cache."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_hers = request.user.is_authenticated or answers_of(request)
        if is_hers and not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
            response["Cache-Control"] = "no-store, private"
        return response


class PlainAnswers:
    """What a library's page says, its status says too: a form with faults is no success.

    And where another provider is away, its page says that.
    """

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

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, RequestException) and request.path.startswith("/accounts/"):
            page = "socialaccount/authentication_error.html"
            return render(request, page, status=HTTPStatus.SERVICE_UNAVAILABLE)
        return None


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


class FreshSignIn:
    """Who has neither password nor second factor proves by signing in anew (promise A11).

    The library asks the others; these it would let through.
    """

    LATELY = 300
    PAGES = frozenset(
        {
            "account_email",
            "account_set_password",
            "mfa_activate_totp",
            "mfa_add_webauthn",
            "mfa_generate_recovery_codes",
            "privacy:ask_copy",
            "privacy:erase",
            "privacy:export",
            "socialaccount_connections",
        }
    )

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        user, page = request.user, request.resolver_match
        if not user.is_authenticated or page is None or page.view_name not in self.PAGES:
            return None
        if get_reauthentication_flows(user) or self._came_lately(request):
            return None
        logout(request)
        messages.info(
            request, _("Before something about your account changes, sign in once more by a code.")
        )
        target = urlencode({"next": request.path})
        return redirect(f"{reverse('account_request_login_code')}?{target}")

    def _came_lately(self, request: HttpRequest) -> bool:
        records = get_authentication_records(request, request.user)
        return bool(records) and time.time() - records[-1]["at"] < self.LATELY
