"""The catalogue: what matches, in which order, and what each filter would leave.

One statement fetches a short row for each published listing that fits the words
and the dates. Choosing, counting and sorting these rows is arithmetic: a facet is
counted under all filters but its own, or the values not chosen would vanish.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db.models import (
    Count,
    DateField,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Mod
from django.db.models.lookups import LessThanOrEqual

from rotations.kinds import HANDS_ON_FROM, HandsOn
from rotations.models import Listing, SeatWeek, Specialty, State

WORD = re.compile(r"[\w’'-]+")
OPERATORS = re.compile(r'"|(?:^|\s)-\w|\bOR\b')
# Words that say nothing about a place or a person.
SMALL_WORDS = frozenset(
    "a an and at by for from in of on or the to with rotation rotations".split()  # noqa: SIM905
)
MOST_WORDS = 8
THOUSAND, FIFTEEN_HUNDRED = 100_000, 150_000

FACETS = ("specialty", "state", "type", "touch", "setting", "price", "letterhead", "seats")


@dataclass(frozen=True)
class Search:
    """What somebody looks for. Each facet that names nothing lets everything through."""

    q: str = ""
    chosen: Mapping[str, frozenset[str]] = field(default_factory=dict)
    start: date | None = None
    until: date | None = None
    weeks: int | None = None
    sort: str = "soonest"

    @property
    def is_dated(self) -> bool:
        return self.start is not None or self.until is not None


@dataclass(frozen=True)
class Row:
    """A listing as far as filters and sorting know it."""

    pk: int
    title: str
    facets: tuple[str, ...]
    price: int
    next_start: date | None


@dataclass(frozen=True)
class Found:
    """What matches, sorted, and how many each value of each facet would leave."""

    rows: list[Row]
    counts: Mapping[str, Counter[str]]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def keys(self) -> list[int]:
        return [row.pk for row in self.rows]

    @property
    def starting(self) -> list[Row]:
        """Those with a free block ahead."""
        return [row for row in self.rows if row.next_start]

    @property
    def nearest(self) -> date | None:
        return min((row.next_start for row in self.rows if row.next_start), default=None)


def catalogue(
    search: Search,
    *,
    today: date,
    specialties: Iterable[Specialty] = (),
    states: Iterable[State] = (),
) -> Found:
    """Search the published listings. Specialties and states help to understand the words."""
    listings = _dated(Listing.objects.filter(_published()), search, today=today)
    if search.q:
        listings = listings.filter(_says(search.q, specialties, states))
    rows = [_row(values, search.weeks) for values in listings.values_list(*_VALUES)]
    if search.is_dated:
        rows = [row for row in rows if row.next_start]
    return _choose(rows, search)


def _published() -> Q:
    return Q(status="published", preceptor__suspended_at=None)


_VALUES = (
    "pk",
    "title",
    "specialty__slug",
    "site__state__abbr",
    "rotation_type",
    "hands_on",
    "setting",
    "letterhead",
    "fee_per_week",
    "usual_weeks",
    "service_fee",
    "next_start",
)


def _row(values: tuple, weeks: int | None) -> Row:
    pk, title, specialty, state, kind, hands_on, setting, letterhead, *money, next_start = values
    fee_per_week, usual_weeks, service_fee = money
    price = fee_per_week * (weeks or usual_weeks) + service_fee
    seats = "left" if next_start else ""
    facets = (
        specialty, state, kind, touch_of(hands_on), setting, band_of(price), letterhead, seats,
    )  # fmt: skip
    return Row(pk, title, facets, price, next_start)


def touch_of(hands_on: int) -> str:
    if hands_on >= HANDS_ON_FROM:
        return "hands-on"
    return "remote" if hands_on == HandsOn.REMOTE else "observe"


def band_of(price: int) -> str:
    if price < THOUSAND:
        return "under-1000"
    return "1000-1499" if price < FIFTEEN_HUNDRED else "1500-up"


def _choose(rows: Iterable[Row], search: Search) -> Found:
    wanted = [search.chosen.get(name, frozenset()) for name in FACETS]
    counts: list[Counter[str]] = [Counter() for _name in FACETS]
    chosen = []
    for row in rows:
        failed = [n for n, values in enumerate(wanted) if values and row.facets[n] not in values]
        if not failed:
            chosen.append(row)
            for n, value in enumerate(row.facets):
                counts[n][value] += 1
        elif len(failed) == 1:
            counts[failed[0]][row.facets[failed[0]]] += 1
    chosen.sort(key=_by_price if search.sort == "price" else _by_start)
    return Found(chosen, dict(zip(FACETS, counts, strict=True)))


def _by_start(row: Row) -> tuple[date, int, str, int]:
    return (row.next_start or date.max, row.price, row.title, row.pk)


def _by_price(row: Row) -> tuple[int, date, str, int]:
    return (row.price, row.next_start or date.max, row.title, row.pk)


def _dated(listings: QuerySet[Listing], search: Search, *, today: date) -> QuerySet[Listing]:
    """With ``next_start``: the first start in the window whose every week has a free seat."""
    weeks = search.weeks
    if weeks:
        lengths = Mod(Value(weeks) - F("min_weeks"), F("step_weeks"), output_field=IntegerField())
        listings = listings.filter(min_weeks__lte=weeks, max_weeks__gte=weeks)
        listings = listings.alias(over=lengths).filter(over=0)
    earliest = _Days(Value(today), F("listing__apply_lead_days"))
    rhythm = Mod(
        _Since(F("monday"), Coalesce("listing__anchor", F("monday"))),
        F("listing__starts_every") * 7,
        output_field=IntegerField(),
    )
    starts = (
        SeatWeek.objects.filter(listing=OuterRef("pk"), free__gt=0, monday__gte=earliest)
        .alias(rhythm=rhythm, free_weeks=Subquery(_free_weeks(weeks)))
        .filter(rhythm=0, free_weeks=weeks or F("listing__usual_weeks"))
        .exclude(_away(weeks))
    )
    if search.start:
        starts = starts.filter(monday__gte=search.start)
    if search.until:
        starts = starts.filter(monday__lte=search.until)
    first = starts.order_by("monday").values("monday")[:1]
    return listings.annotate(next_start=Subquery(first))


def _free_weeks(weeks: int | None) -> QuerySet[SeatWeek, Any]:
    """How many of the weeks of a block that starts in the outer week have a free seat."""
    days = Value(weeks * 7) if weeks else OuterRef("listing__usual_weeks") * 7
    end = _Days(OuterRef("monday"), days)
    return (
        SeatWeek.objects.filter(
            listing=OuterRef("listing"), monday__gte=OuterRef("monday"), monday__lt=end, free__gt=0
        )
        .order_by()
        .values("listing")
        .annotate(number=Count("pk"))
        .values("number")
    )


def _away(weeks: int | None) -> Q:
    """A block that starts in this week would run into its preceptor's time away."""
    days = Value(weeks * 7 - 3) if weeks else F("listing__usual_weeks") * 7 - 3
    begins = Coalesce("listing__preceptor__away_from", Value(date.min))
    return Q(listing__preceptor__away_until__gte=F("monday")) & Q(
        LessThanOrEqual(begins, _Days(F("monday"), days))
    )


