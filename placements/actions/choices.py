"""Ranked dates: which of them is in play, and what becomes of the others."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from placements.models import Application
from rotations.blocks import Block


class NotAChoice(ValidationError):
    """The learner did not ask for these dates."""

    def __init__(self) -> None:
        super().__init__(_("The learner did not ask for these dates."), code="choice")


def play(application: Application, block: Block | None) -> Block:
    """Put one of her choices into play, on a locked application; the caller writes ``start_on``.

    None is the one in play already. Refuses with ``NotAChoice``.
    """
    if block is None:
        return application.dates
    if block not in application.choices:
        raise NotAChoice
    application.start_on = block.start_on
    return block


def strike(application: Application, taken: Block, *, by: User | None) -> None:
    """Take dates that are hers elsewhere now off a request that has others left."""
    left = [one.start_on for one in application.choices if not one.overlaps(taken)]
    application.starts = left
    if application.start_on not in left:
        application.start_on = left[0]
    application.save(update_fields=["starts", "start_on", "updated_at"])
    record("application.dates_struck", application, by=by, left=[f"{day}" for day in left])
