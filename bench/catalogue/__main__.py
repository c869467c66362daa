"""How fast the catalogue is: python -m bench.catalogue --help

Starts a database server of its own, fills it, serves the portal and the floor on it, and
prints a table for each size.
"""

import argparse
import platform
import time
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import psycopg

from bench import server
from bench.catalogue import pages
from bench.catalogue.measuring import Cost, measure, table
from script.local import account, installation, places, postgres
from script.local.speech import one_sentence, say

SIZES = [1_000, 10_000, 100_000]
FLOOR, OURS = "bench.catalogue.floor.wsgi", "config.wsgi"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.catalogue", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of listings")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--data", type=Path, default=installation.ROOT / ".data" / "bench")
    parser.add_argument("--drop", action="store_true", help="drop each database afterwards")
    chosen = parser.parse_args()
    with one_sentence():
        run(chosen)


def run(chosen: argparse.Namespace) -> None:
    runs_as = account.for_database()
    data = places.settle(installation.ROOT, chosen.data, runs_as)
    with ExitStack() as started:
        started.enter_context(places.held(data))
        main_url = started.enter_context(postgres.running(data, runs_as, server.SETTINGS))
        server.run("script.local.prepare", env=server.environment(data, main_url))
        costs = {}
        for size in chosen.sizes:
            costs[size] = of_size(data, main_url, size, chosen.rounds)
            if chosen.drop:
                server.drop_database(main_url, f"bench_{size}")
    compare(costs)


def of_size(data: Path, main_url: str, size: int, rounds: int) -> dict[str, Cost]:
    name = f"bench_{size}"
    url = main_url.replace(f"/{postgres.DATABASE}?", f"/{name}?")
    env = server.environment(data, url)
    if not server.has_database(main_url, name):
        fill(main_url, name, size, env)
    database = server.Database(url)
    with (
        server.web(env, FLOOR) as bare,
        server.web(env, OURS) as ours,
        psycopg.connect(url) as rows,
    ):
        began = time.perf_counter()
        ours.get("/rotations/")
        first = time.perf_counter() - began
        known = pages.Known(rows)
        kinds = pages.kinds(known)
        costs = measure(ours, bare, database, kinds, pages.floors(known), rounds)
        memory = ours.worker.memory_full_info().uss / 1e6
        say(f"\n### {size:,} listings, {date.today()}, Python {platform.python_version()}, "  # noqa: DTZ011
            f"PostgreSQL {rows.info.server_version // 10000}\n\n"
            f"The first page after the start took {first:.1f} s, the worker has {memory:.0f} MB "
            f"of its own.\n\n{table(costs, kinds)}")  # fmt: skip
    database.close()
    return costs


def fill(main_url: str, name: str, size: int, env: dict[str, str]) -> None:
    """Half filled it would look like filled: then it goes."""
    say(f"Filling {size:,} listings")
    server.copy_database(main_url, name)
    try:
        call = f"from bench.catalogue.filling import fill; fill({size})"
        server.run("django", "shell", "--no-imports", "-c", call, env=env)
    except BaseException:
        server.drop_database(main_url, name)
        raise


def compare(costs: dict[int, dict[str, Cost]]) -> None:
    """What each kind costs at each size, beside the smallest one."""
    sizes = list(costs)
    if len(sizes) == 1:
        return
    say("\n| page, processor ms | " + " | ".join(f"{size:,}" for size in sizes) + " |")
    say("|---" * (len(sizes) + 1) + "|")
    for name in costs[sizes[0]]:
        say(
            f"| {name} | "
            + " | ".join(f"{costs[size][name].processor:.1f}" for size in sizes)
            + " |"
        )


if __name__ == "__main__":
    main()
