from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import push_url

from accounts.http import Request
from guides.models import Guide
from rotations.forms.catalogue import CatalogueForm
from rotations.kinds import ListingStatus, SpecialtyGroup
from rotations.models import Specialty, State
from rotations.queries import Search, catalogue
from rotations.views.cards import Visitor, cards
from rotations.views.facets import chips, facets, options_of

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
    specialties, states = list(Specialty.objects.all()), list(State.objects.all())
    found = catalogue(Search(), today=today)
    starting = [row.pk for row in found.starting]
    month = _first_of(today + USUAL_LEAD)
    that_month = catalogue(
        Search(start=month, until=_first_of(month + timedelta(days=32)) - timedelta(days=1)),
        today=today,
    )
    context = {
        "specialties": specialties,
        "states": [(state, found.counts["state"][state.abbr]) for state in states],
        "months": _months(today),
        "month": month,
        "starts_that_month": len(that_month),
        "with_seats": len(starting),
        "mosaic": _mosaic(specialties, found.counts["specialty"]),
        "cards": cards(starting[:SOON], Visitor.of(request.user), today=today),
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
    specialties, states = list(Specialty.objects.all()), list(State.objects.all())
    filters = CatalogueForm(request.GET, specialties=specialties, states=states)
    search = filters.search
    found = catalogue(search, today=today, specialties=specialties, states=states)
    page = Paginator(found.keys, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "search": search,
        "facets": facets(filters, found),
        "states": options_of("state", filters, found),
        "months": _months(today),
        "chips": chips(filters),
        "page": page,
        "found": found,
        "cards": cards(
            page.object_list,
            Visitor.of(request.user),
            today=today,
            weeks=search.weeks,
            back=filters.address(page=page.number).rstrip("?"),
        ),
        "next_page": filters.address(page=page.number + 1),
        "previous_page": filters.address(page=page.number - 1),
    }
    if not found:
        context |= _nearest(search, today, specialties=specialties, states=states)
        dates = [pair for pair in filters.params if pair[0] in {"start", "month"}]
        context["anytime"] = filters.address(without=dates)
    context["is_partial"] = request.htmx and not request.htmx.history_restore_request
    if not context["is_partial"]:
        return render(request, "rotations/catalogue.html", context)
    response = render(request, "rotations/catalogue.html#results", context)
    return push_url(response, request.path + filters.address(page=page.number).rstrip("?"))


def _nearest(search: Search, today: date, **known: Any) -> dict[str, Any]:
    """Nothing matches: the next start that exists if the dates are dropped, or all filters."""
    if not search.is_dated:
        return {}
    anytime = catalogue(replace(search, start=None, until=None), today=today, **known)
    return {"nearest": anytime.nearest}


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


def _with_counts() -> Any:
    published = Q(listings__status=ListingStatus.PUBLISHED, listings__preceptor__suspended_at=None)
    return Specialty.objects.annotate(rotations=Count("listings", filter=published))


@require_safe
def specialties(request: Request) -> HttpResponse:
    order = list(SpecialtyGroup)
    found = sorted(_with_counts(), key=lambda one: (order.index(one.group), one.name))
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
    found = catalogue(Search(chosen={"specialty": frozenset({slug})}), today=today)
    starting = [row.pk for row in found.starting][:ON_A_LANDING_PAGE]
    related = _with_counts().filter(group=field.group, rotations__gt=0).exclude(pk=field.pk)
    context = {
        "specialty": field,
        "cards": cards(starting, Visitor.of(request.user), today=today),
        "number": len(found),
        "prices": (min(row.price for row in found.rows), max(row.price for row in found.rows))
        if found.rows
        else None,
        "states": len(found.counts["state"]),
        "hands_on": found.counts["touch"]["hands-on"],
        "guides": Guide.objects.filter(slug__in=TO_READ, is_published=True).defer("body"),
        "related": related.order_by("-rotations", "name")[:6],
    }
    return render(request, "rotations/specialty.html", context)
