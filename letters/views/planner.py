"""Which rotations end in time for a letter in an application season (handbook 3.2, 4.3)."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.http import Request
from letters import deadlines
from letters.models import MatchSeason
from letters.queries import Window, ends_in, windows
from rotations.models import Specialty
from rotations.visitors import Visitor

LENGTHS = (2, 4, 6, 8, 12)
USUAL = 4


@require_safe
def planner(request: Request) -> HttpResponse:
    """Season, specialty and length stand in the address."""
    today = timezone.localdate()
    visitor = Visitor.of_request(request)
    seasons = list(MatchSeason.objects.all())
    season = _season(request, seasons, visitor, today)
    fields = list(Specialty.objects.all())
    goals = _goals(visitor, fields)
    specialty = _specialty(request, fields, goals)
    weeks = _weeks(request, visitor)
    context: dict[str, Any] = {
        "seasons": [(one, slugify(one.name)) for one in seasons if one.review_from > today],
        "season": season,
        "specialties": fields,
        "specialty": specialty,
        "goals": [one for one in goals if one != specialty],
        "weeks": weeks,
        "lengths": LENGTHS,
        "visitor": visitor,
        "here": request.get_full_path(),
    }
    if season and season.review_from > today:
        context |= _plan(season, specialty, weeks, visitor, today)
    return render(request, "letters/planner.html", context)


def _plan(
    season: MatchSeason, specialty: Specialty | None, weeks: int, visitor: Visitor, today: date
) -> dict[str, Any]:
    found = windows(season, weeks, today)
    numbers = {}
    if specialty and found:
        numbers = ends_in(specialty, weeks, found, needs_visa=visitor.needs_visa, today=today)
    return {
        "review_from": season.review_from,
        "there_by": deadlines.latest_letter(season.review_from),
        "last_in_time": deadlines.friday(deadlines.last_end_in_time(season.review_from)),
        "last_of_all": deadlines.friday(deadlines.latest_letter(season.review_from)),
        "rows": [
            {
                "window": window,
                "target": deadlines.target_on(window.last, season.review_from),
                "number": numbers.get(window.first, 0) if specialty else None,
                "url": _address(window, weeks, specialty),
                "marks": _marks(season, window),
            }
            for window in found
        ],
    }


def _address(window: Window, weeks: int, specialty: Specialty | None) -> str:
    """The catalogue's blocks of that length that end in the window."""
    query = {"start": window.starts_from, "end_by": window.last, "weeks": weeks}
    if specialty:
        query["specialty"] = specialty.slug
    return f"{reverse('rotations:catalogue')}?{urlencode(query)}"


def _marks(season: MatchSeason, window: Window) -> list[tuple[date, str]]:
    """The season's own days, in the window they fall into."""
    days = [
        (season.opens_on, _("the season opens")),
        (season.submit_from, _("applicants submit from this day")),
        (deadlines.latest_letter(season.review_from), _("letters should be there")),
        (season.review_from, _("programs begin to read")),
    ]
    return [(day, words) for day, words in days if window.first <= day <= window.through]


def _season(
    request: Request, seasons: list[MatchSeason], visitor: Visitor, today: date
) -> MatchSeason | None:
    """The one asked for, then hers, then the next in which a letter can come in time."""
    asked = request.GET.get("season", "")
    chosen = next((one for one in seasons if slugify(one.name) == asked), None)
    hers = visitor.profile.season if visitor.profile else None
    if chosen is None and hers and hers.review_from > today:
        return hers
    return chosen or next(
        (one for one in seasons if deadlines.latest_letter(one.review_from) > today), None
    )


def _goals(visitor: Visitor, fields: list[Specialty]) -> list[Specialty]:
    if not (visitor.profile and visitor.profile.pk):
        return []
    keys = set(visitor.profile.specialties.values_list("pk", flat=True))
    return [one for one in fields if one.pk in keys]


def _specialty(
    request: Request, fields: list[Specialty], goals: list[Specialty]
) -> Specialty | None:
    """The one asked for; an empty one is “all”, and none at all is her first aim."""
    if "specialty" not in request.GET:
        return goals[0] if goals else None
    asked = request.GET["specialty"]
    return next((one for one in fields if one.slug == asked), None)


def _weeks(request: Request, visitor: Visitor) -> int:
    asked = request.GET.get("weeks", "")
    hoped = visitor.answers.weeks if visitor.answers else None
    found = next((weeks for weeks in LENGTHS if str(weeks) == asked), hoped)
    return found or USUAL
