"""A preceptor's start: what waits for her, who is with her, who comes."""

from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import UserRequest, allow
from accounts.models import PreceptorProfile
from placements import queries
from placements.actions.offers import undo_until
from placements.models import Application
from placements.states import LIVE, PlacementStatus, Status
from rotations.models import Listing
from rotations.queries import upcoming_blocks

SEATS_SHOWN = 4
AHEAD = frozenset({PlacementStatus.ONBOARDING, PlacementStatus.READY, PlacementStatus.ON_HOLD})


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
        "on_site": there,
        "to_evaluate": _to_evaluate(there),
        "seats": _seats(preceptor),
    }
    return render(request, "placements/inbox.html", facts)


def _undoable(preceptor: PreceptorProfile) -> list[tuple[Application, datetime | None]]:
    """Offers of the last two minutes, which can still be taken back."""
    offers = Application.objects.filter(
        listing__preceptor=preceptor,
        status=Status.OFFERED,
        offered_at__gte=timezone.now() - timedelta(minutes=2),
    ).with_listing()
    return [(offer, undo_until(offer)) for offer in offers]


def _to_evaluate(there: list) -> list:
    """Nearly over or over, and without a signed evaluation."""
    done = queries.evaluated(there)
    soon = timezone.localdate() + timedelta(days=3)
    return [one for one in there if one.pk not in done and one.end_on <= soon]


def _seats(preceptor: PreceptorProfile) -> list[tuple[Listing, list]]:
    """The next blocks of each of her published listings."""
    listings = list(Listing.objects.published().of_preceptor(preceptor))
    blocks = upcoming_blocks(listings)
    return [(listing, blocks.get(listing.pk, [])[:SEATS_SHOWN]) for listing in listings]


@require_safe
@login_required
def learners(request: UserRequest) -> HttpResponse:
    """Who is on site, who comes, who has been."""
    preceptor = preceptor_of(request)
    rows = list(queries.learners_of(preceptor))
    running = {PlacementStatus.ACTIVE, PlacementStatus.WRAP_UP}
    facts = {
        "running": [row for row in rows if row.status in running],
        "coming": sorted(
            (row for row in rows if row.status in AHEAD), key=lambda row: row.start_on
        ),
        "finished": [row for row in rows if row.status not in running | LIVE],
        "evaluated": queries.evaluated(rows),
    }
    return render(request, "placements/learners.html", facts)
