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
    """The table has no such step from where the request stands now."""

    def __init__(self, request: LetterRequest) -> None:
        self.subject = request
        super().__init__(
            _("This is no longer possible: the request stands at “%(status)s” now."),
            code="transition",
            params={"status": request.get_status_display()},
        )


def transition(
    request: LetterRequest, to: LetterStatus, *, by: User | None, **changes: Any
) -> Event:
    """Move a request that the caller has locked. ``by=None`` is the clock."""
    was = LetterStatus(request.status)
    if to not in TRANSITIONS.get(was, ()):
        raise LetterMoved(request)
    request.status = to
    for field, value in changes.items():
        setattr(request, field, value)
    request.save(update_fields=["status", *changes])
    return record(f"letter.{to}", request, by=by, was=was)
