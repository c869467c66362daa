"""A search, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from rotations.places import Place

# Each facet's name is a parameter of the address; ``sets.facets_of`` says what has which value.
FACETS = (
    "specialty", "state", "area", "type", "level", "setting", "family", "price", "letterhead",
    "visa", "language", "answers", "seats",
)  # fmt: skip
USUAL_RADIUS = 50


@dataclass(frozen=True)
class Search:
    """What somebody looks for. Each facet that names nothing lets everything through.

    ``start`` and ``until`` bound the first day, ``end_by`` the last one; without ``weeks``
    each listing's usual length counts. ``radius`` is in miles.
    """

    q: str = ""
    chosen: Mapping[str, frozenset[str]] = field(default_factory=dict)
    start: date | None = None
    until: date | None = None
    end_by: date | None = None
    weeks: int | None = None
    near: Place | None = None
    radius: int = USUAL_RADIUS
    sort: str = "soonest"

    @property
    def is_dated(self) -> bool:
        return any((self.start, self.until, self.end_by))

    @property
    def key(self) -> tuple:
        """Equal for searches that find the same, however sorted."""
        chosen = tuple(sorted((name, tuple(sorted(found))) for name, found in self.chosen.items()))
        dates = (self.start, self.until, self.end_by, self.weeks)
        return (self.q, chosen, *dates, self.near, self.radius if self.near else 0)
