"""What a wish for a listing's weeks would change, week by week."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rotations.models import Listing, SeatWeek


@dataclass(frozen=True)
class Wish:
    """What somebody wants of one week: so many seats, or closed, maybe with the reason."""

    seats: int
    reason: str = ""
    # A pattern runs over a whole year: what was closed in it stays closed unless she says so.
    reopens: bool = True


class Kind(StrEnum):
    OPENS = "opens"
    MORE = "more"
    FEWER = "fewer"
    CLOSES = "closes"
    # Closed, and the wish does not reopen it.
    KEPT = "kept"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True)
class Change:
    """One week: how it stands, and what the wish makes of it. ``was`` is ``None`` if it is not there."""

    monday: date
    was: int | None
    taken: int
    reason_was: str
    wish: Wish

    @property
    def kind(self) -> Kind:
        was, seats = self.was or 0, self.wish.seats
        if self.taken > seats:
            return Kind.REFUSED
        if self.was == 0 and seats and not self.wish.reopens:
            return Kind.KEPT
        if was == seats and self.reason_was == self.wish.reason:
            return Kind.SAME
        if not seats:
            return Kind.CLOSES
        if not was:
            return Kind.OPENS
        return Kind.MORE if seats > was else Kind.FEWER

    @property
    def is_made(self) -> bool:
        return self.kind in {Kind.OPENS, Kind.MORE, Kind.FEWER, Kind.CLOSES}


def changes(rows: Mapping[date, SeatWeek], wishes: Mapping[date, Wish]) -> list[Change]:
    """Each wish held against its week as it stands, in the order of the weeks."""
    return [
        Change(
            monday,
            row.capacity if (row := rows.get(monday)) else None,
            row.taken if row else 0,
            row.closed_for if row else "",
            wish,
        )
        for monday, wish in sorted(wishes.items())
    ]


def preview(listing: Listing, wishes: Mapping[date, Wish]) -> list[Change]:
    """What would change now. Nothing is locked: the action asks again."""
    rows = listing.weeks.filter(monday__in=wishes)
    return changes({row.monday: row for row in rows}, wishes)
