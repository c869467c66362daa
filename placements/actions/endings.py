"""How a placement ends otherwise than by its last day: not arrived, stopped, without a certificate."""

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from clocks.queries import length
from placements import deadlines, emails
from placements.actions.pending import drop_pending, end_hold, free_ahead
from placements.actions.transition import move_placement, refuse_unless
from placements.models import AttendanceNote, Placement
from placements.queries import hours_totals
from placements.states import PlacementStatus
from rotations.actions.seats import move_seats

# Absent on the first two days, and nobody heard of her.
NO_SHOW_AFTER = timedelta(days=2)
# What gets no certificate, but was attended at least in part.
ATTENDED = frozenset(
    {PlacementStatus.INCOMPLETE, PlacementStatus.TERMINATED, PlacementStatus.CANCELLED}
)


class TooEarly(ValidationError):
    """It can be said later, not yet."""


class HasArrived(ValidationError):
    """Her arrival is recorded: she did come."""

    def __init__(self) -> None:
        super().__init__(
            _("Her arrival is recorded. End the rotation another way."), code="arrived"
        )


@transaction.atomic
def mark_no_show(placement: Placement, *, by: User, note: str = "") -> None:
    """She never came: from the third day on. Refuses with ``TooEarly`` or ``HasArrived``."""
    placement.lock()
    refuse_unless(placement, PlacementStatus.NO_SHOW)
    if placement.arrived_at:
        raise HasArrived
    today = timezone.localdate(timezone=placement.listing.site.zone)
    if today < placement.start_on + NO_SHOW_AFTER:
        raise TooEarly(_("Wait for the first two days, and try to reach her."), code="early")
    event = _end(placement, PlacementStatus.NO_SHOW, by=by, note=note)
    emails.placement_no_show(placement, occasion=event)


@transaction.atomic
def terminate_placement(placement: Placement, *, by: User, note: str, incident: str = "") -> None:
    """Stop it on site, with a reason; staff alone decide what she gets for it."""
    placement.lock()
    refuse_unless(placement, PlacementStatus.TERMINATED)
    event = _end(placement, PlacementStatus.TERMINATED, by=by, note=note)
    if incident:
        record("placement.incident", placement, by=by, reference=incident)
    emails.placement_terminated(placement, occasion=event, incident=incident)


@transaction.atomic
def give_up_placement(placement: Placement, *, by: User, note: str) -> None:
    """Close it without a certificate: hours or evaluation never came. Refuses with ``TooEarly``."""
    placement.lock()
    refuse_unless(placement, PlacementStatus.INCOMPLETE)
    today = timezone.localdate(timezone=placement.listing.site.zone)
    from_on = placement.end_on + length(deadlines.INCOMPLETE_FROM)
    if placement.status == PlacementStatus.WRAP_UP and today < from_on:
        raise TooEarly(
            _("Hours and evaluation may come until %(day)s.")
            % {"day": f"{from_on - timedelta(days=1):%b %-d, %Y}"},
            code="early",
        )
    event = _end(placement, PlacementStatus.INCOMPLETE, by=by, note=note)
    emails.placement_incomplete(placement, occasion=event)


def _end(placement: Placement, to: PlacementStatus, *, by: User, note: str) -> Any:
    """Weeks ahead and a request that waits are given back in one statement."""
    move_seats(give=free_ahead(placement) | drop_pending(placement, by=by))
    end_hold(placement)
    return move_placement(placement, to, by=by, note=note, ended_at=timezone.now())


@transaction.atomic
def issue_attendance_note(placement: Placement, *, by: User) -> AttendanceNote:
    """Say what was attended of a rotation without a certificate; issued twice, it is one."""
    placement.lock()
    began = placement.start_on <= timezone.localdate(timezone=placement.listing.site.zone)
    if placement.status not in ATTENDED or not began:
        raise ValidationError(_("There is nothing to attest here."), code="attendance")
    note = AttendanceNote.objects.filter(placement=placement).first()
    if note:
        return note
    ended = timezone.localdate(placement.ended_at, timezone=placement.listing.site.zone)
    site = placement.listing.site
    facts = {
        "learner": placement.learner.name,
        "rotation": placement.listing.title,
        "kind": str(placement.listing.get_rotation_type_display()),
        "site": f"{site.name}, {site.city}, {site.state.abbr}",
        "preceptor": placement.preceptor.title,
        "start_on": placement.start_on.isoformat(),
        "end_on": min(placement.end_on, ended).isoformat(),
        "hours": str(hours_totals(placement).attested.normalize()),
    }
    note = AttendanceNote.objects.create(placement=placement, facts=facts, issued_by=by)
    event = record("placement.attendance_noted", placement, by=by)
    emails.attendance_noted(placement, occasion=event)
    return note
