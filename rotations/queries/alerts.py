"""What an alert has to tell: openings since it looked last that fit, and were not told yet."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import User
from rotations.blocks import Block, OpenBlock
from rotations.models import Alert, Listing, Opening, SavedListing, Told
from rotations.queries.blocks import upcoming_blocks
from rotations.queries.listings import why_closed
from rotations.search import Search, catalogue

# A listing of which all is new: it was published, or came back.
ALL = None
Opened = dict[int, set[date | None]]


@dataclass(frozen=True)
class News:
    """A listing with the blocks that can be booked now and could not before."""

    listing: Listing
    blocks: list[OpenBlock]
    total: int
    weeks: int
    is_new: bool

    @property
    def first(self) -> OpenBlock:
        return self.blocks[0]

    @property
    def more(self) -> int:
        return len(self.blocks) - 1


def news_of(alert: Alert, search: Search | None, *, until: datetime) -> list[News]:
    """For a search, what fits it; without one, what she saved. The soonest start first."""
    opened = _opened(_openings(alert, until))
    if search is not None:
        opened = {key: opened[key] for key in _fitting(search, opened)}
    listings = Listing.objects.published().in_bulk(list(opened))
    weeks = search.weeks if search else None
    blocks = upcoming_blocks(listings.values(), weeks=weeks)
    told = set(
        Told.objects.filter(alert=alert, listing__in=listings).values_list("listing_id", "start_on")
    )
    found = []
    for key, listing in listings.items():
        fresh = [
            one
            for one in _bookable(listing, blocks[key], alert.owner, search)
            if _is_news(one.block, opened[key]) and (key, one.block.start_on) not in told
        ]
        if fresh and not why_closed(listing):
            length = weeks or listing.usual_weeks
            is_new = ALL in opened[key]
            found.append(News(listing, fresh, listing.total(length), length, is_new))
    return sorted(found, key=lambda one: (one.first.block.start_on, one.listing.pk))


def _openings(alert: Alert, until: datetime) -> QuerySet[Opening]:
    openings = Opening.objects.filter(at__gte=alert.since, at__lte=until)
    if alert.is_search:
        return openings
    # What opened before she saved it was no news to her then.
    kept = SavedListing.objects.filter(
        owner=alert.owner_id, listing=OuterRef("listing"), saved_at__lte=OuterRef("at")
    )
    return openings.filter(Exists(kept))


def _opened(openings: Iterable[Opening]) -> Opened:
    found: Opened = defaultdict(set)
    for one in openings:
        found[one.listing_id].add(one.monday)
    return found


def _fitting(search: Search, keys: Iterable[int]) -> set[int]:
    """Of these listings, those that the search finds."""
    wanted = set(keys)
    return wanted & set(catalogue(search, today=timezone.localdate()).keys) if wanted else set()


def _bookable(
    listing: Listing, blocks: Iterable[OpenBlock], owner: User, search: Search | None
) -> Iterable[OpenBlock]:
    """Free, in the days asked for, and not too soon for her."""
    profile = getattr(owner, "learner_profile", None)
    earliest = listing.first_start(needs_visa=bool(profile and profile.needs_visa))
    first = max(earliest, (search and search.start) or date.min)
    last = (search and search.until) or date.max
    end_by = (search and search.end_by) or date.max
    return (
        one
        for one in blocks
        if not one.is_full and first <= one.block.start_on <= last and one.block.end_on <= end_by
    )


def _is_news(block: Block, opened: set[date | None]) -> bool:
    return ALL in opened or not opened.isdisjoint(block.mondays)
