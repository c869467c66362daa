"""The addresses that are measured, drawn from what the database holds."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from urllib.parse import urlencode

import psycopg

from bench.catalogue.vocabulary import Vocabulary

SEED = 12
WARM = 12
CHOICES = {
    "level": ["0", "1", "2", "3"],
    "type": ["elective", "clerkship", "sub-internship", "externship", "observership"],
    "family": ["im_student", "img_graduate", "caribbean_student", "np_student"],
    "price": ["under-300", "300-399", "400-499", "500-up"],
    "letterhead": ["university", "hospital", "private-practice"],
    "visa": ["visitor", "none"],
    "answers": ["day", "three-days", "week"],
    "seats": ["left"],
    "language": ["Spanish", "Hindi", "Arabic"],
}


@dataclass(frozen=True)
class Kind:
    """Pages of one kind. ``floor``: what they are held against; ``most``: how many times that."""

    name: str
    addresses: Iterator[str]
    floor: str = "cards"
    most: float = 0


class Known:
    """What addresses are made of."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        self.random = Random(SEED)
        self.words = Vocabulary()
        self.specialties = self._column("SELECT slug FROM rotations_specialty ORDER BY slug")
        self.states = self._column(
            "SELECT state FROM rotations_entry GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 30"
        )
        self.listings = self._column(
            "SELECT slug FROM rotations_listing ORDER BY md5(slug) LIMIT 3000"
        )
        self.size = self._column("SELECT count(*) FROM rotations_entry WHERE is_listed")[0]

    def _column(self, statement: str) -> list:
        return [row[0] for row in self.connection.execute(statement)]

    def filtered(self) -> str:
        names = self.random.sample([*CHOICES, "specialty", "state"], self.random.randint(1, 3))
        lists = {**CHOICES, "specialty": self.specialties, "state": self.states}
        return catalogue([(name, self.random.choice(lists[name])) for name in names])

    def text(self) -> str:
        """A word or two that people type, now and then with a state or a field."""
        found = self.words.random.choices(
            self.words.words, cum_weights=self.words.weights, k=self.random.randint(1, 2)
        )
        if self.random.random() < 0.4:
            found[0] = self.random.choice(self.specialties).split("-")[0]
        return catalogue([("q", " ".join(found))])

    def dated(self) -> str:
        """From a day on for so many weeks; half of them any weeks until a last day."""
        start = date.today() + timedelta(days=self.random.randint(30, 300))  # noqa: DTZ011
        weeks = self.random.choice([2, 4, 4, 6, 8])
        asked = [("start", start.isoformat()), ("weeks", str(weeks))]
        if self.random.random() < 0.5:
            end = start + timedelta(days=7 * weeks + self.random.randint(0, 60))
            asked.append(("end_by", end.isoformat()))
        return catalogue(asked)

    def near(self) -> str:
        code = self.random.choice(
            ["77004", "10016", "60612", "33136", "90033", "02115", "48201", "19104"]
        )
        return catalogue([("near", code), ("radius", self.random.choice(["25", "100"]))])

    def deep(self) -> str:
        """Somewhere in the second half of the whole list."""
        rank = self.random.randint(self.size // 2, self.size - 20)
        start, cents, key = self.connection.execute(
            "SELECT next_start, price_per_week, listing_id FROM rotations_entry WHERE is_listed"
            " ORDER BY 1, 2, 3 OFFSET %s LIMIT 1",
            [rank],
        ).fetchone()
        days = date.max if start is None else start
        return catalogue([("after", f"0-{days.toordinal()}-{cents}-{key}")])

    def listing(self) -> str:
        return self.random.choice(self.listings)


def catalogue(pairs: list[tuple[str, str]]) -> str:
    return f"/rotations/?{urlencode(pairs)}"


def always(address: str) -> Iterator[str]:
    while True:
        yield address


def new(draw: Callable[[], str]) -> Iterator[str]:
    """Each address once: nothing is known of it yet."""
    seen = set()
    while True:
        address = draw()
        if address not in seen:
            seen.add(address)
            yield address


def known(draw: Callable[[], str]) -> Iterator[str]:
    """The same few again and again."""
    few = [draw() for _ in range(WARM)]
    while True:
        yield from few


def kinds(found: Known) -> list[Kind]:
    slug = Random(SEED).choice(found.specialties)
    return [
        Kind("home", always("/"), most=1.7),
        Kind("specialty", always(f"/specialties/{slug}/"), most=1.7),
        Kind("first page", always("/rotations/"), most=1.7),
        Kind("deep page", new(found.deep), most=1.7),
        Kind("filtered, new", new(found.filtered), most=2.5),
        Kind("filtered, again", known(found.filtered), most=2.5),
        Kind("text, new", new(found.text), most=3),
        Kind("text, again", known(found.text), most=3),
        Kind("dates, new", new(found.dated), most=3),
        Kind("dates, again", known(found.dated), most=3),
        Kind("near", known(found.near), most=3),
        Kind(
            "listing", (f"/rotations/{slug}/" for slug in new(found.listing)),
            floor="detail", most=1.7,
        ),
    ]  # fmt: skip


def floors(found: Known) -> dict[str, Iterator[str]]:
    return {
        "cards": always("/cards/"),
        "detail": (f"/detail/{found.listing()}/" for _ in always("")),
    }
