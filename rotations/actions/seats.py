"""Seats: opened, taken, given back. The one door to ``SeatWeek.taken``."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
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
from rotations.actions.listings import lock_listing
from rotations.blocks import Week
from rotations.kinds import MOST_SEATS
from rotations.models import Listing, Opening, SeatWeek
from rotations.queries import Change, Kind, Wish, changes


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


def move_seats(*, take: Set[Week] = frozenset(), give: Set[Week] = frozenset()) -> None:
    """Take and give back seats, all of them or none. A week is (listing_id, monday).

    Every row is locked in one statement, in one order, so that bookings which
    overlap never wait for each other in a circle. Refuses with ``SeatsGone``.
    """
    if (take or give) and (full := _move(take, give)):
        raise SeatsGone(full)


# A refusal comes before the first write and is no error in here: there is nothing to go back to.
@transaction.atomic(savepoint=False)
def _move(take: Set[Week], give: Set[Week]) -> list[Week]:
    """The weeks that are full or not open; nothing has moved if there are any."""
    rows = SeatWeek.objects.lock(take | give)
    gained, lost = take - give, give - take
    if full := sorted(week for week in gained if week not in rows or rows[week].free < 1):
        return full
    _shift([rows[week].pk for week in gained], by=1)
    given = [rows[week] for week in lost if week in rows]
    _shift([row.pk for row in given], by=-1)
    owe_promotion(row.listing_id for row in given)
    _announce(week for week in lost if week in rows and 0 == rows[week].free < rows[week].capacity)
    return []


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
def plan_weeks(listing: Listing, wishes: Mapping[date, Wish], *, by: User | None) -> list[Change]:
    """Give each week what is wished for it, opening those that are not there; what came of it.

    Refuses with ``SeatsTaken``, which names every week that has more learners; then nothing
    has changed. The listing's row is locked before the weeks, so that two plans at once do
    not make the same week.
    """
    lock_listing(listing)
    return _plan(listing, _locked(listing, wishes), wishes, by=by)


@transaction.atomic
def add_seats(
    listing: Listing, mondays: Iterable[date], number: int, *, by: User | None
) -> list[Change]:
    """So many seats more in each of these weeks than it has now, or fewer. Refuses as ``plan_weeks``."""
    lock_listing(listing)
    days = set(mondays)
    rows = _locked(listing, days)
    had = {monday: rows[monday].capacity if monday in rows else 0 for monday in days}
    wishes = {
        monday: Wish(min(max(seats + number, 0), MOST_SEATS)) for monday, seats in had.items()
    }
    return _plan(listing, rows, wishes, by=by)


@transaction.atomic
def set_capacity(
    listing: Listing, mondays: Iterable[date], *, capacity: int, by: User | None
) -> None:
    """Set the seats of weeks that are there; 0 closes them. Refuses as ``plan_weeks``."""
    rows = _locked(listing, mondays)
    _plan(listing, rows, dict.fromkeys(rows, Wish(capacity)), by=by)


def _locked(listing: Listing, mondays: Iterable[date]) -> dict[date, SeatWeek]:
    """These weeks, locked like a booking locks them."""
    rows = SeatWeek.objects.lock(frozenset((listing.pk, monday) for monday in mondays))
    return {row.monday: row for row in rows.values()}


def _plan(
    listing: Listing, rows: Mapping[date, SeatWeek], wishes: Mapping[date, Wish], *, by: User | None
) -> list[Change]:
    """Only what changes is written, and of a row these two columns alone: saving a loaded one
    would put back an old count.
    """
    found = changes(rows, wishes)
    if refused := [rows[one.monday] for one in found if one.kind == Kind.REFUSED]:
        raise SeatsTaken(refused)
    made = [one for one in found if one.is_made]
    SeatWeek.objects.bulk_create(
        SeatWeek(
            listing=listing,
            monday=one.monday,
            capacity=one.wish.seats,
            closed_for=one.wish.reason,
        )
        for one in made
        if one.was is None
    )
    by_wish: dict[Wish, list[int]] = defaultdict(list)
    for one in made:
        if one.was is not None:
            by_wish[one.wish].append(rows[one.monday].pk)
    for wish, keys in by_wish.items():
        SeatWeek.objects.filter(pk__in=keys).update(capacity=wish.seats, closed_for=wish.reason)
    _tell(listing, made, by=by)
    return found


def _tell(listing: Listing, made: list[Change], *, by: User | None) -> None:
    """What freed seats and changed plans are due to others. A reason is nobody else's business."""
    was_free = {one.monday: (one.was or 0) - one.taken for one in made}
    gained = [one for one in made if one.wish.seats - one.taken > was_free[one.monday]]
    _announce((listing.pk, one.monday) for one in gained if was_free[one.monday] < 1)
    if gained:
        owe_promotion([listing.pk])
    seats: dict[str, list[str]] = defaultdict(list)
    for one in made:
        seats[str(one.wish.seats)].append(f"{one.monday}")
    if seats:
        record(
            "listing.weeks_planned",
            listing,
            by=by,
            on_behalf_of=principal(by, listing.preceptor),
            seats=dict(seats),
        )


def correct_taken(week: SeatWeek, taken: int) -> None:
    """Set the counter of a locked week to those who hold a seat, which the caller has counted."""
    SeatWeek.objects.filter(pk=week.pk).update(taken=taken)
    if taken < week.taken:
        owe_promotion([week.listing_id])
    if week.free < 1 and taken < week.capacity:
        _announce([week.key])
