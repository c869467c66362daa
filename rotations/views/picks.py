"""A rotation's dates and weeks as its page shows them. Dozens on a page: drawn here, not by templates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.utils.dateformat import format as format_date
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rotations.blocks import Block, OpenBlock
from rotations.queries import Requests, WeekAhead
from rotations.views.cards import Dates

# So many dates stand open; the others are folded away.
DATES_SHOWN = 6
# A listing that begins on any Monday has dozens: a link asks for all of them. Where all are full,
# those that stand open say enough.
MOST_DATES = 18
PICK = (
    '<label class="pick"><input class="form-check-input" type="radio" name="start" value="{}"{}>'
    "<span><b>{}</b><br>{}</span>{}</label>"
)
SEATS = '<span class="seats{}">{}{}<span class="vh"> {}</span></span>'
WEEK = '<li class="{}">{}<b>{}</b></li>'


@dataclass(frozen=True)
class Pick:
    """A block to choose, with why it cannot be. ``is_open``: the listing takes requests at all."""

    one: OpenBlock
    requests: Requests
    why_not: str
    is_chosen: bool
    is_open: bool

    @property
    def start_on(self) -> date:
        return self.one.block.start_on

    def __str__(self) -> str:
        """As templates show it: HTML that is safe."""
        block, language = self.one.block, get_language()
        marks = " checked" if self.is_chosen else ""
        if self.why_not or not self.is_open:
            marks += " disabled"
        return format_html(
            PICK,
            block.start_on,
            marks,
            _day(block.start_on, "D, M j", language),
            _until(block.end_on, language),
            _seats(self.one.free, self.one.capacity, self.why_not, language),
        )


@lru_cache(maxsize=2048)
def _day(day: date, form: str, _language: str | None) -> str:
    return format_date(day, form)


@lru_cache(maxsize=2048)
def _until(day: date, _language: str | None) -> str:
    return _("to %(day)s") % {"day": format_date(day, "D, M j, Y")}


@lru_cache(maxsize=1024)
def _seats(free: int, capacity: int, why_not: str, _language: str | None) -> SafeString:
    dates = Dates.of(OpenBlock(Block(date.min, 1), free, capacity))
    if why_not:
        return format_html(SEATS, "", "", why_not, dates.total)
    pips = format_html('<span class="pips">{}</span>', dates.pips) if dates.pips else ""
    return format_html(
        SEATS, f" {dates.tone}" if dates.tone else "", pips, dates.words, dates.total
    )


@dataclass(frozen=True)
class Picks:
    """The blocks as the page shows them; without any, it is falsy."""

    shown: list[Pick]
    folded: list[Pick]
    left_out: int

    @classmethod
    def of(cls, picks: list[Pick], *, are_all: bool) -> "Picks":
        has_room = any(not pick.one.is_full for pick in picks)
        most = len(picks) if are_all else MOST_DATES if has_room else DATES_SHOWN
        far = [pick for pick in picks[most:] if pick.is_chosen]
        folded = picks[DATES_SHOWN:most] + far
        return cls(picks[:DATES_SHOWN], folded, max(len(picks) - most - len(far), 0))

    def __len__(self) -> int:
        return len(self.shown)

    @property
    def is_unfolded(self) -> bool:
        return any(pick.is_chosen for pick in self.folded)

    @property
    def busy(self) -> list[Pick]:
        """Those that others have asked for."""
        return [pick for pick in self.shown if pick.requests.held or pick.requests.waiting]


def picks(
    blocks: Iterable[OpenBlock],
    chosen: Block | None,
    earliest: date,
    hers: list[Block],
    requests: Mapping[Block, Requests],
    *,
    is_open: bool,
) -> list[Pick]:
    return [
        Pick(
            one,
            requests=requests.get(one.block, Requests()),
            why_not=_why_not(one, earliest, hers),
            is_chosen=one.block == chosen,
            is_open=is_open,
        )
        for one in blocks
    ]


def _why_not(one: OpenBlock, earliest: date, hers: list[Block]) -> str:
    if one.is_full:
        return _("Full")
    if one.block.start_on < earliest:
        return _("Too soon for a visa")
    if any(one.block.overlaps(other) for other in hers):
        return _("You have another rotation then")
    return ""


def week_lines(ahead: Iterable[WeekAhead]) -> SafeString:
    """The seats of each week, as lines of a list."""
    language = get_language()
    return format_html_join(
        "",
        WEEK,
        (
            (week.tone, _day(week.monday, "M j", language), _left(week.free, language))
            for week in ahead
        ),
    )


@lru_cache(maxsize=256)
def _left(free: int, _language: str | None) -> str:
    return _("%(n)d left") % {"n": free} if free else _("full")
