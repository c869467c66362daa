"""Questions about what is on offer, and when."""

from rotations.queries.alerts import News, news_of
from rotations.queries.blocks import alternatives, blocks_and_weeks, upcoming_blocks
from rotations.queries.listings import (
    gaps_of,
    has_licence,
    own_gaps_of,
    visible_listings,
    why_closed,
)
from rotations.queries.requests import Requests, live_blocks, open_requests, requests_of

__all__ = [
    "News",
    "Requests",
    "alternatives",
    "blocks_and_weeks",
    "gaps_of",
    "has_licence",
    "live_blocks",
    "news_of",
    "open_requests",
    "own_gaps_of",
    "requests_of",
    "upcoming_blocks",
    "visible_listings",
    "why_closed",
]
