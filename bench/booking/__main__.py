"""How fast seats are asked for, confirmed and taken: python -m bench.booking --help

Starts a database server and a broker of its own, makes people and requests, and prints a table
for each of three things: the actions alone, a race for five seats, and whole bookings.
"""

import argparse
import json
import platform
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import date
from pathlib import Path

from bench import server
from bench.booking.visits import Measured
from script.local import account, installation, places, postgres, valkey
from script.local.speech import one_sentence, say

FLOOR, OURS = "bench.booking.floor.wsgi", "config.wsgi"
PARTS = ("actions", "race", "bookings")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.booking", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=1000, help="for five seats")
    parser.add_argument("--bookings", type=int, default=100, help="in a round")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--data", type=Path, default=installation.ROOT / ".data" / "bench-booking")
    chosen = parser.parse_args()
    with one_sentence():
        run(chosen, chosen.parts or PARTS)


def run(chosen: argparse.Namespace, parts: list[str]) -> None:
    runs_as = account.for_database()
    data = places.settle(installation.ROOT, chosen.data, runs_as)
    with ExitStack() as started:
        started.enter_context(places.held(data))
        main_url = started.enter_context(postgres.running(data, runs_as, server.SETTINGS))
        broker = started.enter_context(valkey.running(data, durable=False))
        more = {"REDIS_URL": broker, "WEB_CONCURRENCY": str(chosen.workers)}
        server.run("script.local.prepare", env=server.environment(data, main_url) | more)
        say(f"\n{date.today()}, Python {platform.python_version()}")  # noqa: DTZ011
        for name in ("actions", "http"):
            database = f"bench_{name}"
            server.drop_database(main_url, database)
            server.copy_database(main_url, database)
            url = main_url.replace(f"/{postgres.DATABASE}?", f"/{database}?")
            env = server.environment(data, url) | more
            if name == "actions" and "actions" in parts:
                actions(env, chosen)
            if name == "http" and {"race", "bookings"} & set(parts):
                over_http(env, url, chosen, parts)
            server.drop_database(main_url, database)


def actions(env: Mapping[str, str], chosen: argparse.Namespace) -> None:
    say("\n### The actions alone\n")
    inside(env, f"from bench.booking.actions import measure; measure({chosen.rounds})")


def over_http(
    env: Mapping[str, str], url: str, chosen: argparse.Namespace, parts: list[str]
) -> None:
    target = Path(env["DATA_DIR"]) / "filled.json"
    say(f"Making {chosen.rounds} × {chosen.requests} requests and {chosen.bookings} bookings")
    inside(
        env,
        "from bench.booking.filling import fill;"
        f"fill({str(target)!r}, rounds={chosen.rounds}, requests={chosen.requests},"
        f" bookings={chosen.bookings})",
    )
    made = json.loads(target.read_text())
    database = server.Database(url)
    with server.web(env, FLOOR) as bare, server.web(env, OURS) as ours:
        measured = Measured(ours, bare, database, chosen.connections)
        if "race" in parts:
            say(f"\n### {chosen.requests} requests for 5 seats\n\n{measured.races(made['races'])}")
        if "bookings" in parts:
            say(f"\n### Whole bookings\n\n{measured.bookings(made['bookings'])}")
    database.close()


def inside(env: Mapping[str, str], call: str) -> None:
    server.run("django", "shell", "--no-imports", "-c", call, env=env)


if __name__ == "__main__":
    main()
