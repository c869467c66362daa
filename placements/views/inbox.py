"""The start of a preceptor and of her office: what waits, who is there, who comes."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import UserRequest, allow
from accounts.models import User
from accounts.queries import is_offered_second_factor
from clocks.queries import length
from placements import queries
from placements.actions.offers import undo_until
from placements.deadlines import EVALUATION_FROM, UNDO
from placements.models import Application, Placement
from placements.permissions import may_evaluate
from placements.states import LIVE, PlacementStatus, Status
from rotations.blocks import OpenBlock
from rotations.models import Listing
from rotations.queries import upcoming_blocks

SEATS_SHOWN = 3
FINISHED_SHOWN = 25
LOOK_AHEAD = timedelta(days=60)
RUNNING = frozenset({PlacementStatus.ACTIVE, PlacementStatus.WRAP_UP})


def practices_of(request: UserRequest) -> frozenset[int]:
    """Whose work she does here; 403 for who does nobody's."""
    allow(bool(request.user.practices))
    return request.user.practices


@require_safe
@login_required
def inbox(request: UserRequest) -> HttpResponse:
    """Requests oldest first, each with its two answers; what else is hers to do beside."""
    practices = practices_of(request)
    waiting = queries.cases(queries.review_queue(practices))
    there = list(queries.on_site(practices))
    facts = {
        "cases": waiting,
        "moves": list(queries.requests_waiting(practices)),
        "undoable": _undoable(practices),
        "first": waiting[0].application if waiting else None,
        "on_site": [one for one in there if one.status == PlacementStatus.ACTIVE],
        "to_sign": [one for one in there if one.unsigned],  # type: ignore[attr-defined]
        "to_evaluate": _to_evaluate(request.user, there),
        "next_arrival": _next_arrival(practices),
        "seats": _seats(practices),
        "names_host": request.user.is_delegate,
        "offers_second_factor": is_offered_second_factor(request.user),
    }
    return render(request, "placements/inbox.html", facts)


def _undoable(practices: frozenset[int]) -> list[tuple[Application, datetime | None]]:
    """Offers of the last two minutes, which can still be taken back."""
    offers = Application.objects.filter(
        listing__preceptor__in=practices,
        status=Status.OFFERED,
        offered_at__gte=timezone.now() - UNDO,
    ).with_listing()
    return [(offer, undo_until(offer)) for offer in offers]


def _to_evaluate(user: User, there: Iterable[Placement]) -> list[Placement]:
    """Hers to evaluate, nearly over or over, and without a signed evaluation."""
    done = queries.evaluated(there)
    soon = timezone.localdate() + length(EVALUATION_FROM)
    return [
        one
        for one in there
        if one.pk not in done and one.end_on <= soon and may_evaluate(user, one)
    ]


def _next_arrival(practices: frozenset[int]) -> Placement | None:
    today = timezone.localdate()
    return queries.starting_between(practices, today, today + LOOK_AHEAD).first()


def _seats(practices: frozenset[int]) -> list[tuple[Listing, list[OpenBlock]]]:
    """The next blocks of each of their published listings."""
    listings = list(Listing.objects.published().filter(preceptor__in=practices))
    blocks = upcoming_blocks(listings)
    return [(listing, blocks.get(listing.pk, [])[:SEATS_SHOWN]) for listing in listings]


@require_safe
@login_required
def learners(request: UserRequest) -> HttpResponse:
    """Who is on site, who comes, who has been."""
    everybody = queries.learners_of(practices_of(request))
    present = list(everybody.filter(status__in=RUNNING | LIVE))
    running = [one for one in present if _is_there(one)]
    coming = sorted(set(present) - set(running), key=lambda one: (one.start_on, one.pk))
    past = Paginator(everybody.exclude(status__in=RUNNING | LIVE), FINISHED_SHOWN)
    finished = past.get_page(request.GET.get("page"))
    facts = {
        "running": running,
        "coming": coming,
        "finished": finished,
        "evaluated": queries.evaluated([*running, *finished]),
        "names_host": request.user.is_delegate,
        "own": request.user.preceptor_profile.pk if request.user.is_preceptor else None,
    }
    return render(request, "placements/learners.html", facts)


def _is_there(placement: Placement) -> bool:
    """On site, over and not wrapped up, or on hold since it began."""
    if placement.status == PlacementStatus.ON_HOLD:
        return placement.start_on <= timezone.localdate(timezone=placement.listing.site.zone)
    return placement.status in RUNNING
