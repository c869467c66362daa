"""Which listings have which property, as compressed sets of keys in this process's memory.

Counting a facet is then the size of an intersection: microseconds at any size, where a
``GROUP BY`` over the table takes longer than drawing the page. The sets are a cache of
``Entry``: each reader first asks for the rows that other transactions wrote since it last
asked (``changed_in``), so they are never older than the page itself. Many rows at once, as at
the start, are learnt by value instead: PostgreSQL sends the keys of each, packed.
"""

import sys
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from threading import RLock
from typing import Any

from django.db import connection, transaction
from pyroaring import BitMap

from rotations.models.entry import NO_START
from rotations.search.entries import COLUMNS as WRITTEN
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
# What only PostgreSQL reads.
UNREAD = {"latitude", "longitude", "right_until", "published_at", "search", "changed_in"}
COLUMNS = ["listing_id", *(name for name in WRITTEN if name not in UNREAD)]
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
LIMIT %s
"""  # noqa: S608  our own columns
# More rows than this are learnt by value.
MANY = 5000
PACKED = "string_agg(int4send(listing_id::integer), ''::bytea)"
BY_VALUE = """
SELECT {columns}, {packed}
FROM rotations_entry {apart} WHERE is_listed GROUP BY {columns}
"""
# The same beginning as of ``NEWS``, and whose rows the sets that follow will hold already.
BEGIN = """
SELECT pg_relation_filenode('rotations_entry'), settled, ARRAY(
  SELECT DISTINCT changed_in FROM rotations_entry
  WHERE changed_in >= settled AND changed_in <> own
) FROM (SELECT
  pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS settled,
  coalesce(pg_current_xact_id_if_assigned()::text::bigint, 0) AS own
) now
"""
# A page waits for five seconds; a million rows take longer.
LOAD_SECONDS = 60
# Answers that are kept; each may hold some sets of all keys.
MOST_ANSWERS = 1000


def facets_of(row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The properties of one listing: the facet's name and its value."""
    for columns, says in PARTS.items():
        yield from says(*(row[name] for name in columns))


Says = Iterable[tuple[str, Any]]


def _one(facet: str, value: Any) -> Says:
    yield facet, value


def _several(facet: str, values: Iterable[Any]) -> Says:
    for value in values:
        yield facet, value


def _level(hands_on: int) -> Says:
    yield "level", str(hands_on)


def _price(cents: int) -> Says:
    yield "price", band_of(cents)


def _rhythm(every: int, anchor: date | None) -> Says:
    yield "rhythm", (every, phase_of(anchor, every))


def _answers(hours: int) -> Says:
    for value, most in ANSWERS.items():
        if hours <= most:
            yield "answers", value


def _lengths(least: int, most: int, step: int) -> Says:
    for weeks in range(least, most + 1, step):
        yield "weeks", weeks


def _seats(next_start: date) -> Says:
    if next_start != NO_START:
        yield "seats", "left"


def _free(runs: Iterable[Any]) -> Says:
    for run in runs:
        for number in range(number_of(run.lower), number_of(run.upper)):
            yield "free", number


# What columns say together.
PARTS: dict[tuple[str, ...], Callable[..., Says]] = {
    **{(column,): partial(_one, facet) for facet, column in ONE.items()},
    **{(column,): partial(_several, facet) for facet, column in SEVERAL.items()},
    ("hands_on",): _level,
    ("price_per_week",): _price,
    ("starts_every", "anchor"): _rhythm,
    ("answer_hours",): _answers,
    ("min_weeks", "max_weeks", "step_weeks"): _lengths,
    ("next_start",): _seats,
    ("free",): _free,
}


def band_of(cents: int) -> str:
    return next(name for name, end in PRICES.items() if end is None or cents < end)


def number_of(monday: date) -> int:
    """Weeks numbered through: the Monday after has the next number."""
    return (monday.toordinal() - 1) // 7


def monday_of(number: int) -> date:
    return date.fromordinal(number * 7 + 1)


