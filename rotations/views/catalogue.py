from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import push_url

from accounts.http import Request
from guides.models import Guide
from rotations.forms.catalogue import RADII, CatalogueForm
from rotations.kinds import HANDS_ON_FROM, SpecialtyGroup
from rotations.models import Specialty
from rotations.search import Found, Row, Search, catalogue
from rotations.search.find import Cursor
from rotations.search.pairs import fills
from rotations.views.cards import faces
from rotations.views.facets import Chip, chips, facets, label_of, lengths, options_of
from rotations.views.names import names
from rotations.visitors import Visitor

PAGE_SIZE = 8
MONTHS_AHEAD = 13
SOON = 3
ON_A_LANDING_PAGE = 5
MOSAIC = 12
TO_READ = ("choosing-a-specialty", "residency-match-timeline")
# Whoever looks today can hardly start before this.
USUAL_LEAD = timedelta(days=60)


@require_safe
def home(request: Request) -> HttpResponse:
    today = timezone.localdate()
    specialties, states = names()
    found = catalogue(Search(), today=today)
    month = _first_of(today + USUAL_LEAD)
    last = _first_of(month + timedelta(days=32)) - timedelta(days=1)
    that_month = found.also(start=month, until=last)
    context = {
        "specialties": specialties,
        "states": [(state, found.counts["state"][state.abbr]) for state in states],
        "months": _months(today),
        "month": month,
        "starts_that_month": len(that_month),
        "with_seats": found.with_seats,
        "mosaic": _mosaic(specialties, found.counts["specialty"]),
        "cards": faces(found.starting(SOON), Visitor.of_request(request), today=today),
    }
    return render(request, "home.html", context)


def _mosaic(fields: list[Specialty], counts: Counter[str]) -> list[tuple[Specialty, int]]:
    """The fields with most rotations; a drawing comes again only when all have been shown."""
    shown: Counter[str] = Counter()
    ranked: list[tuple[int, int, Specialty]] = []
    for field in sorted(fields, key=lambda one: (-counts[one.slug], one.name)):
        if counts[field.slug]:
            ranked.append((shown[field.motif], len(ranked), field))
            shown[field.motif] += 1
    return [(field, counts[field.slug]) for _again, _rank, field in sorted(ranked)[:MOSAIC]]


@vary_on_headers("HX-Request", "HX-History-Restore-Request")
@require_safe
def browse(request: Request) -> HttpResponse:
    """The catalogue. htmx gets the results alone, anyone else the page."""
    today = timezone.localdate()
    specialties, states = names()
    filters = CatalogueForm(request.GET, specialties=specialties, states=states)
    search = filters.search
    visitor = Visitor.of_request(request)
    found = catalogue(search, today=today)
    after, before = _cursor(request, "after"), _cursor(request, "before")
    page = found.page(PAGE_SIZE, after=after, before=before)
    if found and not page.rows:  # the list has become shorter than where the visitor was
        page, after, before = found.page(PAGE_SIZE), (), ()
    place = _place(request, after, before)
    context = {
        "filters": filters,
        "search": search,
        "visitor": visitor,
        "sort": filters.order,
        "facets": facets(filters, found, whole=request.GET.get("all", "")),
        "states": options_of("state", filters, found),
        "months": _months(today),
        "lengths": lengths(found),
        "radii": RADII,
        "chips": chips(filters),
        "page": page,
        "found": found,
        "first_page": filters.address(),
        "has_pairs": fills(found),
        "cards": faces(
            page.rows,
            visitor,
            today=today,
            weeks=search.weeks,
            since=search.start,
            back=filters.address(also=place).rstrip("?"),
        ),
        "next_page": _turn(filters, "after", page.rows[-1].cursor) if page.has_next else "",
        "previous_page": _turn(filters, "before", page.rows[0].cursor) if page.has_previous else "",
    }
    if not found:
        context |= _instead(filters, found, visitor, today=today)
    context["is_partial"] = request.htmx and not request.htmx.history_restore_request
    if not context["is_partial"]:
        return render(request, "rotations/catalogue.html", context)
    response = render(request, "rotations/catalogue.html#results", context)
    return push_url(response, request.path + filters.address(also=place).rstrip("?"))


def _cursor(request: Request, name: str) -> Cursor:
    """“2-738521-43750-12”; whatever else stands there means the first page."""
    parts = request.GET.get(name, "").split("-")
    if not all(part.isascii() and part.isdigit() and len(part) < 12 for part in parts):  # noqa: PLR2004
        return ()
    numbers = tuple(int(part) for part in parts)
    return numbers if len(numbers) in {3, 4} else ()


