"""Questions about what is on offer, and when."""

from rotations.queries.alerts import News, news_of
from rotations.queries.blocks import (
    WeekAhead,
    alternatives,
    blocks_and_weeks,
    similar,
    upcoming_blocks,
)
from rotations.queries.limits import Limit, forget_ratios, limits_on, own_limit, rules_on
from rotations.queries.listings import (
    gaps_of,
    has_licence,
    own_gaps_of,
    shown_listing,
    visible_listings,
    why_closed,
)
from rotations.queries.requests import Requests, live_blocks, open_requests, requests_of
from rotations.queries.weeks import Change, Kind, Wish, changes, preview

__all__ = [
    "Change",
    "Kind",
    "Limit",
    "News",
    "Requests",
    "WeekAhead",
    "Wish",
    "alternatives",
    "blocks_and_weeks",
    "changes",
    "forget_ratios",
    "gaps_of",
    "has_licence",
    "limits_on",
    "live_blocks",
    "news_of",
    "open_requests",
    "own_gaps_of",
    "own_limit",
    "preview",
    "requests_of",
    "rules_on",
    "shown_listing",
    "similar",
    "upcoming_blocks",
    "visible_listings",
    "why_closed",
]
