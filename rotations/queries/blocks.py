"""Which blocks a listing offers, and where else there is room."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from rotations.blocks import OpenBlock, open_blocks
from rotations.kinds import HANDS_ON_FROM, HandsOn
from rotations.models import Listing, SeatWeek, Specialty
from rotations.queries.compiled import Compiled, given, of_any
from rotations.search import Row, Search, catalogue

ALTERNATIVES = 3
# Five months of single weeks.
WEEKS_SHOWN = 20
WORKING_WEEK = timedelta(days=4)
CANDIDATES = 12
# So long before the dates that are wanted another start still is near.
NEARBY = timedelta(weeks=4)
# To whoever has not answered enough requests yet, a guess in the middle.
USUAL_ANSWER_HOURS = 72
WEEKS = Compiled(
    lambda: (
        SeatWeek.objects.filter(of_any("listing_id", "listings"), monday__gte=given("since"))
        .order_by("monday")
        .values_list("listing_id", "monday", "free", "capacity")
    )
)


def upcoming_blocks(
    listings: Iterable[Listing], *, today: date | None = None, weeks: int | None = None
) -> dict[int, list[OpenBlock]]:
    """The blocks of each listing from its first possible start on, full ones included.

    One statement for a page of listings, whose sites are loaded. Blocks have the
    listing's usual length, or ``weeks``; a week that is closed offers none, nor does
    its preceptor's time away.
    """
    firsts = {listing: listing.first_start(today=today) for listing in listings}
    if not firsts:
        return {}
    seats = _seats(list(firsts), since=min(firsts.values()))
    return {
        listing.pk: _blocks(listing, seats[listing.pk], first=first, weeks=weeks)
        for listing, first in firsts.items()
    }


def _blocks(
    listing: Listing, seats: Mapping[date, tuple[int, int]], *, first: date, weeks: int | None
) -> list[OpenBlock]:
    mondays = [monday for monday in seats if monday >= first and listing.may_start(monday)]
    return [
        one
        for one in open_blocks(seats, mondays=mondays, weeks=weeks or listing.usual_weeks)
        if not listing.preceptor.is_away(one.block.start_on, one.block.end_on)
    ]


@dataclass(frozen=True)
class WeekAhead:
    """One week of one listing, as a learner sees it: no seats where the preceptor is away."""

    monday: date
    free: int
    capacity: int

    @property
    def tone(self) -> str:
        if not self.free:
            return "is-full"
        return "ok" if self.free > 1 else "warn"


def blocks_and_weeks(
    listing: Listing, *, today: date, weeks: int
) -> tuple[list[OpenBlock], list[WeekAhead]]:
    """A listing's blocks of a length, and its open weeks from the first possible start on.

    One statement; closed weeks are left out.
    """
    first = listing.first_start(today=today)
    seats = _seats([listing], since=first)[listing.pk]
    away = listing.preceptor.is_away
    ahead = [
        WeekAhead(monday, 0 if away(monday, monday + WORKING_WEEK) else free, capacity)
        for monday, (free, capacity) in seats.items()
        if capacity
    ]
    return _blocks(listing, seats, first=first, weeks=weeks), ahead[:WEEKS_SHOWN]


def _seats(listings: Sequence[Listing], *, since: date) -> dict[int, dict[date, tuple[int, int]]]:
    """Free seats and capacity by listing and Monday, in the order of the weeks."""
    found: dict[int, dict[date, tuple[int, int]]] = defaultdict(dict)
    rows = WEEKS(listings=[listing.pk for listing in listings], since=since)
    for listing_id, monday, free, capacity in rows:
        found[listing_id][monday] = (free, capacity)
    return found


def alternatives(
    listing: Listing, start_on: date | None = None, *, today: date | None = None
) -> list[tuple[Listing, OpenBlock]]:
    """Up to three similar listings with the free block that starts nearest.

    Ranked by specialty, distance, dates and how fast they answer; open to at
    least one family that this listing is open to.
    """
    day = today or timezone.localdate()
    keys = _alike(listing, start_on, day)
    candidates = list(Listing.objects.published().filter(pk__in=keys))
    blocks = upcoming_blocks(candidates, today=today)
    found = []
    for other in candidates:
        free = [block for block in blocks[other.pk] if not block.is_full]
        if free:
            found.append((other, min(free, key=lambda block: _days_apart(block, start_on))))
    found.sort(key=lambda pair: _unlikeness(listing, start_on, *pair))
    return found[:ALTERNATIVES]


def similar(listing: Listing, *, today: date) -> list[Row]:
    """Up to three similar listings with seats, as ``alternatives`` ranks them when no date is wanted.

    From what the catalogue holds: one statement or two, and no week is read.
    """
    rows: dict[int, Row] = {}
    found = catalogue(Search(), today=today)
    touch = {"level": _levels(is_hands_on=listing.is_hands_on)}
    for chosen in _likeness(listing):
        for more in (touch, {}):
            alike = found.also(chosen={**chosen, **more})
            if len(alike) > len(rows):
                page = alike.page(len(rows) + ALTERNATIVES + 1)
                rows |= {row.pk: row for row in page.rows if row.pk not in {*rows, listing.pk}}
            if len(rows) >= ALTERNATIVES:
                return list(rows.values())[:ALTERNATIVES]
    return list(rows.values())


def _levels(*, is_hands_on: bool) -> frozenset[str]:
    return frozenset(str(level) for level in HandsOn if (level >= HANDS_ON_FROM) == is_hands_on)


def _likeness(listing: Listing) -> Iterator[dict[str, frozenset[str]]]:
    """Of the same field in the same state, then anywhere, then of its group: those with seats."""
    field = listing.specialty
    families = {"family": frozenset(listing.families), "seats": frozenset({"left"})}
    same = {**families, "specialty": frozenset({field.slug})}
    yield {**same, "state": frozenset({listing.site.state.abbr})}
    yield same
    group = Specialty.objects.filter(group=field.group).values_list("slug", flat=True)
    yield {**families, "specialty": frozenset(group)}


def _alike(listing: Listing, start_on: date | None, today: date) -> list[int]:
    since = max(start_on - NEARBY, today) if start_on else None
    keys: dict[int, None] = {}
    found = catalogue(Search(), today=today)
    for chosen in _likeness(listing):
        for start in dict.fromkeys((since, None)):
            page = found.also(chosen=chosen, start=start).page(CANDIDATES)
            keys |= dict.fromkeys(key for key in page.keys if key != listing.pk)
            if len(keys) >= CANDIDATES:
                return list(keys)
    return list(keys)


def _days_apart(block: OpenBlock, start_on: date | None) -> int:
    return abs((block.block.start_on - (start_on or date.min)).days)


def _unlikeness(
    listing: Listing, start_on: date | None, other: Listing, block: OpenBlock
) -> tuple[bool, bool, bool, int, int]:
    return (
        other.specialty_id != listing.specialty_id,
        other.site.state_id != listing.site.state_id,
        other.is_hands_on != listing.is_hands_on,
        _days_apart(block, start_on),
        other.preceptor.median_answer_hours or USUAL_ANSWER_HOURS,
    )
