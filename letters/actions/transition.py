"""The only writer of a letter request's status."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from audit.models import Event
from letters.models import LetterRequest
from letters.states import TRANSITIONS, LetterStatus


class LetterMoved(ValidationError):
    """The table has no such step from where it stands now: the world moved, or never allowed it."""

    def __init__(self, letter: LetterRequest, to: LetterStatus) -> None:
        self.letter, self.to = letter, to
        super().__init__(
            _("This is no longer possible: the request stands at “%(status)s” now."),
            code="transition",
            params={"status": letter.get_status_display()},
        )


def move_letter(
    letter: LetterRequest, to: LetterStatus, *, by: User | None, **changes: Any
) -> Event:
    """Move a request that the caller has locked. ``by=None`` is the clock."""
    was = LetterStatus(letter.status)
    if to not in TRANSITIONS.get(was, ()):
        raise LetterMoved(letter, to)
    letter.status = to
    for field, value in changes.items():
        setattr(letter, field, value)
    letter.save(update_fields=["status", *changes])
    return record(f"letter.{to}", letter, by=by, was=was)
