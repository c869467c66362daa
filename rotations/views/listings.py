"""The listings of a preceptor, for her and her office."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.http import UserRequest, allow
from rotations.actions.listings import pause_listing, publish_listing, submit_listing
from rotations.kinds import ListingStatus
from rotations.models import Listing
from rotations.permissions import may_pause
from rotations.queries import upcoming_blocks, visible_listings
from rotations.views.cards import BLOCKS_ON_A_CARD, Dates


@dataclass(frozen=True)
class Own:
    """One of her listings, with what she can do with it."""

    listing: Listing
    dates: list[Dates]
    move: str


MOVES = {ListingStatus.PUBLISHED: "pause", ListingStatus.PAUSED: "resume"}


@require_safe
@login_required
def my_listings(request: UserRequest) -> HttpResponse:
    practices = request.user.practices
    if not practices:
        raise Http404
    listings = list(
        Listing.objects.filter(preceptor__in=practices)
        .exclude(status=ListingStatus.ARCHIVED)
        .select_related("specialty", "site__state", "preceptor__user")
        .defer("document")
    )
    blocks = upcoming_blocks(listings)
    rows = [
        Own(
            listing,
            [Dates.of(one) for one in blocks[listing.pk][:BLOCKS_ON_A_CARD]],
            MOVES.get(ListingStatus(listing.status), ""),
        )
        for listing in listings
    ]
    facts = {"rows": rows, "names_host": request.user.is_delegate}
    return render(request, "rotations/my_listings.html", facts)


@require_POST
@login_required
def pause(request: UserRequest, slug: str) -> HttpResponse:
    listing = _own(request, slug)
    return _moved(
        request, lambda: pause_listing(listing, by=request.user),
        _("“%(title)s” is paused. Nobody finds it in the catalogue.") % {"title": listing.title},
    )  # fmt: skip


@require_POST
@login_required
def resume(request: UserRequest, slug: str) -> HttpResponse:
    """Back into the catalogue; what was never published goes through staff."""
    listing = _own(request, slug)
    allow(listing.status != ListingStatus.DRAFT and listing.published_at is not None)
    return _moved(
        request, lambda: publish_listing(listing, by=request.user),
        _("“%(title)s” is in the catalogue again.") % {"title": listing.title},
    )  # fmt: skip


@require_POST
@login_required
def submit(request: UserRequest, slug: str) -> HttpResponse:
    listing = _own(request, slug)
    return _moved(
        request, lambda: submit_listing(listing, by=request.user),
        _("“%(title)s” is with a coordinator. We write when it is published.")
        % {"title": listing.title},
    )  # fmt: skip


def _own(request: UserRequest, slug: str) -> Listing:
    listing = get_object_or_404(visible_listings(request.user), slug=slug)
    allow(may_pause(request.user, listing))
    return listing


def _moved(request: UserRequest, act: Callable[[], None], done: str) -> HttpResponse:
    try:
        act()
    except ValidationError as refusal:
        for sentence in refusal.messages:
            messages.error(request, sentence)
    else:
        messages.success(request, done)
    return redirect("rotations:my_listings")
