"""Pages for what went wrong: plain words, the right status, nothing revealed."""

import sys
from base64 import b64encode
from hashlib import sha256

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import requires_csrf_token

from config.kept import fields_of

# Most limits count a minute; those that count longer say so beside.
RETRY_AFTER = "60"
PAGE_500 = settings.BASE_DIR / "templates" / "500.html"


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "400.html", status=400)


@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "403.html", {"why": str(exception or "")}, status=403)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The same for what is not there and for what is somebody else's."""
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Without database or context: whatever broke may be either. A database that is away passes."""
    page = PAGE_500.read_text()
    headers = {"Content-Security-Policy": _policy_of(page)}
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return HttpResponse(page, status=503, headers={**headers, "Retry-After": "30"})
    return HttpResponse(page, status=500, headers=headers)


def _policy_of(page: str) -> str:
    """The page brings its own style, as style sheets may be what is missing; it alone may."""
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; img-src 'self'; style-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open for too long, or came from elsewhere."""
    return render(request, "403_csrf.html", status=403)


@requires_csrf_token
def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What she typed can be sent again from the page itself, once she has waited."""
    facts = {"fields": fields_of(request), "action": request.get_full_path()}
    response = render(request, "429.html", facts, status=429)
    response["Retry-After"] = RETRY_AFTER
    return response
