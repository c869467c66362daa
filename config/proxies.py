"""Whose word about a request's origin counts: that of proxies that a setting names (promise D9)."""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse

FORWARDED = (
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_REAL_IP",
)


class Origin:
    """Puts the caller's own address into ``REMOTE_ADDR`` and forgets what anybody could claim.

    Everything behind it asks ``REMOTE_ADDR`` alone: limits, the audit trail, lists of sessions.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        facts = request.META
        claimed = facts.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if is_ours(facts.get("REMOTE_ADDR", "")):
            facts["REMOTE_ADDR"] = origin([*claimed, facts["REMOTE_ADDR"]])
        else:
            facts.pop("HTTP_X_FORWARDED_PROTO", None)
        for header in FORWARDED:
            facts.pop(header, None)
        return self.get_response(request)


def origin(hops: list[str]) -> str:
    """The nearest hop that is no proxy of ours; what lies beyond it is only said.

    A hop that is no address ends the walk: the proxy before it is the best we know.
    """
    nearest = hops[-1]
    for hop in reversed([hop.strip() for hop in hops]):
        if not _is_address(hop):
            return nearest
        nearest = hop
        if not is_ours(hop):
            return nearest
    return nearest


def is_ours(address: str) -> bool:
    if not _is_address(address):
        return False
    return any(ip_address(address) in network for network in settings.TRUSTED_PROXIES)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
