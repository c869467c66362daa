from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from privacy.actions.retention import delete_what_is_due, what_is_due


class Command(BaseCommand):
    help = "Deletes what has been kept for long enough, as each night does; prints counts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and delete nothing")

    def handle(self, **options: Any) -> None:
        for term, number in what_is_due().items():
            self.stdout.write(f"{number:>6}  {term.label}")
        if options["dry_run"]:
            self.stdout.write("Nothing was deleted.")
            return
        deleted = 0
        while batch := delete_what_is_due(timezone.localdate()):
            deleted += batch
        self.stdout.write(f"{deleted} deleted.")
