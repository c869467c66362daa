from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import TextChoices

from letters.states import TRANSITIONS as LETTER_TRANSITIONS
from placements.permissions import BY_HOST, BY_LEARNER
from placements.states import (
    ENTRY_TRANSITIONS,
    PLACEMENT_TRANSITIONS,
    RESCHEDULE_TRANSITIONS,
    TRANSITIONS,
)
from rotations.kinds import LISTING_TRANSITIONS

# By the head of a column: to which status, from which ones.
Pages = Mapping[str, Mapping[Any, frozenset[Any]]]
PLACEMENT_PAGES: Pages = {"on the learner’s page": BY_LEARNER, "on the office’s page": BY_HOST}


def table(name: str, transitions: Mapping[Any, frozenset[Any]], pages: Pages) -> str:
    """One machine as a Markdown table, in the order of its states; of ``pages`` who may ask."""
    states: type[TextChoices] = type(next(iter(transitions)))
    heads = ["from", "to", *pages]
    rows = [f"### {name}", "", _line(heads), _line(["---"] * len(heads))]
    for state in states:
        following = transitions.get(state, frozenset())
        asked = [{to for to in following if state in by.get(to, ())} for by in pages.values()]
        cells = [_names(states, found) for found in (following, *asked)]
        cells[0] = cells[0] or "– (ends here)"
        rows.append(_line([f"`{state}`", *cells]))
    return "\n".join(rows)


def _names(states: type[TextChoices], found: Collection[Any]) -> str:
    return ", ".join(f"`{to}`" for to in states if to in found)


def _line(cells: Iterable[str]) -> str:
    return " ".join(["|", *(f"{cell} |" if cell else "|" for cell in cells)])


def tables() -> str:
    machines: dict[str, Mapping[Any, frozenset[Any]]] = {
        "Application": TRANSITIONS,
        "Waitlist entry": ENTRY_TRANSITIONS,
        "Placement": PLACEMENT_TRANSITIONS,
        "Request for other dates": RESCHEDULE_TRANSITIONS,
        "Letter request": LETTER_TRANSITIONS,
        "Listing": LISTING_TRANSITIONS,
    }
    return "\n\n".join(
        table(name, machine, PLACEMENT_PAGES if name == "Placement" else {})
        for name, machine in machines.items()
    )


class Command(BaseCommand):
    help = "Prints the transition tables as docs/domain.md holds them."

    def handle(self, **_options: Any) -> None:
        self.stdout.write(tables())
