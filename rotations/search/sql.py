"""A search as conditions on ``Entry``, and the comparison that begins a page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import date

from django.db.models import BooleanField, IntegerField, Q
from django.db.models.expressions import Expression, RawSQL

from rotations.models.entry import NO_START
from rotations.places import Place
from rotations.search import words
from rotations.search.asked import Search
from rotations.search.sets import ANSWERS, PRICES

MILE = 1609.344
COLUMNS = {
    "specialty": "specialty__in",
    "state": "state__in",
    "area": "area__in",
    "type": "rotation_type__in",
    "level": "hands_on__in",
    "setting": "setting__in",
    "letterhead": "letterhead__in",
    "family": "families__overlap",
    "language": "languages__overlap",
    "visa": "visas__overlap",
}
METERS = "earth_distance(ll_to_earth(%s, %s), ll_to_earth(latitude, longitude))::integer"


def conditions(
    search: Search, parts: Sequence[words.Part], week: date | None
) -> list[Q | Expression]:
    """What an index can tell or a row shows at a glance; ``week``: free from that Monday on."""
    return [
        *_chosen(search.chosen),
        *([words.says(parts)] if parts else []),
        *([around(search.near, search.radius)] if search.near else []),
        *([free_from(week, search.weeks)] if week else []),
    ]


def _chosen(chosen: Mapping[str, Set[str]]) -> Iterator[Q]:
    for name, values in chosen.items():
        if name in COLUMNS:
            yield Q(**{COLUMNS[name]: sorted(values)})
        elif name == "price":
            yield _priced(values)
        elif name == "answers":
            yield Q(answer_hours__lte=max(ANSWERS[value] for value in values))
        elif name == "seats":
            yield Q(next_start__lt=NO_START)


def _priced(bands: Set[str]) -> Q:
    """One of these bands of cents a week."""
    found, low = Q(pk=None), 0
    for name, end in PRICES.items():
        if name in bands:
            found |= Q(price_per_week__gte=low, **({"price_per_week__lt": end} if end else {}))
        low = end or low
    return found


def free_from(monday: date, weeks: int | None) -> Expression:
    length = "%s" if weeks else "usual_weeks"
    values = [monday, monday, weeks] if weeks else [monday, monday]
    text = f"free @> daterange(%s, %s + 7 * {length})"
    return RawSQL(text, values, output_field=BooleanField())  # noqa: S611  our own text


def around(place: Place, miles: int) -> RawSQL:
    """By a box that an index knows, and by the distance itself."""
    here = [place.latitude, place.longitude]
    return RawSQL(
        "earth_box(ll_to_earth(%s, %s), %s) @> ll_to_earth(latitude, longitude)"
        " AND earth_distance(ll_to_earth(%s, %s), ll_to_earth(latitude, longitude)) <= %s",
        [*here, miles * MILE, *here, miles * MILE],
        output_field=BooleanField(),
    )


def among(keys: Iterable[int]) -> Expression:
    """These listings: one value, however many they are, where ``IN`` would write out each."""
    return RawSQL("listing_id = ANY(%s)", [list(keys)], output_field=BooleanField())


def meters(place: Place) -> Expression:
    return RawSQL(METERS, [place.latitude, place.longitude], output_field=IntegerField())  # noqa: S611


def beyond(
    order: Sequence[str], cursor: Sequence[int], near: Place | None, *, back: bool
) -> Expression:
    """Behind the cursor, or before it, as one comparison of rows: an index can start there."""
    names: list[str] = []
    values: list[float | date] = []
    for name in order:
        if name == "meters" and near:
            names.append(METERS)
            values += [near.latitude, near.longitude]
        else:
            names.append(name)
    values += [
        date.fromordinal(value) if name == "next_start" else value
        for name, value in zip(order, cursor, strict=True)
    ]
    marks = ", ".join(["%s"] * len(order))
    text = f"({', '.join(names)}) {'<' if back else '>'} ({marks})"
    return RawSQL(text, values, output_field=BooleanField())  # noqa: S611
