"""A placement from acceptance to its end."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from clocks.actions import Moment, schedule_all
from clocks.calendar import end_of_day, morning
from clocks.queries import length, numbers
from placements import deadlines, emails
from placements.actions.ledger import charge, close_ledger, payment_due_on
from placements.actions.pending import drop_pending, end_hold, free_ahead
from placements.actions.readiness import open_requirements, watch_papers
from placements.actions.transition import (
    TransitionNotAllowed,
    in_whose_name,
    move_placement,
    refuse_unless,
)
from placements.models import Application, Placement
from placements.queries import hours_of, hours_totals
from placements.states import CancelledBy, CancelReason, PlacementStatus
from rotations.actions.seats import move_seats
from rotations.blocks import WEEK
from rotations.eligibility import documents_due_on as papers_due_on


class NotDone(ValidationError):
    """Hours or the evaluation are missing."""


def start_placement(application: Application, *, by: User | None) -> Placement:
    """Create the placement of an accepted application, in the caller's transaction.

    Price and cancellation policy are frozen into it. The table refuses, as an
    ``IntegrityError``, dates that overlap another live placement.
    """
    listing, block = application.listing, application.block
    if block is None:
        raise TransitionNotAllowed(application, "accepted")
    placement = Placement.objects.create(
        application=application,
        learner=application.learner,
        listing=listing,
        preceptor=listing.preceptor,
        start_on=block.start_on,
        end_on=block.end_on,
        fee=application.rotation_fee,
        service_fee=application.portal_fee,
        policy={"name": listing.policy.name, "tiers": listing.policy.tiers},
        planned_hours=hours_of(block, listing),
    )
    record("placement.onboarding", placement, by=by)
    charge(placement, by=by, anew=True)
    start_clocks(placement)
    settle_readiness(placement)
    return placement


def start_clocks(placement: Placement) -> None:
    """Owe everything that happens by itself on these dates; called again when they move."""
    zone = placement.listing.site.zone
    dates = f"{placement.start_on}:{placement.end_on}"
    now = timezone.now()
    moments: list[Moment] = []

    def owe(kind: str, at: datetime, what: str = "", *, even_late: bool = False) -> None:
        if even_late or at > now:
            moments.append((kind, at, f"{dates}:{what}".rstrip(":")))

    _start_clocks_before(placement, owe)
    _start_money_clocks(placement, owe)
    begin = morning(placement.start_on, zone, deadlines.START_HOUR)
    owe("placement.begin", begin, even_late=True)
    evaluate = placement.end_on - length(deadlines.EVALUATION_FROM)
    owe("placement.evaluation_due", morning(evaluate, zone, deadlines.MAIL_HOUR))
    over = end_of_day(placement.end_on, zone) + timedelta(minutes=1)
    owe("placement.end", over, even_late=True)
    for monday in [one + WEEK for one in placement.block.mondays]:
        owe("placement.hours_digest", morning(monday, zone, deadlines.DIGEST_HOUR), f"{monday}")
    for days in numbers(deadlines.EVALUATION_REMINDERS):
        day = placement.end_on + timedelta(days=days)
        owe(
            "placement.evaluation_reminder", morning(day, zone, deadlines.MAIL_HOUR + 9), f"{days}d"
        )
    schedule_all(placement.pk, moments)


def _start_clocks_before(placement: Placement, owe: Callable[..., None]) -> None:
    """Documents (timer T7), and what both sides hear before the first day (T10)."""
    zone, due, start = placement.listing.site.zone, documents_due_on(placement), placement.start_on
    for days in numbers(deadlines.DOCUMENT_REMINDERS):
        at = morning(due - timedelta(days=days), zone, deadlines.MAIL_HOUR)
        owe("placement.documents_due", at, f"{days}d")
    again = length(deadlines.DOCUMENT_AGAIN)
    for turn in range(1, (start - due) // again + 1):
        at = morning(due + turn * again, zone, deadlines.MAIL_HOUR)
        owe("placement.documents_due", at, f"late{turn}")
    for kind, days in (
        *(("placement.start_reminder", days) for days in numbers(deadlines.START_REMINDERS)),
        *(("placement.host_reminder", days) for days in numbers(deadlines.HOST_REMINDERS)),
    ):
        owe(kind, morning(start - timedelta(days=days), zone, deadlines.MAIL_HOUR), f"{days}d")
    for kind, before in (
        ("placement.at_risk", deadlines.AT_RISK),
        ("placement.hold_unready", deadlines.HOLD_UNREADY),
    ):
        owe(kind, morning(start - length(before), zone, deadlines.MAIL_HOUR))


def _start_money_clocks(placement: Placement, owe: Callable[..., None]) -> None:
    """Payment reminders (timer T9), and what the preceptor earns week by week."""
    zone = placement.listing.site.zone
    due_on = payment_due_on(placement)
    for days in numbers(deadlines.MONEY_REMINDERS):
        at = morning(due_on - timedelta(days=days), zone, deadlines.MAIL_HOUR)
        owe("placement.payment_due", at, f"{days}d")
    for number, monday in enumerate(placement.block.mondays, start=1):
        friday = end_of_day(monday + timedelta(days=4), zone) + timedelta(minutes=2)
        owe("placement.week_earned", friday, f"w{number}")


def documents_due_on(placement: Placement) -> date:
    """Until when all papers must be there (timer T7)."""
    profile = getattr(placement.learner, "learner_profile", None)
    return papers_due_on(
        placement.start_on,
        needs_visa=bool(profile and profile.needs_visa),
        today=timezone.localdate(placement.created_at, timezone=placement.listing.site.zone),
    )


@transaction.atomic
def refresh_readiness(placement: Placement) -> None:
    """Ready when every paper counts through the last day and nothing is left to pay.

    Run after every change of either; a ready one can fall back (handbook 4.2).
    """
    placement.lock()
    settle_readiness(placement)


def settle_readiness(placement: Placement) -> None:
    """The same for a placement that the caller has locked, or made."""
    ready = placement.paid_at is not None and not open_requirements(placement)
    if ready and placement.status == PlacementStatus.ONBOARDING:
        event = move_placement(placement, PlacementStatus.READY, by=None)
        emails.placement_ready(placement, occasion=event)
        begin_placement(placement)
    elif not ready and placement.status == PlacementStatus.READY:
        event = move_placement(placement, PlacementStatus.ONBOARDING, by=None)
        emails.placement_not_ready(placement, open_requirements(placement), occasion=event)


def refresh_readiness_of(learner: User) -> None:
    """The same for all that she has ahead; a paper of hers was reviewed."""
    statuses = [PlacementStatus.ONBOARDING, PlacementStatus.READY]
    for placement in learner.placements.filter(status__in=statuses).with_listing():
        refresh_readiness(placement)


@transaction.atomic
def begin_placement(placement: Placement) -> bool:
    """On site from 6:00 of the first day, at the site. Whether it began now."""
    placement.lock()
    zone = placement.listing.site.zone
    begun = timezone.now() >= morning(placement.start_on, zone, deadlines.START_HOUR)
    if placement.status != PlacementStatus.READY or not begun:
        return False
    event = move_placement(placement, PlacementStatus.ACTIVE, by=None)
    emails.first_day(placement, occasion=event)
    watch_papers(placement)
    return True


@transaction.atomic
def record_arrival(placement: Placement, *, by: User) -> None:
    """The preceptor's tap on day one. A second tap changes nothing."""
    placement.lock()
    if placement.status != PlacementStatus.ACTIVE:
        raise TransitionNotAllowed(placement, PlacementStatus.ACTIVE)
    if placement.arrived_at is None:
        placement.arrived_at = timezone.now()
        placement.save(update_fields=["arrived_at", "updated_at"])
        record("placement.arrived", placement, by=by, on_behalf_of=in_whose_name(by, placement))


