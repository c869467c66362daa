"""How much there is in a field or a state, for pages that say so; up to a minute old."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from django.core.cache import caches
from django.db.models import Count, F, Max, Min, Q, QuerySet

from rotations.kinds import HANDS_ON_FROM, ListingStatus
from rotations.models import Listing, Specialty, State

# Counts may be so old, in seconds; seats on a card never are.
AGE = 60
TOTAL = F("fee_per_week") * F("usual_weeks") + F("service_fee")
T = TypeVar("T")


@dataclass(frozen=True)
class Numbers:
    """Of the public listings of one field, of one state, or of all."""

    rotations: int
    lowest: int | None
    highest: int | None
    hands_on: int
    sites: int
    cities: int

    @property
    def hands_on_percent(self) -> int:
        return round(100 * self.hands_on / self.rotations) if self.rotations else 0


def numbers(**where: Any) -> Numbers:
    """Of the listings ``where``: a field or a state, so that an index finds them."""

    def count() -> Numbers:
        facts = _public(**where).aggregate(
            rotations=Count("pk"),
            lowest=Min(TOTAL),
            highest=Max(TOTAL),
            hands_on=Count("pk", filter=Q(hands_on__gte=HANDS_ON_FROM)),
            sites=Count("site", distinct=True),
            cities=Count("site__city", distinct=True),
        )
        return Numbers(**facts)

    return _remembered("numbers", where, count)


def specialties_with_counts(**where: Any) -> list[tuple[Specialty, int]]:
    """All fields with the number of their rotations."""
    return _remembered(
        "specialties", where, lambda: _with_counts(Specialty.objects.all(), "specialty", where)
    )


def states_with_counts(**where: Any) -> list[tuple[State, int]]:
    """All states and territories with the number of their rotations."""
    return _remembered(
        "states", where, lambda: _with_counts(State.objects.all(), "site__state", where)
    )


def _public(**where: Any) -> QuerySet[Listing]:
    return Listing.objects.filter(
        status=ListingStatus.PUBLISHED, preceptor__suspended_at=None, **where
    )


def _with_counts(rows: QuerySet[Any], field: str, where: dict[str, Any]) -> list[tuple[Any, int]]:
    groups = _public(**where).order_by().values_list(field).annotate(number=Count("pk"))
    counts = dict(groups)
    return [(row, counts.get(row.pk, 0)) for row in rows]


def _remembered(what: str, where: dict[str, Any], ask: Callable[[], T]) -> T:
    about = "-".join(f"{name}={value}" for name, value in sorted(where.items()))
    return cast(T, caches["local"].get_or_set(f"numbers-{what}-{about}", ask, AGE))
