"""The only writer of an application's, a placement's and a request for other dates' status."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import principal
from audit.actions import record
from audit.models import Event
from placements.models import Application, Placement, RescheduleRequest, WaitlistEntry
from placements.permissions import is_learner_of
from placements.states import (
    ENTRY_FOLLOWS,
    ENTRY_OPEN,
    PLACEMENT_TRANSITIONS,
    RESCHEDULE_TRANSITIONS,
    TRANSITIONS,
    EntryStatus,
    PlacementStatus,
    RescheduleStatus,
    Status,
)

# What an application carries once its offer is taken back.
NO_OFFER: dict[str, Any] = {"offered_at": None, "offered_by": None, "offer_expires_at": None}


class TransitionNotAllowed(ValidationError):
    """The table has no such step from where it stands now: the world moved, or never allowed it."""

    def __init__(self, subject: Application | Placement | RescheduleRequest, to: str) -> None:
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
    if was in {Status.WAITLISTED, Status.OFFERED}:
        _take_entry_along(application, to)
    return record(
        f"application.{to}",
        application,
        by=by,
        on_behalf_of=in_whose_name(by, application),
        was=was,
    )


def refuse_unless(placement: Placement, to: PlacementStatus) -> None:
    """Before anything is moved: refuses what the table does not have."""
    if to not in PLACEMENT_TRANSITIONS.get(PlacementStatus(placement.status), ()):
        raise TransitionNotAllowed(placement, to)


def move_placement(
    placement: Placement, to: PlacementStatus, *, by: User | None, **changes: Any
) -> Event:
    """Move a placement that the caller has locked. ``by=None`` is the clock."""
    was = PlacementStatus(placement.status)
    refuse_unless(placement, to)
    _write(placement, to, changes)
    return record(
        f"placement.{to}", placement, by=by, on_behalf_of=in_whose_name(by, placement), was=was
    )


def move_reschedule(
    request: RescheduleRequest, to: RescheduleStatus, *, by: User | None, **changes: Any
) -> Event:
    """End a request for other dates that the caller has locked, with its placement."""
    was = RescheduleStatus(request.status)
    if to not in RESCHEDULE_TRANSITIONS.get(was, ()):
        raise TransitionNotAllowed(request, to)
    request.status = to
    changes |= {"answered_at": timezone.now(), "answered_by": by}
    for field, value in changes.items():
        setattr(request, field, value)
    request.save(update_fields=["status", *changes])
    placement = request.placement
    return record(
        f"{request.kind}.{to}",
        placement,
        by=by,
        on_behalf_of=in_whose_name(by, placement),
        start_on=str(request.start_on),
        end_on=str(request.block.end_on),
    )


def in_whose_name(by: User | None, thing: Application | Placement) -> User | None:
    """The preceptor, where her delegate acts; nobody where somebody acts for herself."""
    if by is not None and is_learner_of(by, thing):
        return None
    preceptor = thing.preceptor if isinstance(thing, Placement) else thing.listing.preceptor
    return principal(by, preceptor)


def _take_entry_along(application: Application, to: Status) -> None:
    """Its place on the waitlist, if it has one, follows it."""
    status = ENTRY_FOLLOWS.get(to, EntryStatus.REMOVED)
    ended_at = None if status in ENTRY_OPEN else timezone.now()
    entries = WaitlistEntry.objects.open().filter(application=application)
    entries.update(status=status, ended_at=ended_at)


def _write(subject: Application | Placement, to: str, changes: dict[str, Any]) -> None:
    subject.status = to
    for field, value in changes.items():
        setattr(subject, field, value)
    subject.save(update_fields=["status", "updated_at", *changes])
