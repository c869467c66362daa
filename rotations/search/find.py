"""The catalogue: what matches, how many each choice of each filter would leave, and one page of it.

What matches and the counts are sets (``sets``); a page's rows come from PostgreSQL in the
order of an index, from a key on: a deep page costs what the first does, and a listing that
comes in between moves nothing.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, reduce
from operator import and_
from typing import Any

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Expression, RawSQL
from pyroaring import BitMap

from rotations.models.entry import NO_START, Entry
from rotations.search import sql, words
from rotations.search.asked import Search
from rotations.search.dates import with_room
from rotations.search.sets import PACKED, Sets, Told, current, monday_of, unpacked

LENGTHS = (1, 2, 4, 6, 8, 12)
# Of one search; whoever reads on and on through it fills no memory.
MOST_PAGES = 20
# Rows of an index that are looked at here for a page, before PostgreSQL is told which ones count.
MOST_WALKED = 2000
# The planner takes reading all texts for cheap: it counts pages, and not what it is to unpack them;
# a second process for what one index answers costs more than it saves. All goes to the server at
# once and makes one transaction, which the settings do not outlive.
BY_INDEX = (
    "SELECT set_config('enable_seqscan', 'off', true),"
    " set_config('max_parallel_workers_per_gather', '0', true); "
)
ORDERS = {
    "soonest": ("next_start", "price_per_week", "listing_id"),
    "relevance": ("next_start", "price_per_week", "listing_id"),
    "price": ("price_per_week", "listing_id"),
    "answers": ("answer_hours", "next_start", "listing_id"),
    "distance": ("meters", "listing_id"),
}
BY_DATES = ("price_per_week", "listing_id")

# A group's number and the values of its order's columns; dates as ordinals.
Cursor = tuple[int, ...]


@dataclass(frozen=True)
class Row:
    """A listing on a page. ``version`` changes with whatever its card shows."""

    pk: int
    version: int
    start: date | None
    cursor: Cursor


@dataclass(frozen=True)
class Page:
    rows: Sequence[Row]
    has_next: bool
    has_previous: bool

    @property
    def keys(self) -> list[int]:
        return [row.pk for row in self.rows]


class Counts(dict[str, Counter]):
    """By facet; counted when a page first asks: of thousands of cities hardly any page does."""

    def __init__(self, sets: Sets, filters: Mapping[str, BitMap]) -> None:
        super().__init__()
        self._sets, self._filters = sets, filters

    def __missing__(self, name: str) -> Counter:
        base = _without(self._sets, self._filters, name)
        is_all = len(base) == len(self._sets.everything)
        counted = Counter(
            {
                value: number
                for value, keys in list(self._sets.by_facet[name].items())
                if (number := len(keys) if is_all else base.intersection_cardinality(keys))
            }
        )
        self[name] = counted
        return counted


def _without(sets: Sets, filters: Mapping[str, BitMap], *names: str) -> BitMap:
    kept = [keys for name, keys in filters.items() if name not in names]
    return reduce(and_, kept, sets.everything)


@dataclass(frozen=True)
class Found:
    """What matches a search. ``mended``: the words that were read instead of the typed ones."""

    search: Search
    sets: Sets
    today: date
    filters: Mapping[str, BitMap]
    front: BitMap
    starts: Sequence[tuple[int, BitMap]]
    parts: Sequence[words.Part]
    mended: str
    # Its own pages: forgotten with it when anything changes.
    pages: dict[Any, Page] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def keys(self) -> BitMap:
        """All that match, without an order."""
        return self.without()

    def without(self, *names: str) -> BitMap:
        """What would match if these filters were dropped."""
        return _without(self.sets, self.filters, *names)

    @cached_property
    def counts(self) -> "Counts":
        """Each facet's values, counted under all filters but its own."""
        return Counts(self.sets, self.filters)

    @cached_property
    def lengths(self) -> Mapping[int, int]:
        """How many would be left for each length of stay."""
        base = self.without("dates")
        found = {}
        for weeks in LENGTHS:
            if self.search.is_dated:
                asked = replace(self.search, weeks=weeks)
                fit = with_room(self.sets, asked, today=self.today)
                found[weeks] = sum(base.intersection_cardinality(keys) for _week, keys in fit)
            else:
                found[weeks] = base.intersection_cardinality(self.sets.of("weeks", weeks))
        return found

    def starting(self, number: int) -> Sequence[Row]:
        """The first rows that have a free block ahead."""
        return [row for row in self.page(number).rows if row.start]

    @property
    def with_seats(self) -> int:
        return self.counts["seats"]["left"]

    def nearest(self) -> date | None:
        """The next first day that all the other filters leave."""
        anytime = replace(self.search, start=None, until=None, end_by=None)
        base = self.without("dates")
        for week, keys in _dates(self.sets, anytime, self.today):
            if base.intersect(keys):
                return monday_of(week)
        return None

    def relaxed(self, *names: str) -> "Found":
        """The same search with some filters dropped."""
        kept = {key: values for key, values in self.search.chosen.items() if key not in names}
        dropped: dict[str, Any] = {}
        if "dates" in names:
            dropped |= {"start": None, "until": None, "end_by": None, "weeks": None}
        if "q" in names:
            dropped |= {"q": "", "sort": "soonest"}
        if "near" in names:
            dropped |= {"near": None, "sort": "soonest"}
        return self.also(chosen=kept, **dropped)

    def also(self, **changes: Any) -> "Found":
        """Another search at the same moment, without a further question."""
        return _on(self.sets, replace(self.search, **changes), self.today)

    # Pages ------------------------------------------------------------------

    def page(self, size: int, *, after: Cursor = (), before: Cursor = ()) -> Page:
        """So many rows from a key on, or up to one; from memory while nothing has changed."""
        before, after = self._known(before), self._known(after)
        known = self.pages.get((size, before, after))
        if known is None:
            known = self._page(size, before, after)
            if len(self.pages) < MOST_PAGES:
                self.pages[size, before, after] = known
        return known

    def _page(self, size: int, before: Cursor, after: Cursor) -> Page:
        back = bool(before)
        cursor = before or after
        rows = list(self._rows(size + 1, cursor, back=back))
        has_more = len(rows) > size
        rows = rows[:size]
        if back:
            return Page(rows[::-1], has_next=True, has_previous=has_more)
        return Page(rows, has_next=has_more, has_previous=bool(after))

    def _known(self, cursor: Cursor) -> Cursor:
        """A cursor of this order; whatever else somebody wrote means the first page."""
        fits = len(cursor) == len(self.order) + 1 and all(
            0 < value <= date.max.toordinal() if name == "next_start" else value < 2**31
            for name, value in zip(self.order, cursor[1:], strict=True)
        )
        return cursor if fits else ()

    def _rows(self, need: int, cursor: Cursor, *, back: bool) -> Iterator[Row]:
        for batch, inner in self._batches(need, cursor, back=back):
            found = self._of(batch, inner, need, back=back)
            yield from found
            need -= len(found)
            if need <= 0:
                return

    def _batches(
        self, need: int, cursor: Cursor, *, back: bool
    ) -> Iterator[tuple[dict[int, BitMap], Cursor]]:
        """Groups in order, small ones together, so that a page needs one or two statements."""
        batch: dict[int, BitMap] = {}
        size = 0
        for number, keys in self.groups[:: -1 if back else 1]:
            if cursor and (number > cursor[0] if back else number < cursor[0]):
                continue
            if cursor and number == cursor[0]:
                yield {number: keys}, cursor[1:]
                continue
            if batch and not self._is_small(size + len(keys)):
                yield batch, ()
                batch, size = {}, 0
            batch[number] = keys
            size += len(keys)
            if size >= need:
                yield batch, ()
                batch, size = {}, 0
        if batch:
            yield batch, ()

    @cached_property
    def groups(self) -> list[tuple[int, BitMap]]:
        """What comes before everything else: the week of the start, or where the words stand."""
        if self.is_by_dates:
            return [(week, found) for week, keys in self.starts if (found := keys & self.keys)]
        if self.search.sort == "relevance":
            front = self.keys & self.front
            return [(n, keys) for n, keys in enumerate((front, self.keys - front)) if keys]
        return [(0, self.keys)] if self.keys else []

    @property
    def is_by_dates(self) -> bool:
        """The week in which a listing first fits comes before everything else."""
        return self.search.sort == "soonest" and self.search.is_dated

    @property
    def order(self) -> tuple[str, ...]:
        if self.is_by_dates:
            return BY_DATES
        return ORDERS[self.search.sort]

    def _is_small(self, number: int) -> bool:
        """Cheaper to fetch and sort all of them than to walk an index until a page is full."""
        return number * number <= 10 * len(self.sets.everything) or number <= 100  # noqa: PLR2004

    def _of(
        self, batch: Mapping[int, BitMap], cursor: Cursor, need: int, *, back: bool
    ) -> list[Row]:
        if len(batch) > 1:
            return self._merged(batch, need, back=back)
        ((number, keys),) = batch.items()
        entries = self._entries()
        if self._is_small(len(keys)):
            entries = entries.filter(sql.among(keys))
            return [
                self._row(number, row) for row in self._slice(entries, cursor, back=back)[:need]
            ]
        reach = 0 if "meters" in self.order else self._reach(len(keys), need)
        walked = self._slice(entries.filter(*self._cheap(number)), cursor, back=back)
        some = list(walked[:reach])
        found = [self._row(number, row) for row in some if row[0] in keys][:need]
        if len(found) < need and len(some) == reach:
            last = self._row(number, some[-1]).cursor[1:] if some else cursor
            entries = entries.filter(sql.among(keys))
            rest = self._slice(entries, last, back=back)[: need - len(found)]
            found += [self._row(number, row) for row in rest]
        return found

    def _reach(self, number: int, need: int) -> int:
        """So many rows hold as many as are needed, with some to spare."""
        base = len(self.without("q", "near"))
        return min(MOST_WALKED, need * 2 * max(1, base // number))

    def _merged(self, batch: Mapping[int, BitMap], need: int, *, back: bool) -> list[Row]:
        """Several small groups: fetched at once, sorted here."""
        all_keys = BitMap.union(BitMap(), *batch.values())
        group = {key: number for number, keys in batch.items() for key in keys}
        rows = self._slice(self._entries().filter(sql.among(all_keys)), (), back=back)
        found = [self._row(group[row[0]], row) for row in rows]
        found.sort(key=lambda row: row.cursor, reverse=back)
        return found[:need]

    def _entries(self) -> QuerySet[Entry]:
        entries = Entry.objects.filter(is_listed=True)
        if "meters" in self.order and self.search.near:
            entries = entries.annotate(meters=sql.meters(self.search.near))
        return entries

    def _slice(self, entries: QuerySet[Entry], cursor: Cursor, *, back: bool) -> QuerySet:
        if cursor:
            entries = entries.filter(sql.beyond(self.order, cursor, self.search.near, back=back))
        order = [F(name).desc() if back else F(name).asc() for name in self.order]
        return entries.order_by(*order).values_list(
            "listing_id", "changed_in", "next_start", *self.order
        )

    def _row(self, group: int, values: tuple) -> Row:
        pk, version, next_start, *inner = values
        start = next_start if next_start != NO_START else None
        if self.is_by_dates:
            start = monday_of(group)
        key = tuple(one.toordinal() if isinstance(one, date) else one for one in inner)
        return Row(pk, version, start, (group, *key))

    def _cheap(self, group: int) -> list[Q | Expression]:
        """What a row shows at a glance: its words and its place cost more than to skip it here."""
        week = monday_of(group) if self.is_by_dates else None
        return sql.conditions(replace(self.search, near=None), (), week)

    def _conditions(self, group: int) -> list[Q | Expression]:
        week = monday_of(group) if self.is_by_dates else None
        return sql.conditions(self.search, self.parts, week)


def catalogue(search: Search, *, today: date) -> Found:
    """Search the published listings. At most three statements, whatever the size."""
    return _on(current(today=today), search, today)


def _on(sets: Sets, search: Search, today: date) -> Found:
    known = sets.answers.get((search.key, search.sort, today))
    if known is None:
        known = sets.answers[(search.key, search.sort, today)] = _search(sets, search, today)
    return known


def _search(sets: Sets, search: Search, today: date) -> Found:
    filters: dict[str, BitMap] = {
        name: sets.any_of(name, values) for name, values in search.chosen.items() if values
    }
    parts, mended, front = words.parts(search.q), "", BitMap()
    if search.q.strip() and not words.LETTERS.search(search.q):
        filters["q"] = BitMap()
    if parts:
        filters["q"], front = _saying(sets, parts)
        if not filters["q"] and (better := words.mended(parts)):
            again, up_front = _saying(sets, better)
            if again:
                filters["q"], front, parts = again, up_front, better
                mended = " ".join(word for part in better for word in part.words)
    if search.near:
        key = (search.near, search.radius)
        filters["near"] = _told(sets, {key: sql.around(*key)})[key]
    starts = _dates(sets, search, today) if search.is_dated else []
    if search.is_dated:
        filters["dates"] = BitMap.union(BitMap(), *(keys for _week, keys in starts))
    elif search.weeks:
        filters["dates"] = sets.of("weeks", search.weeks)
    return Found(search, sets, today, filters, front, starts, parts, mended)


def _dates(sets: Sets, search: Search, today: date) -> list[tuple[int, BitMap]]:
    key = ("dates", search.start, search.until, search.end_by, search.weeks, today)
    if key not in sets.answers:
        sets.answers[key] = with_room(sets, search, today=today)
    found: list[tuple[int, BitMap]] = sets.answers[key]
    return found


def _saying(sets: Sets, parts: Sequence[words.Part]) -> tuple[BitMap, BitMap]:
    """The listings that say so anywhere, and those that say it where it counts most."""
    wanted = [part for part in parts if not part.is_no]
    refused = [replace(part, is_no=False) for part in parts if part.is_no]
    told = _told(
        sets,
        {
            (column, part): words.says([part], column)
            for column, some in ((words.ANYWHERE, wanted + refused), (words.UP_FRONT, wanted))
            for part in some
        },
    )
    left = sets.everything - BitMap.union(
        BitMap(), *(told[words.ANYWHERE, part] for part in refused)
    )
    anywhere, front = (
        reduce(and_, (told[column, part] for part in wanted), left)
        for column in (words.ANYWHERE, words.UP_FRONT)
    )
    return anywhere, front


def _told(sets: Sets, conditions: Mapping[Any, RawSQL]) -> dict[Any, BitMap]:
    """The keys of rows that meet each condition: from memory, or by one statement for all others.

    A word by itself is remembered better than a whole question: many questions share it.
    """
    asked = {
        key: condition
        for key, condition in conditions.items()
        if key not in sets.told or sets.told[key].unsure
    }
    found = {key: sets.told[key].keys for key in conditions if key not in asked}
    for key, fresh in zip(asked, _ask(sets, asked), strict=True):
        known = sets.told.get(key)
        found[key] = (known.keys - known.unsure) | fresh if known else fresh
        sets.told[key] = Told(found[key])
    return found


def _ask(sets: Sets, asked: Mapping[Any, RawSQL]) -> list[BitMap]:
    """In their order; where all but some is known, of those alone.

    Whether a row is listed is the sets' to say: asked here, an index of all that are listed would
    seem to help, and every text would be unpacked.
    """
    if not asked:
        return []
    parts, values = [], []
    for number, (key, condition) in enumerate(asked.items()):
        known = sets.told.get(key)
        only = "listing_id = ANY(%s) AND " if known else ""
        parts.append(
            f"SELECT {number}, {PACKED} FROM rotations_entry"  # noqa: S608  our own text
            f" WHERE {only}{condition.sql}"
        )
        values += [*([list(known.unsure)] if known else []), *condition.params]
    with connection.cursor() as cursor:
        cursor.execute(BY_INDEX + " UNION ALL ".join(parts), values)
        cursor.nextset()
        return [unpacked(keys or b"") for _number, keys in sorted(cursor.fetchall())]
