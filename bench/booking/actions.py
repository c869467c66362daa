"""The domain's actions alone, against the same locks and writes sent to PostgreSQL by themselves.

Run inside Django, in a database of its own. Of each subject that an action is measured on, a twin
is made: the action runs on the twin and is rolled back, and what it locked and wrote is sent once
more by psycopg alone, in one transaction. That is the action's own floor. The common floor is one
locked update of four weeks and one insert.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
from django.db import connection, transaction

from placements.actions.applications import submit_application, withdraw_application
from placements.actions.offers import accept_offer, offer_seat
from placements.actions.promotion import promote_next
from placements.actions.reschedules import approve_reschedule, ask_reschedule
from placements.models import Application, Placement, RescheduleRequest
from placements.states import RescheduleReason, Status
from rotations.blocks import Block
from rotations.models import Listing
from tests.factories.placements import ApplicationFactory, PlacementFactory
from tests.factories.rotations import ListingFactory
from tests.placements.waiting import a_full_block

EACH = 10
COLUMNS = (
    "action", "SQL", "processor ms", "Python / database", "its locks and writes alone", "ratio",
    "one locked update", "ratio",
)  # fmt: skip
LOCK = re.compile(r"FOR (NO KEY )?UPDATE")
READ = re.compile(r'^SELECT .*? FROM ("\w+").*? WHERE ', re.DOTALL)
COMMON = (
    "select id from rotations_seatweek order by id limit 4 for no key update",
    """update rotations_seatweek set taken = taken
    where id in (select id from rotations_seatweek order by id limit 4)""",
    """insert into clocks_due (kind, subject_id, occurrence, at, outcome, tries)
    values ('bench', 1, gen_random_uuid()::text, now(), '', 0)""",
)


@dataclass(frozen=True)
class Action:
    """``make`` prepares so many subjects, by key; ``load`` reads one as its page or task does."""

    name: str
    make: Callable[[int], list[int]]
    load: Callable[[int], Any]
    act: Callable[[Any], object]


@dataclass
class Times:
    """Processor milliseconds of each run, in this process and in the database's."""

    ours: list[tuple[float, float]] = field(default_factory=list)
    writes: list[tuple[float, float]] = field(default_factory=list)
    common: list[tuple[float, float]] = field(default_factory=list)
    statements: int = 0


def applications(status: Status) -> Callable[[int], list[int]]:
    """Of one listing with room for all."""

    def make(number: int) -> list[int]:
        listing = ListingFactory(weeks=16, weeks__capacity=2 * number)
        made = ApplicationFactory.create_batch(number, listing=listing, status=status)
        return [one.pk for one in made]

    return make


def freed(number: int) -> list[int]:
    """Listings where a seat has come free, and somebody waits for it."""
    listings = []
    for _ in range(number):
        held, _waiting = a_full_block(waiting=1)
        withdraw_application(held, by=held.learner)
        listings.append(held.listing_id)
    return listings


def placements(number: int) -> list[int]:
    listing = ListingFactory(weeks=16, weeks__capacity=2 * number)
    return [one.pk for one in PlacementFactory.create_batch(number, listing=listing)]


def asked(number: int) -> list[int]:
    return [ask(placement_of(pk)).pk for pk in placements(number)]


def ask(placement: Placement) -> RescheduleRequest:
    block = Block(placement.start_on + timedelta(weeks=placement.weeks), placement.weeks)
    return ask_reschedule(placement, block, by=placement.learner, reason=RescheduleReason.VISA)


def application_of(pk: int) -> Application:
    return Application.objects.with_listing().get(pk=pk)


def placement_of(pk: int) -> Placement:
    return Placement.objects.with_listing().get(pk=pk)


def listing_of(pk: int) -> Listing:
    return Listing.objects.get(pk=pk)


def request_of(pk: int) -> RescheduleRequest:
    return RescheduleRequest.objects.with_placement().get(pk=pk)