def _place(request: Request, after: Cursor, before: Cursor) -> list[tuple[str, str]]:
    """Where in the list the visitor is, to come back to."""
    return [(name, request.GET[name]) for name, at in (("after", after), ("before", before)) if at][
        :1
    ]


def _turn(filters: CatalogueForm, name: str, cursor: Cursor) -> str:
    return filters.address(also=[(name, "-".join(str(one) for one in cursor))])


@dataclass(frozen=True)
class WayOut:
    """A filter that empties the result, and what would be there without it."""

    chip: Chip
    number: int


def _instead(
    filters: CatalogueForm, found: Found, visitor: Visitor, *, today: date
) -> dict[str, Any]:
    """Nothing matches: which filter to drop, the next dates, and what comes nearest."""
    ways = []
    for name in found.filters:
        number = len(found.without(name))
        if number:
            dropped = DATES if name == "dates" else [name]
            label = ", ".join(
                label_of(filters, *pair) for pair in filters.params if pair[0] in dropped
            )
            ways.append(WayOut(Chip(label, filters.address(without=dropped)), number))
    ways.sort(key=lambda way: -way.number)
    nearest = _nearest_rows(found)
    return {
        "ways": ways,
        "nearest": found.nearest() if found.search.is_dated else None,
        "anytime": filters.address(without=DATES),
        "close": faces(nearest, visitor, today=today),
    }


DATES = ["start", "end_by", "month", "weeks"]
# What people give up last: the field, what they do there, and when.
GIVEN_UP_FIRST = (
    "language", "answers", "letterhead", "setting", "price", "area", "near", "seats", "type",
    "state", "dates", "family", "visa", "level", "q", "specialty",
)  # fmt: skip


def _nearest_rows(found: Found) -> Sequence[Row]:
    """The first rows when filters are given up one after the other."""
    given_up: list[str] = []
    for name in GIVEN_UP_FIRST:
        if name in found.filters:
            given_up.append(name)
            if found.without(*given_up):
                return found.relaxed(*given_up).page(SOON).rows
    return []


def _first_of(day: date) -> date:
    return day.replace(day=1)


def _months(today: date) -> list[date]:
    months = [_first_of(today)]
    while len(months) < MONTHS_AHEAD:
        months.append(_first_of(months[-1] + timedelta(days=32)))
    return months


@dataclass(frozen=True)
class Group:
    """A group of specialties, each with the number of its rotations."""

    name: str
    specialties: Sequence[Specialty]


def _with_counts(found: Found) -> list[Specialty]:
    """All specialties, each with the number of listings that anybody may find."""
    counts = found.sets.by_facet["specialty"]
    fields = names()[0]
    for one in fields:
        one.rotations = len(counts.get(one.slug, ()))  # type: ignore[attr-defined]
    return fields


@require_safe
def specialties(request: Request) -> HttpResponse:
    order = list(SpecialtyGroup)
    fields = _with_counts(catalogue(Search(), today=timezone.localdate()))
    found = sorted(fields, key=lambda one: (order.index(SpecialtyGroup(one.group)), one.name))
    groups = [
        Group(str(SpecialtyGroup(group).label), list(members))
        for group, members in groupby(found, key=lambda one: one.group)
    ]
    return render(request, "rotations/specialties.html", {"groups": groups})


@require_safe
def specialty(request: Request, slug: str) -> HttpResponse:
    """What a field is like, and what starts next in it."""
    field = get_object_or_404(Specialty, slug=slug)
    today = timezone.localdate()
    wanted = Search(chosen={"specialty": frozenset({slug})})
    found = catalogue(wanted, today=today)
    counts = found.counts
    related = [
        one
        for one in _with_counts(found)
        if one.group == field.group and one.pk != field.pk and one.rotations  # type: ignore[attr-defined]
    ]
    related.sort(key=lambda one: (-one.rotations, one.name))  # type: ignore[attr-defined]
    context = {
        "specialty": field,
        "cards": faces(found.starting(ON_A_LANDING_PAGE), Visitor.of_request(request), today=today),
        "number": len(found),
        "prices": found.prices(),
        "states": len(counts["state"]),
        "hands_on": sum(
            number for level, number in counts["level"].items() if int(level) >= HANDS_ON_FROM
        ),
        "guides": Guide.objects.filter(slug__in=TO_READ, is_published=True).defer("body"),
        "related": related[:6],
    }
    return render(request, "rotations/specialty.html", context)
