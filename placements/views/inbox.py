"""A preceptor's start: what waits for her, who is with her, who comes."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import UserRequest, allow
from accounts.models import PreceptorProfile
from accounts.queries import is_offered_second_factor
from clocks.queries import length
from placements import queries
from placements.actions.offers import undo_until
from placements.deadlines import EVALUATION_FROM, UNDO
from placements.models import Application, Placement
from placements.states import LIVE, PlacementStatus, Status
from rotations.blocks import OpenBlock
from rotations.models import Listing
from rotations.queries import upcoming_blocks

SEATS_SHOWN = 3
FINISHED_SHOWN = 25
LOOK_AHEAD = timedelta(days=60)
RUNNING = frozenset({PlacementStatus.ACTIVE, PlacementStatus.WRAP_UP})


def preceptor_of(request: UserRequest) -> PreceptorProfile:
    """Her profile; 403 for everybody else."""
    allow(request.user.is_preceptor)
    return request.user.preceptor_profile


@require_safe
@login_required
def inbox(request: UserRequest) -> HttpResponse:
    """Requests oldest first, each with its two answers; what else is hers to do beside."""
    preceptor = preceptor_of(request)
    waiting = queries.cases(queries.review_queue(preceptor))
    there = list(queries.on_site(preceptor))
    facts = {
        "cases": waiting,
        "undoable": _undoable(preceptor),
        "first": waiting[0].application if waiting else None,
        "on_site": [one for one in there if one.status == PlacementStatus.ACTIVE],
        "to_sign": [one for one in there if one.unsigned],  # type: ignore[attr-defined]
        "to_evaluate": _to_evaluate(there),
        "next_arrival": _next_arrival(preceptor),
        "seats": _seats(preceptor),
        "offers_second_factor": is_offered_second_factor(request.user),
    }
    return render(request, "placements/inbox.html", facts)


def _undoable(preceptor: PreceptorProfile) -> list[tuple[Application, datetime | None]]:
    """Offers of the last two minutes, which can still be taken back."""
    offers = Application.objects.filter(
        listing__preceptor=preceptor,
        status=Status.OFFERED,
        offered_at__gte=timezone.now() - UNDO,
    ).with_listing()
    return [(offer, undo_until(offer)) for offer in offers]


def _to_evaluate(there: Iterable[Placement]) -> list[Placement]:
    """Nearly over or over, and without a signed evaluation."""
    done = queries.evaluated(there)
    soon = timezone.localdate() + length(EVALUATION_FROM)
    return [one for one in there if one.pk not in done and one.end_on <= soon]


def _next_arrival(preceptor: PreceptorProfile) -> Placement | None:
    today = timezone.localdate()
    return queries.starting_between(preceptor, today, today + LOOK_AHEAD).first()


def _seats(preceptor: PreceptorProfile) -> list[tuple[Listing, list[OpenBlock]]]:
    """The next blocks of each of her published listings."""
    listings = list(Listing.objects.published().of_preceptor(preceptor))
    blocks = upcoming_blocks(listings)
    return [(listing, blocks.get(listing.pk, [])[:SEATS_SHOWN]) for listing in listings]


@require_safe
@login_required
def learners(request: UserRequest) -> HttpResponse:
    """Who is on site, who comes, who has been."""
    everybody = queries.learners_of(preceptor_of(request))
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
    }
    return render(request, "placements/learners.html", facts)


def _is_there(placement: Placement) -> bool:
    """On site, over and not wrapped up, or on hold since it began."""
    if placement.status == PlacementStatus.ON_HOLD:
        return placement.start_on <= timezone.localdate(timezone=placement.listing.site.zone)
    return placement.status in RUNNING
