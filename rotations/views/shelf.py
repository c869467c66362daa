"""Where a visitor keeps listings: in her account, or in the session of who is signed out.

Nothing is asked of the database for somebody without a session, and nothing is set.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.http import Request
from accounts.models import User
from rotations.actions.saved import (
    Kept,
    as_it_stands,
    carry_over,
    save_listing,
    unsave_listing,
)
from rotations.models import Listing, SavedListing

# In the session: what is saved by its slug, what is compared, and what was removed last.
SAVED, COMPARED, REMOVED = "saved", "compared", "removed"
MOST_IN_SESSION, MOST_COMPARED = 50, 4


def saved_slugs(request: Request) -> set[str]:
    """For the buttons of a page: one query for who is signed in, none for the others."""
    if isinstance(request.user, User):
        rows = SavedListing.objects.filter(owner=request.user)
        return set(rows.values_list("listing__slug", flat=True))
    return set(request.session.get(SAVED, {}))


def compared_slugs(request: Request) -> list[str]:
    return list(request.session.get(COMPARED, []))


def saved_by(request: Request) -> list[Kept]:
    """The newest first."""
    if isinstance(request.user, User):
        return [
            Kept(row.listing_id, row.saved_at, row.seats, row.total)
            for row in SavedListing.objects.filter(owner=request.user)
        ]
    return sorted(_in_session(request), key=lambda kept: kept.saved_at, reverse=True)


def put(request: Request, listing: Listing) -> None:
    """Save it; what was removed a moment ago comes back as it was. Refuses when there are too many."""
    removed = request.session.get(REMOVED) or {}
    kept = _read(removed[listing.slug]) if listing.slug in removed else as_it_stands(listing)
    if isinstance(request.user, User):
        save_listing(kept, by=request.user)
        return
    shelf = request.session.get(SAVED, {})
    if len(shelf) >= MOST_IN_SESSION and listing.slug not in shelf:
        raise ValidationError(
            _("You have saved %(n)d rotations. Create an account to save more."),
            params={"n": MOST_IN_SESSION},
        )
    request.session[SAVED] = {**shelf, listing.slug: shelf.get(listing.slug) or _written(kept)}


def take(request: Request, listing: Listing) -> None:
    """Take it off the shelf, and remember how it stood in case that is undone."""
    if isinstance(request.user, User):
        kept = unsave_listing(listing, by=request.user)
        row = kept and _written(kept)
    else:
        shelf = dict(request.session.get(SAVED, {}))
        row = shelf.pop(listing.slug, None)
        if row:
            request.session[SAVED] = shelf
    if row:
        request.session[REMOVED] = {listing.slug: row}


def compare(request: Request, listing: Listing) -> bool:
    """Whether there was room for it."""
    slugs = compared_slugs(request)
    if listing.slug in slugs:
        return True
    if len(slugs) >= MOST_COMPARED:
        return False
    request.session[COMPARED] = [*slugs, listing.slug]
    return True


def stop_comparing(request: Request, listing: Listing) -> None:
    slugs = compared_slugs(request)
    if listing.slug in slugs:
        request.session[COMPARED] = [slug for slug in slugs if slug != listing.slug]


def bring_along(request: Any, user: User) -> None:
    """She has signed in: what the session held is her account's from now on."""
    if SAVED in request.session:
        carry_over(_in_session(request), to=user)
        del request.session[SAVED]


def _in_session(request: Request) -> Iterable[Kept]:
    return [_read(row) for row in request.session.get(SAVED, {}).values()]


def _written(kept: Kept) -> dict[str, Any]:
    return {
        "listing": kept.listing_id,
        "at": kept.saved_at.isoformat(),
        "seats": kept.seats,
        "total": kept.total,
    }


def _read(row: dict[str, Any]) -> Kept:
    at = datetime.fromisoformat(row["at"])
    return Kept(row["listing"], min(at, timezone.now()), row["seats"], row["total"])
