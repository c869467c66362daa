"""New rotations as RSS and Atom: of the whole catalogue, of a field, of a state."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from guides.http import moved
from guides.structured import absolute
from guides.templatetags.portal import usd
from rotations.models import Listing, Specialty, State

NEWEST = 30
MINUTES = 15 * 60
# The field of a listing by which a feed chooses, and the page that it belongs to.
Subject = Specialty | State | None
DECORATORS = [require_safe, cache_control(public=True, max_age=MINUTES), conditional_page]


@method_decorator(DECORATORS, name="__call__")
class NewRotations(Feed):
    """Links are under the portal's own name, whatever host was asked."""

    feed_type: Any = Rss201rev2Feed

    def __call__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = self.subjects()
        slug = kwargs.get("slug", "")
        if rows is not None and not rows.filter(slug=slug).exists():
            return moved(request, rows, slug)
        return super().__call__(request, *args, **kwargs)

    def subjects(self) -> Any:
        return None

    def get_object(self, request: HttpRequest, slug: str = "") -> Subject:
        rows = self.subjects()
        return rows.get(slug=slug) if rows is not None else None

    def title(self, subject: Subject) -> str:
        name = settings.PORTAL["name"]
        if subject is None:
            return _("New rotations · %(portal)s") % {"portal": name}
        return _("New rotations: %(subject)s · %(portal)s") % {"subject": subject, "portal": name}

    def link(self, subject: Subject) -> str:
        path = subject.get_absolute_url() if subject else reverse("rotations:catalogue")
        return absolute(path)

    def feed_url(self, subject: Subject) -> str:
        ending = "atom" if self.feed_type is Atom1Feed else "rss"
        return f"{self.link(subject)}feed.{ending}"

    def feed_guid(self, subject: Subject) -> str:
        return self.link(subject)

    def description(self, subject: Subject) -> str:
        return _("Clinical rotations that came into the catalogue, newest first.")

    subtitle = description

    def listings(self, subject: Subject) -> Any:
        return Listing.objects.published()

    def items(self, subject: Subject) -> Any:
        return self.listings(subject).order_by("-published_at", "-pk")[:NEWEST]

    def item_title(self, listing: Listing) -> str:
        return f"{listing.title}, {listing.site.place}"

    def item_description(self, listing: Listing) -> str:
        facts = (listing.kind, listing.specialty.name, usd(listing.usual_total))
        # Readers take it for HTML.
        return escape(f"{listing.summary} ({' · '.join(facts)})")

    def item_link(self, listing: Listing) -> str:
        return absolute(listing.get_absolute_url())

    def item_guid(self, listing: Listing) -> str:
        """It stays when the address changes, or readers would show it as new."""
        return absolute(f"/rotations/#{listing.pk}")

    item_guid_is_permalink = False

    def item_pubdate(self, listing: Listing) -> datetime | None:
        return listing.published_at

    def item_updateddate(self, listing: Listing) -> datetime:
        return listing.updated_at

    def item_categories(self, listing: Listing) -> tuple[str, str]:
        return (listing.specialty.name, listing.site.state.name)


class NewInSpecialty(NewRotations):
    def subjects(self) -> Any:
        return Specialty.objects.all()

    def listings(self, subject: Subject) -> Any:
        return super().listings(subject).filter(specialty=subject)


class NewInState(NewRotations):
    def subjects(self) -> Any:
        return State.objects.all()

    def listings(self, subject: Subject) -> Any:
        return super().listings(subject).filter(site__state=subject)


def as_atom(feed: type[NewRotations]) -> Callable[..., HttpResponse]:
    """The same feed in the other format."""
    atom: Callable[..., HttpResponse] = type(
        f"Atom{feed.__name__}", (feed,), {"feed_type": Atom1Feed}
    )()
    return atom
