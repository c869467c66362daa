"""Which blocks a listing offers, and where else there is room."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from rotations.blocks import OpenBlock, open_blocks
from rotations.models import Listing, SeatWeek

ALTERNATIVES = 3
CANDIDATES = 40
# To whoever has not answered enough requests yet, a guess in the middle.
USUAL_ANSWER_HOURS = 72


def upcoming_blocks(
    listings: Iterable[Listing], *, today: date | None = None, weeks: int | None = None
) -> dict[int, list[OpenBlock]]:
    """The blocks of each listing from its first possible start on, full ones included.

    One statement for a page of listings, whose sites are loaded. Blocks have the
    listing's usual length, or ``weeks``; a week that is closed offers none, nor does
    its preceptor's time away.
    """
    firsts = {listing: listing.first_start(today=today) for listing in listings}
    if not firsts:
        return {}
    seats = _seats(list(firsts), since=min(firsts.values()))
    return {
        listing.pk: [
            one
            for one in open_blocks(
                seats[listing.pk],
                mondays=[
                    monday
                    for monday in seats[listing.pk]
                    if monday >= first and listing.may_start(monday)
                ],
                weeks=weeks or listing.usual_weeks,
            )
            if not listing.preceptor.is_away(one.block.start_on, one.block.end_on)
        ]
        for listing, first in firsts.items()
    }


def _seats(listings: Sequence[Listing], *, since: date) -> dict[int, dict[date, tuple[int, int]]]:
    """Free seats and capacity by listing and Monday, in the order of the weeks."""
    rows = (
        SeatWeek.objects.filter(listing__in=[listing.pk for listing in listings], monday__gte=since)
        .order_by("monday")
        .values_list("listing_id", "monday", "free", "capacity")
    )
    found: dict[int, dict[date, tuple[int, int]]] = defaultdict(dict)
    for listing_id, monday, free, capacity in rows:
        found[listing_id][monday] = (free, capacity)
    return found


def alternatives(
    listing: Listing, start_on: date | None = None, *, today: date | None = None
) -> list[tuple[Listing, OpenBlock]]:
    """Up to three similar listings with the free block that starts nearest.

    Ranked by specialty, distance, dates and how fast they answer; open to at
    least one family that this listing is open to.
    """
    candidates = list(
        Listing.objects.published()
        .filter(specialty__group=listing.specialty.group, families__overlap=listing.families)
        .exclude(pk=listing.pk)
        .order_by("pk")[:CANDIDATES]
    )
    blocks = upcoming_blocks(candidates, today=today)
    found = []
    for other in candidates:
        free = [block for block in blocks[other.pk] if not block.is_full]
        if free:
            found.append((other, min(free, key=lambda block: _days_apart(block, start_on))))
    found.sort(key=lambda pair: _unlikeness(listing, start_on, *pair))
    return found[:ALTERNATIVES]


def _days_apart(block: OpenBlock, start_on: date | None) -> int:
    return abs((block.block.start_on - (start_on or date.min)).days)


def _unlikeness(
    listing: Listing, start_on: date | None, other: Listing, block: OpenBlock
) -> tuple[bool, bool, bool, int, int]:
    return (
        other.specialty_id != listing.specialty_id,
        other.site.state_id != listing.site.state_id,
        other.is_hands_on != listing.is_hands_on,
        _days_apart(block, start_on),
        other.preceptor.median_answer_hours or USUAL_ANSWER_HOURS,
    )
