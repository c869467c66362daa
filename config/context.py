"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.http import ROLES, role_of
from accounts.kinds import Role
from accounts.models import User
from accounts.queries import is_demo_portal
from config.staying import seconds_left
from placements.queries import review_queue
from rotations.views.shelf import SAVED
from threads.queries import unread_count

THEMES = ("light", "dark")


def portal(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get("theme", "")
    return {
        "portal": settings.PORTAL,
        "site_url": settings.SITE_URL,
        "is_demo": is_demo_portal(),
        "theme": theme if theme in THEMES else "",
        "nav": Navigation(request),
        "seconds_left": lambda: seconds_left(request),
    }


class Navigation:
    """The links of the header, by who is looking; asked for only where a page draws them."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def __iter__(self) -> Any:
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            return iter(self._visitors())
        return iter(self._own(user))

    @property
    def others(self) -> list[Role]:
        """What else she is and can work as."""
        held = self.request.session.get(ROLES, [])
        return [Role(role) for role in held if role != role_of(self.request, held)]

    def _visitors(self) -> list[dict[str, Any]]:
        """Somebody signed out; what she saved is asked of her session, which most have none of."""
        last = self._link("guides:guide", _("For preceptors"), "for-preceptors")
        kept = [self._saved()] if SAVED in getattr(self.request, "session", ()) else []
        return [*self._public(), *kept, last]

    def _saved(self) -> dict[str, Any]:
        return self._link("rotations:saved", _("Saved"))

    def _own(self, user: User) -> list[dict[str, Any]]:
        held = self.request.session.get(ROLES, [])
        role = role_of(self.request, held)
        if user.practices and role in {"", Role.PRECEPTOR, Role.DELEGATE}:
            return self._office(user)
        mine = self._link("placements:my_applications", _("My applications"))
        links = [*self._public(), self._saved(), mine]
        if user.is_staff and role in {"", Role.COORDINATOR}:
            links[-1] = self._link("admin:index", _("Admin"))
        return [*links, self._messages(user)]

    def _messages(self, user: User) -> dict[str, Any]:
        link = self._link("threads:threads", _("Messages"), count=unread_count(user))
        return {**link, "here": link["here"] or self._in_messages}

    @property
    def _in_messages(self) -> bool:
        """A conversation's address lies below its application's."""
        return self.request.path.endswith("/messages/")

    def _office(self, user: User) -> list[dict[str, Any]]:
        """A preceptor's links; letters are hers alone."""
        waiting = review_queue(user.practices).count()
        learners = self._link("placements:learners", _("Learners"))
        calendar = self._link("placements:year", _("Calendar"))
        links = [
            self._link("placements:inbox", _("Requests"), count=waiting),
            {**learners, "here": learners["here"] and not calendar["here"]},
            calendar,
            self._link("rotations:my_listings", _("Listings")),
        ]
        if user.is_preceptor:
            links.append(self._link("letters:requests", _("Letters")))
        return [*links, self._messages(user)]

    def _public(self) -> list[dict[str, Any]]:
        return [
            self._link("rotations:catalogue", _("Rotations")),
            self._link("rotations:specialties", _("Specialties")),
            self._link("guides:index", _("Guides")),
        ]

    def _link(self, name: str, label: str, *args: str, count: int = 0) -> dict[str, Any]:
        url = reverse(name, args=args)
        return {
            "url": url,
            "label": label,
            "count": count,
            "here": self.request.path.startswith(url) and not self._in_messages,
        }
