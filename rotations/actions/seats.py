"""Seats: opened, taken, given back. The one door to ``SeatWeek.taken``."""

from collections.abc import Iterable, Set
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.codes import new_code
from accounts.models import User
from accounts.permissions import principal
from audit.actions import record
from clocks.actions import schedule
from rotations.blocks import Week
from rotations.models import Listing, Opening, SeatWeek


class SeatsGone(ValidationError):
    """A week is full or not open; ``weeks`` says which."""

    def __init__(self, weeks: list[Week]) -> None:
        self.weeks = weeks
        super().__init__(_("These dates were filled a moment ago."), code="seats_gone")


class SeatsTaken(ValidationError):
    """Fewer seats than learners who hold one; ``weeks`` says where."""

    def __init__(self, weeks: list[SeatWeek]) -> None:
        self.weeks = weeks
        first = weeks[0]
        super().__init__(
            _("In the week of %(monday)s, %(taken)d seats are taken. It cannot have fewer."),
            code="seats_taken",
            params={"monday": f"{first.monday:%b %-d, %Y}", "taken": first.taken},
        )


@transaction.atomic
def move_seats(*, take: Set[Week] = frozenset(), give: Set[Week] = frozenset()) -> None:
    """Take and give back seats, all of them or none. A week is (listing_id, monday).

    Every row is locked in one statement, in one order, so that bookings which
    overlap never wait for each other in a circle. Refuses with ``SeatsGone``.
    """
    rows = SeatWeek.objects.lock(take | give)
    gained, lost = take - give, give - take
    if full := sorted(week for week in gained if week not in rows or rows[week].free < 1):
        raise SeatsGone(full)
    _shift([rows[week].pk for week in gained], by=1)
    given = [rows[week] for week in lost if week in rows]
    _shift([row.pk for row in given], by=-1)
    owe_promotion(row.listing_id for row in given)
    _announce(week for week in lost if week in rows and 0 == rows[week].free < rows[week].capacity)


def _announce(weeks: Iterable[Week]) -> None:
    """Weeks that were full, closed or not there, and have a free seat now."""
    Opening.objects.bulk_create(
        Opening(listing_id=listing, monday=monday) for listing, monday in weeks
    )


def owe_promotion(listings: Iterable[int]) -> None:
    """Seats came free: whoever waits for them is looked at, owed in the caller's transaction."""
    for listing in sorted(set(listings)):
        schedule("listing.seats_freed", listing, at=timezone.now(), occurrence=new_code())


def _shift(pks: list[int], *, by: int) -> None:
    if pks:
        SeatWeek.objects.filter(pk__in=pks).update(taken=F("taken") + by)


@transaction.atomic
def open_weeks(listing: Listing, mondays: Iterable[date], *, capacity: int, by: User | None) -> int:
    """Open weeks that are not there yet; how many. Weeks that exist keep their seats."""
    new = [SeatWeek(listing=listing, monday=monday, capacity=capacity) for monday in set(mondays)]
    before = listing.weeks.count()
    there = set(listing.weeks.values_list("monday", flat=True))
    SeatWeek.objects.bulk_create(new, ignore_conflicts=True)
    opened = listing.weeks.count() - before
    if opened:
        _announce(week.key for week in new if capacity and week.monday not in there)
        owe_promotion([listing.pk])
        record(
            "listing.weeks_opened",
            listing,
            by=by,
            on_behalf_of=principal(by, listing.preceptor),
            weeks=opened,
            capacity=capacity,
        )
    return opened


@transaction.atomic
def plan_weeks(listing: Listing, mondays: Iterable[date], *, capacity: int, by: User | None) -> int:
    """Give all these weeks so many seats, opening those that are not there; how many are new.

    Refuses with ``SeatsTaken``; then nothing has changed.
    """
    days = list(mondays)
    opened = open_weeks(listing, days, capacity=capacity, by=by) if capacity else 0
    set_capacity(listing, days, capacity=capacity, by=by)
    return opened


@transaction.atomic
def set_capacity(
    listing: Listing, mondays: Iterable[date], *, capacity: int, by: User | None
) -> None:
    """Set the seats of some weeks; 0 closes them. Refuses with ``SeatsTaken``.

    Locked like a booking, and written to that column alone: saving a loaded row
    would put back an old count.
    """
    rows = SeatWeek.objects.lock(frozenset((listing.pk, monday) for monday in mondays))
    if taken := [row for row in rows.values() if row.taken > capacity]:
        raise SeatsTaken(sorted(taken, key=lambda row: row.monday))
    SeatWeek.objects.filter(pk__in=[row.pk for row in rows.values()]).update(capacity=capacity)
    _announce(key for key, row in rows.items() if row.free < 1 and capacity > row.taken)
    if any(row.capacity < capacity for row in rows.values()):
        owe_promotion([listing.pk])
    days = sorted(f"{row.monday}" for row in rows.values())
    record(
        "listing.capacity_set",
        listing,
        by=by,
        on_behalf_of=principal(by, listing.preceptor),
        mondays=days,
        capacity=capacity,
    )


def correct_taken(week: SeatWeek, taken: int) -> None:
    """Set the counter of a locked week to those who hold a seat, which the caller has counted."""
    SeatWeek.objects.filter(pk=week.pk).update(taken=taken)
    if taken < week.taken:
        owe_promotion([week.listing_id])
    if week.free < 1 and taken < week.capacity:
        _announce([week.key])
