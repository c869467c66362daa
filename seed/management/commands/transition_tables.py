from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import TextChoices

from letters.states import TRANSITIONS as LETTER_TRANSITIONS
from placements.states import (
    ENTRY_TRANSITIONS,
    PLACEMENT_TRANSITIONS,
    RESCHEDULE_TRANSITIONS,
    TRANSITIONS,
)
from rotations.kinds import LISTING_TRANSITIONS


def table(name: str, transitions: Mapping[Any, frozenset[Any]]) -> str:
    """One machine as a Markdown table, in the order of its states."""
    states: type[TextChoices] = type(next(iter(transitions)))
    rows = [f"### {name}", "", "| from | to |", "| --- | --- |"]
    for state in states:
        following = transitions.get(state, frozenset())
        names = ", ".join(f"`{to}`" for to in states if to in following)
        rows.append(f"| `{state}` | {names or '– (ends here)'} |")
    return "\n".join(rows)


def tables() -> str:
    machines: dict[str, Mapping[Any, frozenset[Any]]] = {
        "Application": TRANSITIONS,
        "Waitlist entry": ENTRY_TRANSITIONS,
        "Placement": PLACEMENT_TRANSITIONS,
        "Request for other dates": RESCHEDULE_TRANSITIONS,
        "Letter request": LETTER_TRANSITIONS,
        "Listing": LISTING_TRANSITIONS,
    }
    return "\n\n".join(table(name, machine) for name, machine in machines.items())


class Command(BaseCommand):
    help = "Prints the transition tables as docs/domain.md holds them."

    def handle(self, **_options: Any) -> None:
        self.stdout.write(tables())
