from collections.abc import Iterator
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.mfa.utils import decrypt
from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from outbox.models import Message

PAGE_SIZE = 50


@dataclass(frozen=True)
class Code:
    """What a demo coordinator's phone would show now."""

    email: str
    code: str


def _codes() -> Iterator[Code]:
    keys = Authenticator.objects.filter(
        type=Authenticator.Type.TOTP, user__is_demo=True, user__is_staff=True
    ).select_related("user")
    counters = list(yield_hotp_counters_from_time())
    now = counters[len(counters) // 2]
    for key in keys.order_by("user__email"):
        value = hotp_value(decrypt(key.data["secret"]), now)
        yield Code(key.user.email, format_hotp_value(value))


def _only_in_development() -> None:
    if not settings.SHOW_MAILBOX:
        raise Http404


@require_safe
@never_cache
def mailbox(request: HttpRequest) -> HttpResponse:
    """Every mail the portal owes or sent, newest first, and the demo staff's codes."""
    _only_in_development()
    found = Message.objects.order_by("-pk")
    query = request.GET.get("q", "").strip()
    if query:
        found = found.filter(Q(recipient__icontains=query) | Q(subject__icontains=query))
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "query": query, "codes": list(_codes())}
    return render(request, "outbox/mailbox.html", context)


@require_safe
@never_cache
def message(request: HttpRequest, pk: int) -> HttpResponse:
    _only_in_development()
    found = get_object_or_404(Message, pk=pk)
    return render(request, "outbox/message.html", {"message": found})


@require_safe
@never_cache
@xframe_options_sameorigin
@csp(  # type: ignore[arg-type]  # its types know only views without arguments
    {
        "default-src": [NONE],
        "style-src": [UNSAFE_INLINE],
        "script-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [SELF],
        "sandbox": ["allow-top-navigation-by-user-activation", "allow-popups"],
    }
)
def message_html(request: HttpRequest, pk: int) -> HttpResponse:
    """The HTML as a mail program shows it: styles of its own, and nothing that runs."""
    _only_in_development()
    html = get_object_or_404(Message, pk=pk).as_html()
    return HttpResponse(html.replace("<head>", '<head><base target="_top">', 1))