@transaction.atomic
def end_placement(placement: Placement) -> bool:
    """The last day has passed at the site. Whether it ended now."""
    placement.lock()
    zone = placement.listing.site.zone
    over = timezone.now() > end_of_day(placement.end_on, zone)
    if placement.status != PlacementStatus.ACTIVE or not over:
        return False
    event = move_placement(placement, PlacementStatus.WRAP_UP, by=None)
    emails.placement_wrap_up(placement, occasion=event)
    complete_if_done(placement)
    return True


def _is_done(placement: Placement) -> bool:
    """Enough signed hours, and the final evaluation (handbook 3.8)."""
    evaluated = placement.evaluations.filter(kind="final").exclude(signed_at=None).exists()
    return evaluated and hours_totals(placement).is_enough


def complete_if_done(placement: Placement) -> bool:
    """In the caller's transaction, with the placement locked. Whether it completed now."""
    if placement.status != PlacementStatus.WRAP_UP or not _is_done(placement):
        return False
    move_placement(placement, PlacementStatus.COMPLETED, by=None, ended_at=timezone.now())
    return True


@transaction.atomic
def complete_placement(placement: Placement, *, by: User) -> None:
    """Staff close it once hours and evaluation are in. Refuses with ``NotDone``."""
    placement.lock()
    if not _is_done(placement):
        raise NotDone(_("Hours or the final evaluation are missing."), code="not_done")
    move_placement(placement, PlacementStatus.COMPLETED, by=by, ended_at=timezone.now())


@transaction.atomic
def cancel_placement(
    placement: Placement,
    *,
    by: User,
    cancelled_by: CancelledBy,
    reason: CancelReason,
    note: str = "",
) -> None:
    """End it before its time. Weeks that have not begun are free again."""
    placement.lock()
    refuse_unless(placement, PlacementStatus.CANCELLED)
    move_seats(give=free_ahead(placement) | drop_pending(placement, by=by))
    end_hold(placement)
    event = move_placement(
        placement,
        PlacementStatus.CANCELLED,
        by=by,
        cancelled_by=cancelled_by,
        cancel_reason=reason,
        note=note,
        ended_at=timezone.now(),
        sequence=placement.sequence + 1,
    )
    close_ledger(placement, by=by)
    emails.placement_cancelled(placement, occasion=event)
