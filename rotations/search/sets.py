"""Which listings have which property, as compressed sets of keys in this process's memory.

Counting a facet is then the size of an intersection: microseconds at any size, where a
``GROUP BY`` over the table takes longer than drawing the page. The sets are a cache of
``Entry``: each reader first asks for the rows that other transactions wrote since it last
asked (``changed_in``), so they are never older than the page itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import RLock
from typing import Any

from django.db import connection
from pyroaring import BitMap

from rotations.models.entry import NO_START
from rotations.search.entries import mend

WEEK = timedelta(weeks=1)
# The smallest number of hours within which an answer counts, by the facet's value.
ANSWERS = {"day": 24, "three-days": 72, "week": 168}
# Cents a week; the last has no end.
PRICES = {"under-300": 30_000, "300-399": 40_000, "400-499": 50_000, "500-up": None}

# Facets by the column they are.
ONE = {
    "specialty": "specialty",
    "state": "state",
    "area": "area",
    "type": "rotation_type",
    "setting": "setting",
    "letterhead": "letterhead",
    "usual": "usual_weeks",
    "lead": "lead_days",
}
SEVERAL = {"family": "families", "language": "languages", "visa": "visas"}
COLUMNS = [
    "listing_id",
    "is_listed",
    "specialty",
    "state",
    "area",
    "rotation_type",
    "hands_on",
    "setting",
    "letterhead",
    "families",
    "languages",
    "visas",
    "price_per_week",
    "usual_weeks",
    "min_weeks",
    "max_weeks",
    "step_weeks",
    "starts_every",
    "anchor",
    "lead_days",
    "answer_hours",
    "free",
    "next_start",
]
# Who asks learns in one statement: the table's file (another one after TRUNCATE), up to which
# transaction all is settled, whether something is stale, and the rows that are new to her. A
# backup that runs for hours keeps ``settled`` where it is: what she has seen is left out.
NEWS = f"""
SELECT now.file, now.settled, now.own, now.is_stale, e.changed_in,
  {", ".join(f"e.{name}" for name in COLUMNS)}
FROM (SELECT
  pg_relation_filenode('rotations_entry') AS file,
  pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS settled,
  coalesce(pg_current_xact_id_if_assigned()::text::bigint, 0) AS own,
  EXISTS (SELECT FROM rotations_stale) AS is_stale
) now
LEFT JOIN rotations_entry e ON e.changed_in >= %s AND e.changed_in <> ALL(%s)
"""  # noqa: S608  our own columns


def facets_of(row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The properties of one listing: the facet's name and its value."""
    for name, column in ONE.items():
        yield name, row[column]
    for name, column in SEVERAL.items():
        for value in row[column]:
            yield name, value
    yield "level", str(row["hands_on"])
    yield "price", band_of(row["price_per_week"])
    yield "rhythm", (row["starts_every"], phase_of(row["anchor"], row["starts_every"]))
    for value, hours in ANSWERS.items():
        if row["answer_hours"] <= hours:
            yield "answers", value
    yield from _times_of(row)


def _times_of(row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for weeks in range(row["min_weeks"], row["max_weeks"] + 1, row["step_weeks"]):
        yield "weeks", weeks
    if row["next_start"] != NO_START:
        yield "seats", "left"
    for run in row["free"]:
        for number in range(number_of(run.lower), number_of(run.upper)):
            yield "free", number


def band_of(cents: int) -> str:
    return next(name for name, end in PRICES.items() if end is None or cents < end)


def number_of(monday: date) -> int:
    """Weeks numbered through: the Monday after has the next number."""
    return (monday.toordinal() - 1) // 7


def monday_of(number: int) -> date:
    return date.fromordinal(number * 7 + 1)


def phase_of(anchor: date | None, every: int) -> int:
    return number_of(anchor) % every if anchor else 0


@dataclass
class Asked:
    """The keys that met a condition, until when they are kept (monotonic), and which may no longer."""

    keys: BitMap
    until: float
    changed: BitMap = field(default_factory=BitMap)


@dataclass
class Sets:
    """All listed keys, and the keys by property. Never changed while somebody reads: see ``current``."""

    everything: BitMap = field(default_factory=BitMap)
    by_facet: dict[str, dict[Any, BitMap]] = field(default_factory=lambda: defaultdict(dict))
    file: int = 0
    settled: int = 0
    seen: set[int] = field(default_factory=set)
    # Results: emptied by each change.
    answers: dict[Any, Any] = field(default_factory=dict)
    # What only PostgreSQL knows, by the condition.
    asked: dict[Any, "Asked"] = field(default_factory=dict)

    def of(self, facet: str, value: Any) -> BitMap:
        return self.by_facet[facet].get(value) or BitMap()

    def any_of(self, facet: str, values: Iterable[Any]) -> BitMap:
        return BitMap.union(BitMap(), *(self.of(facet, value) for value in values))

    def take(self, rows: list[dict[str, Any]]) -> None:
        """Forget what was known of these listings, and learn what they are now."""
        changed = BitMap(row["listing_id"] for row in rows)
        if self.everything.intersect(changed):
            for values in self.by_facet.values():
                for known in values.values():
                    known.difference_update(changed)
        listed = [row for row in rows if row["is_listed"]]
        self.everything -= changed
        self.everything |= BitMap(row["listing_id"] for row in listed)
        found: dict[tuple[str, Any], list[int]] = defaultdict(list)
        for row in listed:
            for name in facets_of(row):
                found[name].append(row["listing_id"])
        for (facet, value), keys in found.items():
            self.by_facet[facet].setdefault(value, BitMap()).update(keys)
        self.answers.clear()
        for one in self.asked.values():
            one.changed |= changed


_LOCK = RLock()
_STATE: dict[str, Sets] = {}


def current(*, today: date) -> Sets:
    """The sets, true at this moment. Mends what is stale first. One statement if nothing changed."""
    with _LOCK:
        sets = _STATE.setdefault("sets", Sets())
        if _learn(sets):
            mend(today=today)
            _learn(sets)
        return _STATE["sets"]


def forget() -> None:
    """Start anew: for tests, whose rows are undone behind our back."""
    with _LOCK:
        _STATE.clear()


def _learn(sets: Sets) -> bool:
    """Ask for news; whether something is stale."""
    with connection.cursor() as cursor:
        cursor.execute(NEWS, [sets.settled, list(sets.seen)])
        rows = cursor.fetchall()
    file, settled, own, is_stale = rows[0][:4]
    if file != sets.file and sets.file:
        _STATE["sets"] = sets = Sets(file=file)
        return _learn(sets) or is_stale
    sets.file, sets.settled = file, settled
    if news := [row[4:] for row in rows if row[4] is not None]:
        # What this very transaction wrote may be followed by more of the same.
        sets.seen = {number for number in sets.seen | {row[0] for row in news} if number >= settled}
        sets.seen.discard(own)
        sets.take([dict(zip(COLUMNS, row[1:], strict=True)) for row in news])
    return bool(is_stale)
