"""When there is room: the listings of each possible first week, by intersecting free weeks."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import reduce
from operator import and_

from pyroaring import BitMap

from rotations.search.asked import Search
from rotations.search.sets import Sets, monday_of, number_of

# From Monday to the Friday of the last week (handbook 3.5).
SHORT_OF_WEEKS = 3


def with_room(sets: Sets, search: Search, *, today: date) -> list[tuple[int, BitMap]]:
    """The first weeks in the window, in order, and the listings whose *first* fitting start it is."""
    seen = BitMap()
    found = []
    for week in _weeks(sets, search, today=today):
        fresh = room_at(sets, week, search.weeks, today=today, end_by=search.end_by) - seen
        if fresh:
            seen |= fresh
            found.append((week, fresh))
    return found


def room_at(
    sets: Sets, week: int, weeks: int | None, *, today: date, end_by: date | None = None
) -> BitMap:
    """The listings that have a block from this week on: of so many weeks, or of their usual ones."""
    lengths = [weeks] if weeks else sorted(sets.by_facet["usual"])
    monday = monday_of(week)
    found = BitMap()
    for length in lengths:
        last = monday + timedelta(days=7 * length - SHORT_OF_WEEKS)
        if end_by is None or last <= end_by:
            bookable = sets.of("weeks" if weeks else "usual", length)
            found |= bookable & _run(sets, week, length)
    if found:
        found &= _startable(sets, week, today)
    return found


def _startable(sets: Sets, week: int, today: date) -> BitMap:
    """What rhythm and lead allow to start in that week, whatever its length and its seats."""
    key = ("startable", week, today)
    known: BitMap | None = sets.answers.get(key)
    if known is None:
        known = _in_rhythm(sets, week) & _in_time(sets, monday_of(week), today)
        sets.answers[key] = known
    return known


def _weeks(sets: Sets, search: Search, *, today: date) -> Iterator[int]:
    known = sets.by_facet["free"]
    if not known:
        return
    first = number_of(max(search.start or today, today) + timedelta(days=6))
    last = max(known)
    if search.until:
        last = min(last, number_of(search.until))
    if search.end_by:
        last = min(last, number_of(search.end_by))
    yield from range(first, last + 1)


def _run(sets: Sets, week: int, length: int) -> BitMap:
    free = sets.by_facet["free"]
    parts = [free.get(number) for number in range(week, week + length)]
    known = [part for part in parts if part]
    return reduce(and_, known) if len(known) == length else BitMap()


def _in_rhythm(sets: Sets, week: int) -> BitMap:
    """May start in that week: any, or every so many counted from the listing's own Monday."""
    rhythms = sets.by_facet["rhythm"]
    fit = [keys for (every, phase), keys in rhythms.items() if week % every == phase]
    return BitMap.union(BitMap(), *fit)


def _in_time(sets: Sets, monday: date, today: date) -> BitMap:
    """The listings' own lead is kept (rule R11)."""
    left = (monday - today).days
    fit = [keys for days, keys in sets.by_facet["lead"].items() if days <= left]
    return BitMap.union(BitMap(), *fit)