ACTIONS = (
    Action(
        "submit", applications(Status.DRAFT), application_of,
        lambda one: submit_application(one, by=one.learner),
    ),
    Action(
        "confirm", applications(Status.UNDER_REVIEW), application_of,
        lambda one: offer_seat(one, by=one.listing.preceptor.user),
    ),
    Action(
        "accept", applications(Status.OFFERED), application_of,
        lambda one: accept_offer(one, by=one.learner),
    ),
    Action(
        "withdraw", applications(Status.OFFERED), application_of,
        lambda one: withdraw_application(one, by=one.learner),
    ),
    Action("promote", freed, listing_of, promote_next),
    Action("ask for other dates", placements, placement_of, ask),
    Action(
        "agree to other dates", asked, request_of,
        lambda one: approve_reschedule(one, by=one.placement.preceptor.user),
    ),
)  # fmt: skip


def measure(rounds: int) -> None:
    """Each round runs every action, so that a busy moment meets all of them."""
    found = {action.name: Times() for action in ACTIONS}
    with psycopg.connect(os.environ["DATABASE_URL"]) as plain:
        for number in range(rounds + 1):
            for action in ACTIONS:
                # The first round only warms up.
                _run(action, found[action.name] if number else Times(), plain)
    print(table(found), flush=True)


def _run(action: Action, times: Times, plain: psycopg.Connection) -> None:
    keys = action.make(2 * EACH)
    for one, twin in zip(keys[:EACH], keys[EACH:], strict=True):
        writes, times.statements = _captured(action, twin)
        subject = action.load(one)
        times.writes.append(_timed(plain, lambda writes=writes: _send(plain, writes)))
        times.common.append(_timed(plain, lambda: _send(plain, COMMON)))
        mine = connection.connection
        times.ours.append(_timed(mine, lambda subject=subject: action.act(subject)))


def _timed(used: psycopg.Connection, act: Callable[[], object]) -> tuple[float, float]:
    """What it takes of this process and of the one that serves this connection."""
    theirs = Path(f"/proc/{used.info.backend_pid}/schedstat")
    before = time.process_time_ns(), int(theirs.read_text().split()[0])
    act()
    after = time.process_time_ns(), int(theirs.read_text().split()[0])
    return (after[0] - before[0]) / 1e6, (after[1] - before[1]) / 1e6


def _send(plain: psycopg.Connection, statements: tuple[str, ...]) -> None:
    for statement in statements:
        plain.execute(statement)
    plain.commit()


def _captured(action: Action, key: int) -> tuple[tuple[str, ...], int]:
    """What it locks and writes, and how many statements it sends in all; nothing stays of it."""
    subject = action.load(key)
    with _sequences_kept(), transaction.atomic():
        connection.force_debug_cursor = True
        connection.queries_log.clear()
        action.act(subject)
        sent = [query["sql"] for query in connection.queries_log]
        connection.force_debug_cursor = False
        transaction.set_rollback(True)
    return tuple(filter(None, map(_write, sent))), len(sent)


def _write(sql: str) -> str:
    """The statement, a lock without all that it reads; empty for what only reads."""
    if sql.startswith(("INSERT", "UPDATE", "DELETE")):
        return sql
    return READ.sub(r"SELECT 1 FROM \1 WHERE ", sql, count=1) if LOCK.search(sql) else ""


@contextmanager
def _sequences_kept() -> Iterator[None]:
    """Keys are given out again, so that what is sent once more finds the keys that it names."""
    before = _sequences()
    yield
    with connection.cursor() as cursor:
        for name, last in _sequences().items():
            if last != before[name]:
                cursor.execute("select setval(%s, %s, %s)", [name, before[name] or 1, bool(before[name])])  # fmt: skip


def _sequences() -> dict[str, int | None]:
    with connection.cursor() as cursor:
        cursor.execute("select quote_ident(sequencename), last_value from pg_sequences where schemaname = 'public'")  # fmt: skip
        return dict(cursor.fetchall())


def table(found: dict[str, Times]) -> str:
    rows = ["|".join(["", *COLUMNS, ""]), "|---" * len(COLUMNS) + "|"]
    for name, times in found.items():
        ours, writes, common = map(_typical, (times.ours, times.writes, times.common))
        python, database = (median(part) for part in zip(*times.ours, strict=True))
        rows.append(
            f"| {name} | {times.statements} | {ours:.1f} | {python:.1f} / {database:.1f}"
            f" | {writes:.2f} | {writes / ours:.2f} | {common:.2f} | {common / ours:.2f} |"
        )
    return "\n".join(rows)


def _typical(times: list[tuple[float, float]]) -> float:
    return median(map(sum, times))
