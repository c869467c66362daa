"""Questions about what is on offer, and when."""

from rotations.queries.blocks import alternatives, upcoming_blocks
from rotations.queries.catalogue import Found, Search, catalogue

__all__ = ["Found", "Search", "alternatives", "catalogue", "upcoming_blocks"]
