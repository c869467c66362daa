"""Two rotations in a row, in different fields, that together fill a stay (handbook 2.1.4)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from pyroaring import BitMap

from rotations.blocks import Block
from rotations.models.entry import Entry
from rotations.search import sql
from rotations.search.dates import SHORT_OF_WEEKS, room_at
from rotations.search.find import Found
from rotations.search.sets import monday_of, number_of

# The cheapest so many of each half are held against each other.
CANDIDATES = 60
# One rotation stands in so many pairs at most: people want to see different ones.
OFTEN = 2


@dataclass(frozen=True)
class Half:
    pk: int
    block: Block
    specialty: str
    area: str
    state: str
    price: int


@dataclass(frozen=True)
class Pair:
    """``price`` is the sum of both weekly prices times their weeks, in cents: for sorting."""

    first: Half
    second: Half

    @property
    def same_area(self) -> bool:
        return self.first.area == self.second.area

    @property
    def same_state(self) -> bool:
        return self.first.state == self.second.state

    @property
    def price(self) -> int:
        return sum(half.price * half.block.weeks for half in (self.first, self.second))


@dataclass(frozen=True)
class _Split:
    """Where a stay can be cut: both halves have room under all other filters."""

    week: int
    weeks: tuple[int, int]
    rooms: tuple[BitMap, BitMap]


def fills(found: Found) -> bool:
    """Whether two in a row could fill the stay that is asked for."""
    return next(_splits(found), None) is not None


def pairs(found: Found, most: int) -> list[Pair]:
    """The best pairs of the earliest start: near each other first, then the cheaper ones."""
    chosen: list[Pair] = []
    earliest = None
    for split in _splits(found):
        if earliest not in {None, split.week}:
            break
        made = _paired(found, split)
        if made:
            earliest = split.week
            chosen += made
    chosen.sort(
        key=lambda pair: (not pair.same_area, not pair.same_state, pair.price, pair.first.pk)
    )
    used: Counter[int] = Counter()
    kept: dict[frozenset[int], Pair] = {}
    for pair in chosen:
        both = frozenset({pair.first.pk, pair.second.pk})
        if len(kept) < most and both not in kept and all(used[one] < OFTEN for one in both):
            used.update(both)
            kept[both] = pair
    return list(kept.values())


def _splits(found: Found) -> Iterator[_Split]:
    search = found.search
    if search.start is None:
        return
    first = number_of(max(search.start, found.today) + timedelta(days=6))
    for week in range(first, _last_start(found, first) + 1):
        total = _stay(found, week)
        halves = sorted(range(1, total), key=lambda weeks: abs(total - 2 * weeks))
        for weeks in halves:
            rooms = (_room(found, week, weeks), _room(found, week + weeks, total - weeks))
            if rooms[0] and rooms[1]:
                yield _Split(week, (weeks, total - weeks), rooms)


def _stay(found: Found, week: int) -> int:
    """The weeks to fill from there on: those asked for, or all that are left."""
    search = found.search
    if search.weeks or search.end_by is None:
        return search.weeks or 0
    return max(((search.end_by - monday_of(week)).days + SHORT_OF_WEEKS) // 7, 0)


def _last_start(found: Found, first: int) -> int:
    search = found.search
    if search.weeks and search.end_by:
        days = 7 * search.weeks - SHORT_OF_WEEKS
        return number_of(search.end_by - timedelta(days=days))
    return first


def _room(found: Found, week: int, weeks: int) -> BitMap:
    rest = found.without("dates", "specialty")
    return rest & room_at(found.sets, week, weeks, today=found.today)


def _paired(found: Found, split: _Split) -> list[Pair]:
    start = monday_of(split.week)
    blocks = (
        Block(start, split.weeks[0]),
        Block(start + timedelta(weeks=split.weeks[0]), split.weeks[1]),
    )
    firsts, seconds = (
        _halves(found, block, room) for block, room in zip(blocks, split.rooms, strict=True)
    )
    wanted = found.search.chosen.get("specialty", frozenset())
    return [
        Pair(first, second)
        for first in firsts
        for second in seconds
        if first.specialty != second.specialty
        and first.pk != second.pk
        and _fits(wanted, first.specialty, second.specialty)
    ]


def _fits(wanted: frozenset[str], first: str, second: str) -> bool:
    """One field asked for: one half is in it. Several: both are."""
    if len(wanted) <= 1:
        return not wanted or bool(wanted & {first, second})
    return {first, second} <= wanted


def _halves(found: Found, block: Block, room: BitMap) -> Sequence[Half]:
    """The cheapest that have room, those of the wanted fields before others."""
    wanted = sorted(found.search.chosen.get("specialty", ()))
    entries = Entry.objects.filter(is_listed=True).order_by("price_per_week", "listing_id")
    if len(room) <= CANDIDATES * CANDIDATES:
        entries = entries.filter(listing_id__in=list(room))
    else:
        free = sql.free_from(block.start_on, block.weeks)
        entries = entries.filter(free)
    rows = entries.values_list("listing_id", "specialty", "area", "state", "price_per_week")
    taken = list(rows[:CANDIDATES])
    if wanted:
        taken += [row for row in rows.filter(specialty__in=wanted)[:CANDIDATES] if row not in taken]
    return [
        Half(pk, block, specialty, area, state, price)
        for pk, specialty, area, state, price in taken
        if pk in room
    ]
