"""The page of a field and of a state: what it is like, what is there, and what starts next."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.http import Request
from guides.http import moved
from guides.models import Guide
from guides.structured import breadcrumbs, graph
from rotations.borders import nearest
from rotations.forms.catalogue import CatalogueForm
from rotations.kinds import SpecialtyGroup
from rotations.models import Specialty, State
from rotations.queries.numbers import numbers, specialties_with_counts, states_with_counts
from rotations.search import catalogue
from rotations.views.cards import faces
from rotations.views.names import names

ON_A_PAGE = 5
RELATED = 6
TO_READ = ("choosing-a-specialty", "residency-match-timeline")
TO_READ_OF_A_STATE = ("types-of-us-clinical-experience", "eligibility")


@dataclass(frozen=True)
class Group:
    """Fields or states that stand together, each with the number of its rotations."""

    name: str
    members: Sequence[tuple[Specialty, int]] | Sequence[tuple[State, int]]


@dataclass(frozen=True)
class Starts:
    """What can be booked soonest: a few cards, and how many rotations have seats at all."""

    cards: list[SafeString]
    number: int

    @classmethod
    def of(cls, request: Request, chosen: list[tuple[str, str]]) -> "Starts":
        """Under these filters; without any there is nothing, rather than everything."""
        if not chosen:
            return cls([], 0)
        query = QueryDict(urlencode([*chosen, ("seats", "left")]))
        specialties, states = names()
        filters = CatalogueForm(query, specialties=specialties, states=states)
        today = timezone.localdate()
        found = catalogue(filters.search, today=today)
        return cls(faces(request, found.starting(ON_A_PAGE), today=today), len(found))


@require_safe
def specialties(request: Request) -> HttpResponse:
    order = list(SpecialtyGroup)
    found = sorted(
        specialties_with_counts(),
        key=lambda pair: (order.index(SpecialtyGroup(pair[0].group)), pair[0].name),
    )
    groups = [
        Group(str(SpecialtyGroup(name).label), list(members))
        for name, members in groupby(found, key=lambda pair: pair[0].group)
    ]
    return render(request, "rotations/specialties.html", {"groups": groups})


@require_safe
def states(request: Request) -> HttpResponse:
    """Where there are rotations, and where there are none at the moment."""
    found = states_with_counts()
    groups = [
        Group(_("With rotations"), [pair for pair in found if pair[1]]),
        Group(_("None at the moment"), [pair for pair in found if not pair[1]]),
    ]
    return render(
        request, "rotations/states.html", {"groups": [group for group in groups if group.members]}
    )


@require_safe
def specialty(request: Request, slug: str) -> HttpResponse:
    """What a field is like, and what starts next in it."""
    field = Specialty.objects.filter(slug=slug).first()
    if field is None:
        return moved(request, Specialty.objects.all(), slug)
    places = [pair for pair in states_with_counts(specialty=field.pk) if pair[1]]
    trail = [
        (_("Specialties"), reverse("rotations:specialties")),
        (field.name, field.get_absolute_url()),
    ]
    related, found = _related(field), numbers(specialty=field.pk)
    shown = [field] if found.rotations else [other for other, _number in related]
    starts = Starts.of(request, [("specialty", one.slug) for one in shown])
    context = {
        "specialty": field,
        "numbers": found,
        "starts": starts,
        "places": sorted(places, key=_most_first),
        "guides": Guide.objects.filter(slug__in=TO_READ, is_published=True).defer("body"),
        "related": related,
        "trail": trail,
        "structured": graph(breadcrumbs(trail)),
    }
    return render(request, "rotations/specialty.html", context)


@require_safe
def state(request: Request, slug: str) -> HttpResponse:
    """What there is in a state, what to know about its rules, and where else to look."""
    place = State.objects.filter(slug=slug).first()
    if place is None:
        return moved(request, State.objects.all(), slug)
    fields = [pair for pair in specialties_with_counts(site__state=place.pk) if pair[1]]
    trail = [(_("States"), reverse("rotations:states")), (place.name, place.get_absolute_url())]
    (nearby, touches), found = _nearby(place), numbers(site__state=place.pk)
    shown = [place] if found.rotations else [other for other, _number in nearby]
    starts = Starts.of(request, [("state", one.abbr) for one in shown])
    context = {
        "state": place,
        "numbers": found,
        "starts": starts,
        "fields": sorted(fields, key=_most_first),
        "guides": Guide.objects.filter(slug__in=TO_READ_OF_A_STATE, is_published=True).defer(
            "body"
        ),
        "nearby": nearby,
        "nearby_title": _("Rotations nearby") if touches else _("Rotations in other states"),
        "trail": trail,
        "structured": graph(breadcrumbs(trail)),
    }
    return render(request, "rotations/state.html", context)


def _most_first(pair: tuple[Specialty, int] | tuple[State, int]) -> tuple[int, str]:
    return (-pair[1], pair[0].name)


def _related(field: Specialty) -> list[tuple[Specialty, int]]:
    """Fields of the same group that have rotations; without any, those that have most."""
    others = sorted(
        (pair for pair in specialties_with_counts() if pair[1] and pair[0].pk != field.pk),
        key=_most_first,
    )
    same = [pair for pair in others if pair[0].group == field.group]
    return (same or others)[:RELATED]


def _nearby(place: State) -> tuple[list[tuple[State, int]], bool]:
    """The nearest states that have rotations, and true; for an island those that have most."""
    others = {one.abbr: (one, number) for one, number in states_with_counts() if number}
    close = nearest(place.abbr, others.keys() - {place.abbr}, most=RELATED)
    if close:
        return [others[abbr] for abbr in close], True
    elsewhere = (others[abbr] for abbr in others.keys() - {place.abbr})
    return sorted(elsewhere, key=_most_first)[:RELATED], False
