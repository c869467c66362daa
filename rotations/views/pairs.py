"""Two rotations in a row that fill a stay."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import Request
from rotations.blocks import Block
from rotations.forms.catalogue import CatalogueForm
from rotations.models import Listing
from rotations.search import catalogue
from rotations.search.pairs import Half, Pair, pairs
from rotations.views.facets import chips
from rotations.views.names import names

SHOWN = 6


@dataclass(frozen=True)
class Stop:
    """One half of a pair, as it is shown."""

    listing: Listing
    block: Block

    @property
    def url(self) -> str:
        return (
            f"{self.listing.get_absolute_url()}?weeks={self.block.weeks}&on={self.block.start_on}"
        )

    @property
    def total(self) -> int:
        return self.listing.total(self.block.weeks)


@dataclass(frozen=True)
class Stay:
    pair: Pair
    stops: Sequence[Stop]

    @property
    def total(self) -> int:
        return sum(stop.total for stop in self.stops)


@require_safe
def show(request: Request) -> HttpResponse:
    """Pairs of blocks in different fields, back to back, for the search in the address."""
    specialties, states = names()
    filters = CatalogueForm(request.GET, specialties=specialties, states=states)
    found = catalogue(filters.search, today=timezone.localdate())
    made = pairs(found, SHOWN)
    halves = [half for pair in made for half in (pair.first, pair.second)]
    listings = Listing.objects.published().in_bulk({half.pk for half in halves})
    stays = [
        Stay(pair, [_stop(half, listings) for half in (pair.first, pair.second)])
        for pair in made
        if pair.first.pk in listings and pair.second.pk in listings
    ]
    context = {
        "stays": stays,
        "search": filters.search,
        "chips": chips(filters),
        "back": filters.address(),
    }
    return render(request, "rotations/pairs.html", context)


def _stop(half: Half, listings: dict[int, Listing]) -> Stop:
    return Stop(listings[half.pk], half.block)
