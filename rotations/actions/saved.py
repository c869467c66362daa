"""Keeping listings for later: in an account, or brought along from the time before it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from rotations.models import Alert, Listing, SavedListing
from rotations.queries import upcoming_blocks

MOST_SAVED = 200
BLOCKS_KEPT = 3


class TooManySaved(ValidationError):
    """Nobody compares so many; and what is kept without end is a burden to keep."""

    def __init__(self) -> None:
        message = _("You have saved %(n)d rotations. Remove some first.")
        super().__init__(message, code="too_many", params={"n": MOST_SAVED})


@dataclass(frozen=True)
class Kept:
    """A saved listing wherever it is kept: when, and how it stood then."""

    listing_id: int
    saved_at: datetime
    seats: dict[str, int]
    total: int


def as_it_stands(listing: Listing) -> Kept:
    blocks = upcoming_blocks([listing])[listing.pk][:BLOCKS_KEPT]
    seats = {f"{one.block.start_on}": one.free for one in blocks}
    return Kept(listing.pk, timezone.now(), seats, listing.total())


@transaction.atomic
def save_listing(kept: Kept, *, by: User) -> None:
    """Saved twice, it stays as it was first. Refuses with ``TooManySaved``.

    With the first one she hears of openings, until she switches that off.
    """
    if SavedListing.objects.filter(owner=by).count() >= MOST_SAVED:
        raise TooManySaved
    _keep([kept], by=by)


def _keep(all_kept: Iterable[Kept], *, by: User) -> None:
    SavedListing.objects.bulk_create(
        [
            SavedListing(
                owner=by,
                listing_id=kept.listing_id,
                saved_at=kept.saved_at,
                seats=kept.seats,
                total=kept.total,
            )
            for kept in all_kept
        ],
        ignore_conflicts=True,
    )
    Alert.objects.bulk_create([Alert(owner=by)], ignore_conflicts=True)


@transaction.atomic
def carry_over(all_kept: Iterable[Kept], *, to: User) -> None:
    """What she saved before she signed in is hers from now on, the newest first if all are too many."""
    room = MOST_SAVED - SavedListing.objects.filter(owner=to).count()
    newest = sorted(all_kept, key=lambda kept: kept.saved_at, reverse=True)[: max(room, 0)]
    there = set(
        Listing.objects.filter(pk__in=[kept.listing_id for kept in newest]).values_list(
            "pk", flat=True
        )
    )
    if there:
        _keep([kept for kept in newest if kept.listing_id in there], by=to)


def unsave_listing(listing: Listing, *, by: User) -> Kept | None:
    """What was kept of it, so that this can be undone."""
    row = SavedListing.objects.filter(owner=by, listing=listing).first()
    if row is None:
        return None
    row.delete()
    return Kept(row.listing_id, row.saved_at, row.seats, row.total)
