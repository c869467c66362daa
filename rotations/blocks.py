"""A block is a start Monday and a number of weeks: plain arithmetic, no rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from clocks.calendar import is_holiday, weekdays_between

# One listing's week: the listing's key and its Monday.
Week = tuple[int, date]
WEEK = timedelta(weeks=1)


@dataclass(frozen=True, order=True)
class Block:
    """From a Monday to the Friday of the last week (handbook 3.5).

    An extension may end ``short`` of that Friday, by so many days; the week is taken whole.
    """

    start_on: date
    weeks: int
    short: int = 0

    @classmethod
    def between(cls, start_on: date, end_on: date) -> "Block":
        """From a Monday to any weekday."""
        weeks = (end_on - start_on).days // 7 + 1
        return cls(start_on, weeks, (cls(start_on, weeks).end_on - end_on).days)

    @property
    def end_on(self) -> date:
        """Monday 29 March for four weeks ends on Friday 23 April."""
        return self.start_on + timedelta(days=self.weeks * 7 - 3 - self.short)

    @property
    def mondays(self) -> list[date]:
        return [self.start_on + n * WEEK for n in range(self.weeks)]

    @property
    def working_days(self) -> int:
        """Weekdays without federal holidays."""
        return weekdays_between(self.start_on, self.end_on)

    @property
    def starts_on_holiday(self) -> bool:
        """Day one is a Monday holiday: it must be said."""
        return is_holiday(self.start_on)

    def of(self, listing_id: int) -> frozenset[Week]:
        """The weeks that it takes of one listing."""
        return frozenset((listing_id, monday) for monday in self.mondays)

    def overlaps(self, other: "Block") -> bool:
        return self.start_on <= other.end_on and other.start_on <= self.end_on


def runs(mondays: Iterable[date]) -> list[Block]:
    """Weeks in a row as one block each: what a sentence can say of many weeks."""
    found: list[Block] = []
    for monday in sorted(mondays):
        last = found[-1] if found else None
        if last and monday == last.start_on + last.weeks * WEEK:
            found[-1] = Block(last.start_on, last.weeks + 1)
        else:
            found.append(Block(monday, 1))
    return found


@dataclass(frozen=True)
class OpenBlock:
    """A block with what is free in it: the least over its weeks."""

    block: Block
    free: int
    capacity: int

    @property
    def is_full(self) -> bool:
        return self.free < 1


def open_blocks(
    seats: Mapping[date, tuple[int, int]], *, mondays: Iterable[date], weeks: int
) -> list[OpenBlock]:
    """Blocks of that length at those starts; ``seats`` holds free and capacity by Monday.

    A block with a week that has no row, or is closed (capacity 0), is not offered at all.
    """
    steps = [n * WEEK for n in range(weeks)]
    found = []
    for monday in mondays:
        rows = [row for step in steps if (row := seats.get(monday + step)) and row[1] > 0]
        if len(rows) == weeks:
            free, capacity = min(rows)
            found.append(OpenBlock(Block(monday, weeks), free, capacity))
    return found
