from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from placements.models import Placement
from seed.demo import clear_portal, load_demo, move_to_next
from seed.people import current_codes


class Command(BaseCommand):
    help = "Loads an invented portal, whose dates start today, or plays one of its stories forward."

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--if-empty", action="store_true", help="only where nobody is yet")
        what.add_argument("--reset", action="store_true", help="delete everything and load it anew")
        what.add_argument("--codes", action="store_true", help="staff's second factor, now")
        what.add_argument(
            "--forward",
            metavar="CODE",
            help="move a placement's dates so that the next thing due is due now; "
            "the code stands in its address",
        )
        parser.add_argument(
            "--force", action="store_true", help="reset although real people are here"
        )

    def handle(self, **options: Any) -> None:
        if options["codes"]:
            return self._codes()
        if options["forward"]:
            return self._forward(options["forward"])
        if options["reset"]:
            self._clear(force=options["force"])
        elif User.objects.exists():
            if options["if_empty"]:
                return None
            raise CommandError("There are people here already. Use --reset to start anew.")
        self.stdout.write(load_demo())
        return None

    def _codes(self) -> None:
        for email, code in current_codes().items():
            self.stdout.write(f"{code}  {email}")

    def _clear(self, *, force: bool) -> None:
        real = User.objects.filter(is_demo=False).count()
        if real and not force:
            raise CommandError(
                f"{real} people here are not of the demo, and all they have would be deleted. "
                "Say --force if you mean it."
            )
        clear_portal()

    def _forward(self, code: str) -> None:
        placement = Placement.objects.with_listing().filter(code=code).first()
        if placement is None:
            raise CommandError("No placement has this code. It stands in the address of its page.")
        try:
            self.stdout.write(move_to_next(placement))
        except ValidationError as refusal:
            raise CommandError(refusal.messages[0]) from None
