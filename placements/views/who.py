"""Who has a seat in which weeks of some listings: confirmed, offered, or asked for as other dates."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.urls import reverse

from accounts.models import User
from placements.models import Application, Placement, RescheduleRequest
from placements.states import HOLDS_A_SEAT, PlacementStatus
from rotations.models import Listing

# These gave back the weeks that had not begun when they ended.
CUT_SHORT = frozenset(
    {PlacementStatus.CANCELLED, PlacementStatus.NO_SHOW, PlacementStatus.TERMINATED}
)
SUNDAY = timedelta(days=6)
DAYS_A_WEEK = 7


class How(StrEnum):
    CONFIRMED = "confirmed"
    OFFERED = "offered"
    MOVING = "moving"


@dataclass(frozen=True)
class Presence:
    """One learner's seat in one listing, with the page that says more."""

    learner: User
    url: str
    listing: Listing
    mondays: frozenset[date]
    how: How = How.CONFIRMED
    # Until when an offer or a request for other dates keeps it.
    until: date | None = None

    @property
    def name(self) -> str:
        return self.learner.name

    def begins(self, monday: date) -> bool:
        """Its first week, or a month's: where a year says more than the name."""
        return monday == min(self.mondays) or monday.day <= DAYS_A_WEEK


def presences(listings: Sequence[Listing], first: date, last: date) -> list[Presence]:
    """Every seat that is taken between these Mondays, in three statements; sites are loaded."""
    known = {listing.pk: listing for listing in listings}
    found = [
        *_confirmed(known, first, last),
        *_offered(known, first, last),
        *_moving(known, first, last),
    ]
    return sorted((one for one in found if one.mondays), key=lambda one: (one.how, one.name))


def _confirmed(known: Mapping[int, Listing], first: date, last: date) -> Iterator[Presence]:
    rows = Placement.objects.filter(
        listing__in=known, start_on__lte=last, end_on__gte=first
    ).select_related("learner")
    for row in rows:
        listing = known[row.listing_id]
        mondays = row.block.mondays
        if row.status in CUT_SHORT:
            ended = row.ended_at.astimezone(listing.site.zone).date() if row.ended_at else date.min
            mondays = [monday for monday in mondays if monday <= ended]
        yield Presence(row.learner, row.get_absolute_url(), listing, frozenset(mondays))


def _offered(known: Mapping[int, Listing], first: date, last: date) -> Iterator[Presence]:
    rows = Application.objects.filter(
        listing__in=known, status__in=HOLDS_A_SEAT, start_on__lte=last
    ).select_related("learner")
    for row in rows:
        listing, block = known[row.listing_id], row.dates
        if block.end_on >= first and row.offer_expires_at:
            until = row.offer_expires_at.astimezone(listing.site.zone).date()
            url = reverse("placements:review", args=[row.code])
            mondays = frozenset(block.mondays)
            yield Presence(row.learner, url, listing, mondays, How.OFFERED, until)


def _moving(known: Mapping[int, Listing], first: date, last: date) -> Iterator[Presence]:
    rows = (
        RescheduleRequest.objects.pending()
        .filter(placement__listing__in=known, start_on__lte=last)
        .select_related("placement__learner")
    )
    for row in rows:
        listing, placement = known[row.placement.listing_id], row.placement
        mondays = frozenset(monday for _listing, monday in row.held if monday + SUNDAY >= first)
        until = row.answer_by.astimezone(listing.site.zone).date()
        url = placement.get_absolute_url()
        yield Presence(placement.learner, url, listing, mondays, How.MOVING, until)


def by_week(found: Sequence[Presence]) -> dict[date, list[Presence]]:
    """The same, week by week."""
    weeks: dict[date, list[Presence]] = defaultdict(list)
    for one in found:
        for monday in one.mondays:
            weeks[monday].append(one)
    return weeks
