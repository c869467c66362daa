"""Request types for views, and who may go on."""

from typing import cast

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from accounts.models import User

# In the session: what she works as, and for who is several, what she could.
ROLE, ROLES = "role", "roles"


class Request(HttpRequest):
    """Any request that passed the middleware."""

    htmx: HtmxDetails


class UserRequest(Request):
    """A request behind ``login_required``."""

    user: User


def person(request: HttpRequest) -> User:
    """Who asks, where a sign-in is certain: in the admin."""
    return cast("User", request.user)


def is_page_of_ours(target: str) -> bool:
    """Whether an address that came along may be gone to.

    Only from the root: ``redirect`` would look up anything else as the name of a view.
    """
    return target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)


def back(request: HttpRequest) -> str:
    """Where she came from, if that is a page of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    return target if is_page_of_ours(target) else ""


def allow(permitted: bool, why: str = "") -> None:  # noqa: FBT001  reads as a sentence
    """Raises ``PermissionDenied``: what the user may see but not do is 403."""
    if not permitted:
        raise PermissionDenied(why)


def remember_roles(request: HttpRequest, held: list[str]) -> None:
    """For the header, which asks no table for them on every page."""
    several = held if len(held) > 1 else []
    if request.session.get(ROLES, []) != several:
        request.session[ROLES] = several


def role_of(request: HttpRequest, held: list[str]) -> str:
    """The one she chose last, while it is hers; else the first. Empty for somebody new."""
    chosen = request.session.get(ROLE, "")
    return chosen if chosen in held else next(iter(held), "")


def address_of(request: HttpRequest) -> str | None:
    """The caller's address, believing only the proxies that are ours."""
    address: str | None = get_adapter(request).get_client_ip(request)
    return address
