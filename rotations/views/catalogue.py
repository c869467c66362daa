from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import push_url

from accounts.http import Request
from guides.structured import graph, organization, website
from rotations.forms.catalogue import RADII, CatalogueForm
from rotations.models import Specialty
from rotations.search import Found, Row, Search, catalogue
from rotations.search.find import Cursor
from rotations.search.pairs import fills
from rotations.views.cards import faces
from rotations.views.facets import Chip, chips, facets, label_of, lengths, state_lines
from rotations.views.found import found_at
from rotations.views.names import names
from rotations.visitors import Visitor

PAGE_SIZE = 8
MONTHS_AHEAD = 13
SOON = 3
MOSAIC = 12
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
        "structured": graph(organization(), website(f"{reverse('rotations:catalogue')}?q=")),
        "specialties": specialties,
        "states": [(state, found.counts["state"][state.abbr]) for state in states],
        "months": _months(today),
        "month": month,
        "starts_that_month": len(that_month),
        "with_seats": found.with_seats,
        "mosaic": _mosaic(specialties, found.counts["specialty"]),
        "cards": faces(request, found.starting(SOON), today=today),
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
        "found_at": found_at(request.GET, specialties),
        "search": search,
        "visitor": visitor,
        "sort": filters.order,
        "facets": facets(filters, found, whole=request.GET.get("all", "")),
        "more_filters": filters.address(also=[("all", "more")]),
        "states": state_lines(filters, found),
        "months": _months(today),
        "lengths": lengths(found),
        "radii": RADII,
        "chips": chips(filters),
        "page": page,
        "found": found,
        "first_page": filters.address(),
        "has_pairs": fills(found),
        "cards": faces(
            request,
            page.rows,
            today=today,
            weeks=search.weeks,
            since=search.start,
            back=filters.address(also=place).rstrip("?"),
        ),
        "next_page": _turn(filters, "after", page.rows[-1].cursor) if page.has_next else "",
        "previous_page": _turn(filters, "before", page.rows[0].cursor) if page.has_previous else "",
    }
    if not found:
        context |= _instead(request, filters, found, today=today)
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
    request: Request, filters: CatalogueForm, found: Found, *, today: date
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
        "close": faces(request, nearest, today=today),
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
