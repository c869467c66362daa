"""The only writer of an application's and a placement's status."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import principal
from audit.actions import record
from audit.models import Event
from placements.models import Application, Placement
from placements.permissions import is_learner_of
from placements.states import PLACEMENT_TRANSITIONS, TRANSITIONS, PlacementStatus, Status


class TransitionNotAllowed(ValidationError):
    """The table has no such step from where it stands now: the world moved, or never allowed it."""

    def __init__(self, subject: Application | Placement, to: str) -> None:
        self.subject, self.to = subject, to
        super().__init__(
            _("This is no longer possible: it stands at “%(status)s” now."),
            code="transition",
            params={"status": subject.get_status_display()},
        )


def transition(application: Application, to: Status, *, by: User | None, **changes: Any) -> Event:
    """Move an application that the caller has locked. ``by=None`` is the clock."""
    was = Status(application.status)
    if to not in TRANSITIONS.get(was, ()):
        raise TransitionNotAllowed(application, to)
    _write(application, to, changes)
    return record(
        f"application.{to}",
        application,
        by=by,
        on_behalf_of=in_whose_name(by, application),
        was=was,
    )


def move_placement(
    placement: Placement, to: PlacementStatus, *, by: User | None, **changes: Any
) -> Event:
    """Move a placement that the caller has locked. ``by=None`` is the clock."""
    was = PlacementStatus(placement.status)
    if to not in PLACEMENT_TRANSITIONS.get(was, ()):
        raise TransitionNotAllowed(placement, to)
    _write(placement, to, changes)
    return record(
        f"placement.{to}", placement, by=by, on_behalf_of=in_whose_name(by, placement), was=was
    )


def in_whose_name(by: User | None, thing: Application | Placement) -> User | None:
    """The preceptor, where her delegate acts; nobody where somebody acts for herself."""
    if by is not None and is_learner_of(by, thing):
        return None
    preceptor = thing.preceptor if isinstance(thing, Placement) else thing.listing.preceptor
    return principal(by, preceptor)


def _write(subject: Application | Placement, to: str, changes: dict[str, Any]) -> None:
    subject.status = to
    for field, value in changes.items():
        setattr(subject, field, value)
    subject.save(update_fields=["status", "updated_at", *changes])
