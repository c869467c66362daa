"""Asks for pages in turns, and says what each kind cost."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from statistics import median, quantiles

from bench.catalogue.pages import Kind
from bench.server import Database, Web

EACH = 20


@dataclass
class Cost:
    """Of one kind of page, over all rounds: processor milliseconds a request, and the rest."""

    web: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    walls: list[float] = field(default_factory=list)
    statements: int = 0
    size: int = 0

    @property
    def processor(self) -> float:
        return median(a + b for a, b in zip(self.web, self.database, strict=True))

    @property
    def p50(self) -> float:
        return median(self.walls)

    @property
    def p95(self) -> float:
        return quantiles(self.walls, n=20)[-1]


def measure(
    ours: Web,
    bare: Web,
    database: Database,
    kinds: list[Kind],
    floors: dict[str, Iterator[str]],
    rounds: int,
) -> dict[str, Cost]:
    """Each round asks for some pages of every kind, so that a busy moment meets all of them."""
    costs: dict[str, Cost] = defaultdict(Cost)
    jobs: list[tuple[str, Web, Iterator[str]]] = [
        *((name, bare, addresses) for name, addresses in floors.items()),
        *((kind.name, ours, kind.addresses) for kind in kinds),
    ]
    for number in range(rounds + 1):
        for name, web, addresses in jobs:
            cost = Cost() if number == 0 else costs[name]  # the first only warms up
            ask(web, database, addresses, cost)
    for name, web, addresses in jobs:
        costs[name].statements = usual_statements(web, database, addresses)
    return costs


def ask(web: Web, database: Database, addresses: Iterator[str], cost: Cost) -> None:
    batch = list(islice(addresses, EACH))
    before = web.processor(), database.processor()
    for address in batch:
        seconds, status, page = web.get(address)
        if status != 200:
            raise SystemExit(f"{address} answers {status}")
        cost.walls.append(seconds * 1000)
        cost.size = max(cost.size, len(page))
    after = web.processor(), database.processor()
    cost.web.append((after[0] - before[0]) / EACH * 1000)
    cost.database.append((after[1] - before[1]) / EACH * 1000)


def usual_statements(web: Web, database: Database, addresses: Iterator[str]) -> int:
    """The median: what is kept for a minute is asked for by one of many."""

    def statements_of(address: str) -> int:
        before = database.statements()
        web.get(address)
        return database.statements() - before

    return round(median(map(statements_of, islice(addresses, EACH))))


def table(costs: dict[str, Cost], kinds: list[Kind]) -> str:
    rows = [
        "| page | web ms | database ms | sum | × floor | aim | wall p50 / p95 ms | SQL | kB |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    aims = {kind.name: (kind.floor, kind.most) for kind in kinds}
    for name, cost in costs.items():
        floor, most = aims.get(name, ("", 0))
        ratio = f"{cost.processor / costs[floor].processor:.2f}" if floor else ""
        rows.append(
            f"| {name if floor else f'floor: {name}'} | {median(cost.web):.1f}"
            f" | {median(cost.database):.1f} | {cost.processor:.1f} | {ratio}"
            f" | {most or ''} | {cost.p50:.1f} / {cost.p95:.1f} | {cost.statements}"
            f" | {cost.size / 1000:.0f} |"
        )
    return "\n".join(rows)
