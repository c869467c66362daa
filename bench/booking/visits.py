"""What people do over HTTP, many at once: the race for a few seats, and whole bookings."""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from statistics import quantiles
from typing import Any
from urllib.parse import urlencode, urlsplit

from bench.booking.floor.views import ROWS
from bench.server import Database, Web

# Half of Django's protection against forged forms is a cookie, the other half says the same.
TOKEN = "b" * 32
LINK = re.compile(r"http://localhost/r/\S+")
SEATS = 5
# What one booking sends.
FORMS = 6
AGREED = {"true": "on", "shares": "on", "rules": "on", "state_note": "on"}
REASON = "I want to see how an American ward team works before the Match."


RACE = (
    "round", "answers", "offered", "409", "5xx", "deadlocks", "a second", "p95 ms", "processor ms",
    "floor: a second", "p95 ms", "processor ms", "ratio of rates", "of processor",
)  # fmt: skip
BOOKING = (
    "round", "step", "a second", "p95 ms", "processor ms", "floor: a second", "processor ms",
    "ratio of rates", "of processor",
)  # fmt: skip


def head(columns: tuple[str, ...]) -> list[str]:
    return ["|".join(["", *columns, ""]), "|---" * len(columns) + "|"]


class Refused(Exception):
    """A step of a booking that was answered by something else than a redirect."""


@dataclass
class Cost:
    """Of a number of requests made at once."""

    seconds: float = 0
    processor: float = 0
    walls: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        return len(self.walls) / self.seconds

    @property
    def each(self) -> float:
        """Processor milliseconds."""
        return self.processor / len(self.walls)

    @property
    def p95(self) -> float:
        return quantiles(self.walls, n=20)[-1]


