from typing import Any

from django.core.management.base import BaseCommand

from seed.reference import load_reference


class Command(BaseCommand):
    help = "Adds the reference data that is missing; what staff edited stays."

    def handle(self, **_options: Any) -> None:
        added = {kind: number for kind, number in load_reference().items() if number}
        said = ", ".join(f"{number} {kind}" for kind, number in added.items())
        self.stdout.write(f"Reference data: {said or 'nothing was missing'}.")