class _Days(Func):
    """A date and a number of days: the day so many days later."""

    template, arg_joiner, output_field = "(%(expressions)s)", " + ", DateField()


class _Since(Func):
    """The days from one date to another, as a number."""

    template, arg_joiner, output_field = "(%(expressions)s)", " - ", IntegerField()


def _says(q: str, specialties: Iterable[Specialty], states: Iterable[State]) -> Q:
    """The text says it, or each word names a specialty, place, site, preceptor or is in the text."""
    whole = Q(document=SearchQuery(q, search_type="websearch", config="english"))
    words = [word for word in WORD.findall(q.lower()) if word not in SMALL_WORDS][:MOST_WORDS]
    if not words or OPERATORS.search(q):
        return whole
    each = Q()
    for word in words:
        each &= _names(word, specialties, states)
    return whole | each


def _names(word: str, specialties: Iterable[Specialty], states: Iterable[State]) -> Q:
    found = Q(document=SearchQuery(word, config="english"))
    fields = [one.pk for one in specialties if _is_called(one, word)]
    places = [
        one.pk for one in states if word == one.abbr.lower() or word in one.name.lower().split()
    ]
    found |= Q(specialty__in=fields) | Q(site__state__in=places)
    if len(word) > 2:  # noqa: PLR2004
        found |= Q(site__name__icontains=word) | Q(site__city__icontains=word)
        found |= Q(preceptor__user__name__icontains=word)
    return found


def _is_called(specialty: Specialty, word: str) -> bool:
    names = [specialty.name, specialty.board_name, *specialty.aliases]
    return any(word in re.split(r"\W+", name.lower()) for name in names)