@dataclass
class Browser:
    """Sends forms; signed in, if it has somebody's session."""

    web: Web
    session: str = ""

    def post(self, path: str, **fields: Any) -> tuple[int, str]:
        """The status, and where the answer leads."""
        cookies = f"__Host-csrf={TOKEN}; __Host-session={self.session}"
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": cookies,
            "X-CSRFToken": TOKEN,
        }
        with closing(HTTPConnection("localhost", self.web.port, timeout=60)) as connection:
            connection.request("POST", path, urlencode(fields), headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, answer.headers.get("Location", "")

    def step(self, path: str, **fields: Any) -> str:
        status, target = self.post(path, **fields)
        if status != 302:
            raise Refused(f"{path} answers {status}")
        return target


@dataclass
class Measured:
    """The portal and the floor, over one database."""

    ours: Web
    bare: Web
    database: Database
    connections: int

    def at_once(self, act: Callable[[Any], int], things: Iterable[Any], *, of: Web) -> Cost:
        cost = Cost()

        def timed(thing: Any) -> tuple[float, int]:
            began = time.perf_counter()
            status = act(thing)
            return (time.perf_counter() - began) * 1000, status

        before = of.processor() + self.database.processor()
        began = time.perf_counter()
        with ThreadPoolExecutor(self.connections) as people:
            answers = list(people.map(timed, things))
        cost.seconds = time.perf_counter() - began
        cost.processor = (of.processor() + self.database.processor() - before) * 1000
        cost.walls = [milliseconds for milliseconds, _status in answers]
        cost.statuses.update(status for _milliseconds, status in answers)
        return cost

    def floor(self, number: int, *, rows: int) -> Cost:
        """As many bare bookings, over so many rows."""

        def book(thing: int) -> int:
            _seconds, status, _page = self.bare.get(f"/book/{thing % rows}/")
            return status

        return self.at_once(book, range(number), of=self.bare)

    def races(self, races: list[dict[str, Any]]) -> str:
        """Each round: the floor on one row, then every link is tapped once."""
        rows = head(RACE)
        for number, race in enumerate(races, start=1):
            bare = self.floor(len(race["links"]), rows=1)
            dead = self.deadlocks()
            taps = self.at_once(self._tap, race["links"], of=self.ours)
            dead = self.deadlocks() - dead
            offered = self._offered(race["listing"])
            failed = sum(n for status, n in taps.statuses.items() if status >= 500)
            if offered != [SEATS, SEATS, SEATS] or taps.statuses[302] != SEATS:
                raise SystemExit(f"{offered} were offered, {taps.statuses} answered.")
            ours, floor = taps.each, bare.each
            rows.append(
                f"| {number} | {len(taps.walls)} | {offered[0]} | {taps.statuses[409]} | {failed}"
                f" | {dead} | {taps.rate:.0f} | {taps.p95:.0f} | {ours:.1f}"
                f" | {bare.rate:.0f} | {bare.p95:.0f} | {floor:.2f}"
                f" | {taps.rate / bare.rate:.3f} | {floor / ours:.3f} |"
            )
        return "\n".join(rows)

    def _tap(self, link: str) -> int:
        return Browser(self.ours).post(link)[0]

    def _offered(self, listing: int) -> list[int]:
        """Offers made, and the fewest and the most seats taken in a week."""
        return list(
            self.database.connection.execute(
                "select (select count(*) from placements_application"
                " where listing_id = %(listing)s and status = 'offered'),"
                " min(taken), max(taken) from rotations_seatweek where listing_id = %(listing)s",
                {"listing": listing},
            ).fetchone()
        )

    def deadlocks(self) -> int:
        return self.database.connection.execute(
            "select deadlocks from pg_stat_database where datname = current_database()"
        ).fetchone()[0]

    def bookings(self, rounds: list[list[dict[str, Any]]]) -> str:
        """Each round: the floor over many rows, then all apply, all are confirmed, all accept."""
        rows = head(BOOKING)
        for number, wanted in enumerate(rounds, start=1):
            bare = self.floor(len(wanted) * FORMS, rows=ROWS)
            steps = {"apply, in 4 forms": self.at_once(self._apply, wanted, of=self.ours)}
            for one in wanted:
                one["link"] = self._link_of(one["host"])
            steps["confirm"] = self.at_once(self._confirm, wanted, of=self.ours)
            steps["accept"] = self.at_once(self._accept, wanted, of=self.ours)
            for name, cost in (steps | {"a whole booking": whole(*steps.values())}).items():
                ours, floor = cost.each, bare.each
                rows.append(
                    f"| {number} | {name} | {cost.rate:.1f} | {cost.p95:.0f} | {ours:.1f}"
                    f" | {bare.rate:.0f} | {floor:.2f} | {cost.rate / bare.rate:.3f}"
                    f" | {floor / ours:.3f} |"
                )
        return "\n".join(rows)

    def _apply(self, wanted: dict[str, Any]) -> int:
        learner = Browser(self.ours, wanted["session"])
        apply = f"/rotations/{wanted['slug']}/apply/"
        wanted["page"] = learner.step(apply, start=wanted["start"], weeks=wanted["weeks"])
        learner.step(f"{wanted['page']}about/", statement=REASON)
        learner.step(f"{wanted['page']}documents/")
        learner.step(f"{wanted['page']}send/", **AGREED)
        return 302

    def _confirm(self, wanted: dict[str, Any]) -> int:
        """By the link in the preceptor's mail, without signing in."""
        Browser(self.ours).step(wanted["link"])
        return 302

    def _accept(self, wanted: dict[str, Any]) -> int:
        learner = Browser(self.ours, wanted["session"])
        target = learner.step(f"{wanted['page']}accept/", policy="on")
        if not target.startswith("/placements/"):
            raise Refused(f"The acceptance leads to {target}")
        return 302

    def _link_of(self, host: str) -> str:
        (body,) = self.database.connection.execute(
            "select body from outbox_message where recipient = %s"
            " and template = 'placements/review_request'",
            [host],
        ).fetchone()
        return urlsplit(LINK.search(body)[0]).path


def whole(*steps: Cost) -> Cost:
    """One person's booking from the first form to the last."""
    return Cost(
        seconds=sum(step.seconds for step in steps),
        processor=sum(step.processor for step in steps),
        walls=[sum(times) for times in zip(*(step.walls for step in steps), strict=True)],
    )