def phase_of(anchor: date | None, every: int) -> int:
    return number_of(anchor) % every if anchor else 0


class Few(dict[Any, Any]):
    """Forgets what came first when it is full."""

    def __setitem__(self, key: Any, value: Any) -> None:
        if len(self) >= MOST_ANSWERS and key not in self:
            self.pop(list(self)[0], None)  # noqa: RUF015  a list: other threads write meanwhile
        super().__setitem__(key, value)


@dataclass
class Told:
    """Which keys meet a condition; of those that changed since it must be asked again."""

    keys: BitMap
    unsure: BitMap = field(default_factory=BitMap)


@dataclass
class Sets:
    """All listed keys, and the keys by property. Never changed while somebody reads: see ``current``."""

    everything: BitMap = field(default_factory=BitMap)
    by_facet: dict[str, dict[Any, BitMap]] = field(default_factory=lambda: defaultdict(dict))
    file: int = 0
    settled: int = 0
    seen: set[int] = field(default_factory=set)
    # Results: emptied by each change.
    answers: dict[Any, Any] = field(default_factory=Few)
    # By condition: what only PostgreSQL knows, such as which listings have a word.
    told: dict[Any, "Told"] = field(default_factory=Few)

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
        for told in list(self.told.values()):
            told.unsure |= changed

    def learn(self, names: Iterable[tuple[str, Any]], keys: BitMap) -> None:
        """These properties have all of these listings."""
        for facet, value in names:
            self.by_facet[facet].setdefault(value, BitMap()).update(keys)


_LOCK = RLock()
_STATE: dict[str, Sets] = {}


def current(*, today: date) -> Sets:
    """The sets, true at this moment. Mends what is stale first. One statement if nothing changed."""
    with _LOCK:
        if _learn(_STATE.setdefault("sets", Sets())):
            mend(today=today)
            _learn(_STATE["sets"])
        return _STATE["sets"]


def forget() -> None:
    """Start anew: for tests, whose rows are undone behind our back."""
    with _LOCK:
        _STATE.clear()


def _learn(sets: Sets, most: int | None = MANY) -> bool:
    """Ask for news; whether something is stale."""
    with connection.cursor() as cursor:
        cursor.execute(NEWS, [sets.settled, list(sets.seen), most and most + 1])
        rows = cursor.fetchall()
    file, settled, own, is_stale = rows[0][:4]
    if sets.file not in {0, file} or (most and len(rows) > most):
        _STATE["sets"] = loaded()
        return _learn(_STATE["sets"], most=None) or bool(is_stale)
    sets.file, sets.settled = file, settled
    if news := [row[4:] for row in rows if row[4] is not None]:
        # What this very transaction wrote may be followed by more of the same.
        sets.seen = {number for number in sets.seen | {row[0] for row in news} if number >= settled}
        sets.seen.discard(own)
        sets.take([dict(zip(COLUMNS, row[1:], strict=True)) for row in news])
    return bool(is_stale)


@transaction.atomic
def loaded() -> Sets:
    """All sets, by value. What is written meanwhile is news afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{LOAD_SECONDS}s'")
        cursor.execute(BEGIN)
        file, settled, seen = cursor.fetchone()
        sets = Sets(file=file, settled=settled, seen=set(seen))
        cursor.execute(BY_VALUE.format(packed=PACKED, columns="is_listed", apart=""))
        for _is_listed, keys in cursor:
            sets.everything = unpacked(keys)
        for columns, says in PARTS.items():
            is_free = columns == ("free",)
            names, apart = ("run", ", unnest(free) AS run") if is_free else (", ".join(columns), "")
            cursor.execute(BY_VALUE.format(packed=PACKED, columns=names, apart=apart))
            for *values, keys in cursor:
                sets.learn(says(values) if is_free else says(*values), unpacked(keys))
    return sets


def unpacked(keys: bytes) -> BitMap:
    """Four bytes a key, the highest first."""
    found = array("I", keys)
    if sys.byteorder == "little":
        found.byteswap()
    return BitMap(found)
