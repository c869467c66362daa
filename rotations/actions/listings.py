"""A listing's way into the catalogue and out of it. The one writer of its status."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import principal
from audit.actions import record
from audit.models import Event
from clocks.actions import schedule
from rotations import emails
from rotations.kinds import LISTING_TRANSITIONS, ListingStatus
from rotations.models import Listing, Opening
from rotations.queries import gaps_of, own_gaps_of


class MoveNotAllowed(ValidationError):
    """Its status does not lead there."""

    def __init__(self, listing: Listing, to: ListingStatus) -> None:
        self.listing, self.to = listing, to
        super().__init__(
            _("“%(title)s” is %(now)s. It cannot become %(then)s."),
            code="status",
            params={
                "title": listing.title,
                "now": listing.get_status_display().lower(),
                "then": str(to.label).lower(),
            },
        )


class NotComplete(ValidationError):
    """Something that every published listing has is missing; ``gaps`` says what."""

    def __init__(self, gaps: list[str]) -> None:
        self.gaps = gaps
        super().__init__(gaps, code="incomplete")


@transaction.atomic
def submit_listing(listing: Listing, *, by: User) -> None:
    """The preceptor is done; staff look at it. Refuses with ``NotComplete`` what she can mend."""
    lock_listing(listing)
    _refuse(listing, ListingStatus.IN_REVIEW)
    if gaps := [gap for gaps in own_gaps_of(listing).values() for gap in gaps]:
        raise NotComplete(gaps)
    event = _move(listing, ListingStatus.IN_REVIEW, by=by)
    emails.listing_submitted(listing, occasion=event)


@transaction.atomic
def return_listing(listing: Listing, *, by: User, note: str = "") -> None:
    """Back to the preceptor for another round; she reads why, unless it was her own office."""
    event = _move(listing, ListingStatus.DRAFT, by=by, detail={"note": note})
    if listing.preceptor_id not in by.practices:
        emails.listing_returned(listing, note, occasion=event)


@transaction.atomic
def publish_listing(listing: Listing, *, by: User | None) -> None:
    """Show it to everybody, for the first time or again. Refuses with ``NotComplete``.

    The preceptor hears of what staff have looked at, unless she did it herself.
    """
    lock_listing(listing)
    _refuse(listing, ListingStatus.PUBLISHED)
    if gaps := gaps_of(listing):
        raise NotComplete(gaps)
    is_answer = listing.published_at is None or listing.status == ListingStatus.IN_REVIEW
    moment = listing.published_at or timezone.now()
    event = _move(listing, ListingStatus.PUBLISHED, by=by, published_at=moment)
    Opening.objects.create(listing=listing)
    if is_answer and (by is None or by.pk != listing.preceptor.user_id):
        emails.listing_published(listing, occasion=event)


@transaction.atomic
def pause_listing(listing: Listing, *, by: User | None) -> None:
    """Take it out of the catalogue. What has been sent goes on as it was."""
    _move(listing, ListingStatus.PAUSED, by=by)


@transaction.atomic
def archive_listing(listing: Listing, *, by: User | None) -> None:
    """For good; a draft or a paused one. The clock closes its open applications (handbook 4.2)."""
    event = _move(listing, ListingStatus.ARCHIVED, by=by)
    schedule("listing.archived", listing.pk, at=event.at)


def lock_listing(listing: Listing) -> None:
    rows = Listing.objects.select_for_update(no_key=True, of=("self",))
    listing.refresh_from_db(fields=["status", "published_at"], from_queryset=rows)


def _refuse(listing: Listing, to: ListingStatus) -> None:
    if to not in LISTING_TRANSITIONS[ListingStatus(listing.status)]:
        raise MoveNotAllowed(listing, to)


def _move(
    listing: Listing,
    to: ListingStatus,
    *,
    by: User | None,
    detail: dict[str, Any] | None = None,
    **changes: Any,
) -> Event:
    lock_listing(listing)
    _refuse(listing, to)
    was, listing.status = listing.status, to
    for field, value in changes.items():
        setattr(listing, field, value)
    listing.save(update_fields=["status", "updated_at", *changes])
    return record(
        f"listing.{to}",
        listing,
        by=by,
        on_behalf_of=principal(by, listing.preceptor),
        was=was,
        **(detail or {}),
    )
