"""What a pattern would do to a listing's weeks, in words, before it is done."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clocks.calendar import holidays_in_week
from placements.views.who import Presence, by_week, presences
from rotations.blocks import Block, runs
from rotations.models import Listing
from rotations.queries import Change, Kind, Wish, preview

ORDER = [Kind.OPENS, Kind.MORE, Kind.FEWER, Kind.CLOSES, Kind.KEPT, Kind.SAME]
ICONS = {
    Kind.OPENS: "calendar-plus",
    Kind.MORE: "plus",
    Kind.FEWER: "calendar-check",
    Kind.CLOSES: "ban",
    Kind.KEPT: "ban",
    Kind.SAME: "check",
}


@dataclass(frozen=True)
class Held:
    """Weeks in a row that cannot have so few seats, and who has one in each of them."""

    block: Block
    taken: int
    here: tuple[Presence, ...]


def held(listing: Listing, taken: Mapping[date, int]) -> list[Held]:
    """Who is in these weeks; ``taken`` says how many seats are."""
    if not taken:
        return []
    there = by_week(presences([listing], min(taken), max(taken)))
    alike: dict[tuple[int, tuple[Presence, ...]], list[date]] = defaultdict(list)
    for monday, seats in taken.items():
        alike[seats, tuple(there[monday])].append(monday)
    found = [
        Held(block, seats, here)
        for (seats, here), mondays in alike.items()
        for block in runs(mondays)
    ]
    return sorted(found, key=lambda one: one.block)


@dataclass(frozen=True)
class Group:
    """Weeks to which the same happens."""

    kind: Kind
    words: str
    blocks: list[Block]
    weeks: int

    @property
    def icon(self) -> str:
        return ICONS[self.kind]


@dataclass(frozen=True)
class Plan:
    """The wishes held against the weeks as they stand, and the rhythm beside."""

    listing: Listing
    wishes: Mapping[date, Wish]
    every: int
    start: date

    @cached_property
    def changes(self) -> list[Change]:
        return preview(self.listing, self.wishes)

    @property
    def _taken(self) -> dict[date, int]:
        return {one.monday: one.taken for one in self.changes if one.kind == Kind.REFUSED}

    @cached_property
    def refused(self) -> list[Held]:
        return held(self.listing, self._taken)

    @property
    def weeks_refused(self) -> int:
        return len(self._taken)

    @property
    def made(self) -> list[Change]:
        return [one for one in self.changes if one.is_made]

    @property
    def possible(self) -> dict[date, Wish]:
        """All wishes but those that cannot be."""
        no = self._taken
        return {monday: wish for monday, wish in self.wishes.items() if monday not in no}

    @property
    def seen(self) -> str:
        """Changes whenever what would happen does: what is confirmed is what was read."""
        rows = [
            (f"{one.monday}", one.kind, one.was, one.wish.seats, one.wish.reason)
            for one in self.changes
        ]
        return sha256(repr((rows, self.every, f"{self.start}")).encode()).hexdigest()[:24]

    @property
    def sets_rhythm(self) -> bool:
        wanted = (self.every, self.start if self.every > 1 else None)
        return wanted != (self.listing.starts_every, self.listing.anchor)

    @property
    def does_anything(self) -> bool:
        return bool(self.made) or self.sets_rhythm

    @property
    def holidays(self) -> list[tuple[date, str]]:
        """In the weeks that are open afterwards."""
        return [
            day for monday, wish in self.wishes.items() if wish.seats
            for day in holidays_in_week(monday)
        ]  # fmt: skip

    @property
    def groups(self) -> Iterator[Group]:
        alike: dict[tuple[Kind, str], list[date]] = defaultdict(list)
        for one in self.changes:
            if one.kind != Kind.REFUSED:
                alike[one.kind, _words(one)].append(one.monday)
        for kind, words in sorted(alike, key=lambda key: ORDER.index(key[0])):
            mondays = alike[kind, words]
            yield Group(kind, words, runs(mondays), len(mondays))

    @property
    def button(self) -> str:
        number = len(self.made)
        if not number:
            return _("Change the rhythm")
        opens = all(one.kind == Kind.OPENS for one in self.made)
        if self.refused:
            words = (
                ngettext("Open the other week", "Open the other %(n)d weeks", number)
                if opens
                else ngettext("Change the other week", "Change the other %(n)d weeks", number)
            )
        elif opens:
            words = ngettext("Open this week", "Open %(n)d weeks", number)
        else:
            words = ngettext("Change this week", "Change %(n)d weeks", number)
        return words % {"n": number}


def _seats(number: int) -> str:
    return ngettext("%(n)d seat", "%(n)d seats", number) % {"n": number}


def _words(one: Change) -> str:
    seats, was = _seats(one.wish.seats), _seats(one.was or 0)
    if one.kind == Kind.CLOSES:
        closes = {"reason": one.wish.reason}
        return _("Close: %(reason)s") % closes if one.wish.reason else _("Close")
    if one.kind == Kind.KEPT:
        kept = {"reason": one.reason_was}
        return _("Stay closed: %(reason)s") % kept if one.reason_was else _("Stay closed")
    if one.kind == Kind.OPENS:
        return _("Open with %(seats)s") % {"seats": seats}
    if one.kind == Kind.SAME:
        return _("Stay as they are")
    return _("Change to %(seats)s, from %(was)s") % {"seats": seats, "was": was}
