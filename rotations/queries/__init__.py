"""Questions about what is on offer, and when."""

from rotations.queries.blocks import alternatives, upcoming_blocks
from rotations.queries.catalogue import Found, Search, catalogue
from rotations.queries.listings import gaps_of, visible_listings
from rotations.queries.requests import Requests, live_blocks, requests_of

__all__ = [
    "Found",
    "Requests",
    "Search",
    "alternatives",
    "catalogue",
    "gaps_of",
    "live_blocks",
    "requests_of",
    "upcoming_blocks",
    "visible_listings",
]
