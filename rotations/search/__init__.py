"""The catalogue's engine: what people look for, held against what is on offer."""

from rotations.search.asked import FACETS, Search
from rotations.search.find import Found, Page, Row, catalogue

__all__ = ["FACETS", "Found", "Page", "Row", "Search", "catalogue"]
