"""The demo's changed plans: holds, other dates, later last days, what was asked for late."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import DocumentType, User
from placements.actions.demands import require_late
from placements.actions.endings import issue_attendance_note
from placements.actions.reschedules import (
    approve_reschedule,
    ask_reschedule,
    decline_reschedule,
    offer_extension,
)
from placements.models import Hold, Placement
from placements.states import RescheduleReason
from rotations.blocks import Block
from rotations.queries import upcoming_blocks
from seed.reading import structure
from seed.stage import acting_at, moment

Row = dict[str, Any]
ASKED, ANSWERED = 10, 16


def play_changes(today: date, staff: User, placement_of: Callable[[str], Placement]) -> None:
    """Each on its day, by the same actions as anybody's; after all bookings are made."""
    for row in structure("demo/changes.json"):
        placement = placement_of(row["story"])
        with acting_at(moment(today - timedelta(days=row["days_ago"]), ASKED)):
            _play(row, placement, today, staff)


def _play(row: Row, placement: Placement, today: date, staff: User) -> None:
    match row["what"]:
        case "hold":
            _hold(row, placement, today, staff)
        case "move":
            _move(row, placement, today)
        case "extension":
            _extend(row, placement)
        case "late":
            kind = DocumentType.objects.get(slug=row["document"])
            require_late(placement, kind, by=staff, origin=row["origin"], note=row["note"])
        case "attendance":
            issue_attendance_note(placement, by=staff)


def _hold(row: Row, placement: Placement, today: date, staff: User) -> None:
    """The placement stands on hold already; since when, and why."""
    Hold.objects.create(
        placement=placement,
        reason=row["reason"],
        note=placement.note,
        from_on=today - timedelta(days=row["days_ago"]),
        held_by=None if row["reason"] == "document_expired" else staff,
    )


def _free(placement: Placement) -> list[Block]:
    listing = placement.listing
    blocks = upcoming_blocks([listing], weeks=placement.weeks).get(listing.pk, [])
    after = placement.end_on
    return [one.block for one in blocks if not one.is_full and one.block.start_on > after]


def _move(row: Row, placement: Placement, today: date) -> None:
    """To the next free block that she can come to; where there is none, nothing is asked."""
    for block in _free(placement):
        try:
            request = ask_reschedule(
                placement,
                block,
                by=placement.learner,
                reason=RescheduleReason(row["reason"]),
                note=row["note"],
            )
        except ValidationError:
            continue
        break
    else:
        return
    host = placement.preceptor.user
    with acting_at(moment(today - timedelta(days=row["days_ago"]), ANSWERED)):
        if row["answer"] == "approve":
            approve_reschedule(request, by=host)
        elif row["answer"] == "decline":
            decline_reschedule(request, by=host, note=row["answer_note"])


def _extend(row: Row, placement: Placement) -> None:
    """Where seats, papers and dates allow it."""
    try:
        end_on = placement.end_on + timedelta(days=row["days"])
        offer_extension(placement, end_on, by=placement.preceptor.user, note=row["note"])
    except ValidationError:
        return
