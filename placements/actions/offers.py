"""An offer is a held seat: made, taken back, accepted, declined, ended."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.models import Event
from clocks.actions import schedule_all
from clocks.intervals import Declared
from clocks.queries import lengths
from placements import deadlines, emails
from placements.actions.answers import first_answer, take_back_answer
from placements.actions.choices import play, strike
from placements.actions.limits import refuse_beyond_limits, refuse_beyond_rules
from placements.actions.placements import start_placement
from placements.actions.transition import NO_OFFER, TransitionNotAllowed, transition
from placements.actions.waitlist import wait_again
from placements.models import Application, Placement
from placements.queries import (
    curtailed_by,
    has_overlap,
    open_entry,
    school_approves,
    superseded_by,
)
from placements.states import Status
from rotations.actions.seats import move_seats
from rotations.blocks import Block
from rotations.eligibility import SCHOOL_APPROVAL
from rotations.queries import has_licence


class PreceptorCannotHost(ValidationError):
    """She is not verified, suspended or away."""


class LearnerElsewhere(ValidationError):
    """She took another rotation on some of these days since she asked."""

    def __init__(self) -> None:
        super().__init__(
            _("The learner has a confirmed rotation on some of these days."), code="elsewhere"
        )


class OfferEnded(ValidationError):
    """The seat was held until a moment that has passed."""

    def __init__(self) -> None:
        super().__init__(_("This offer has ended. The seat went to the next person."), code="ended")


class DatesOverlap(ValidationError):
    """She has a confirmed rotation on some of these days."""

    def __init__(self) -> None:
        super().__init__(_("You have a confirmed rotation on some of these days."), code="overlap")


class SchoolMustApprove(ValidationError):
    """The listing wants the school's word first (handbook 3.7)."""

    def __init__(self) -> None:
        super().__init__(
            _("Your program must approve first: ask it by a link, or upload its letter."),
            code="school",
        )


@transaction.atomic
def offer_seat(application: Application, *, by: User, block: Block | None = None) -> None:
    """Hold a seat for the learner and make the offer; she hears of it in two minutes.

    Takes a seat in each week of the block: one of her choices, or the one in play. Refuses
    with ``SeatsGone``, ``PreceptorCannotHost``, ``LimitReached``, ``LearnerElsewhere``,
    ``NotAChoice`` or ``TransitionNotAllowed``; then nothing has changed.
    """
    application.lock()
    if application.status not in {Status.UNDER_REVIEW, Status.WAITLISTED}:
        raise TransitionNotAllowed(application, Status.OFFERED)
    dates = play(application, block)
    if has_overlap(application.learner, dates):
        raise LearnerElsewhere
    hold_seat(application, by=by)
    now = timezone.now()
    window = deadlines.offer_window(now, dates.start_on, application.listing.site.zone)
    event = make_offer(
        application, by=by, at=now, window=window, reminders=deadlines.OFFER_REMINDERS
    )
    emails.offer_made(application, occasion=event, due_at=now + deadlines.UNDO)


def hold_seat(application: Application, *, by: User | None) -> None:
    """Take a seat in each of its weeks, if its host may have a learner then.

    On a locked application. Refuses with ``SeatsGone``, ``PreceptorCannotHost`` or
    ``LimitReached``.
    """
    _refuse_host(application)
    move_seats(take=application.seats)
    refuse_beyond_limits(application, application.dates.mondays, by=by)


def make_offer(
    application: Application,
    *,
    by: User | None,
    at: datetime,
    window: timedelta,
    reminders: Declared,
) -> Event:
    """Its seats are held: they are hers to take until the window closes."""
    event = transition(
        application,
        Status.OFFERED,
        by=by,
        start_on=application.start_on,
        offered_at=at,
        offered_by=by,
        offer_expires_at=at + window,
        **first_answer(application, by=by, at=at),
    )
    _start_offer_clock(application, at, at + window, reminders)
    return event


def _refuse_host(application: Application) -> None:
    listing = application.listing
    if not listing.preceptor.may_host or not listing.is_published:
        raise PreceptorCannotHost(
            _("This listing cannot make offers now. Your coordinator knows why."), code="host"
        )
    if not has_licence(listing, timezone.localdate(timezone=listing.site.zone)):
        raise PreceptorCannotHost(
            _(
                "We have seen no license for %(state)s that is valid today. Enter it in your profile."
            ),
            code="licence",
            params={"state": listing.site.state.name},
        )
    block = application.block
    if block and listing.preceptor.is_away(block.start_on, block.end_on):
        raise PreceptorCannotHost(
            _(
                "Your time away lies within these dates. Change it in your profile, or offer others."
            ),
            code="away",
        )


def _start_offer_clock(
    application: Application, made: datetime, ends: datetime, reminders: Declared
) -> None:
    round_ = f"{ends:%Y%m%d%H%M%S}"
    moments = [
        (
            "application.offer_reminder",
            ends - before,
            f"{round_}:{int(before.total_seconds() // 3600)}h",
        )
        for before in lengths(reminders)
        if ends - before > made + deadlines.UNDO
    ]
    moments.append(("application.expire_offer", ends, round_))
    if application.pre_accept:
        moments.append(("application.pre_accept", made + deadlines.UNDO, round_))
    schedule_all(application.pk, moments)


def undo_until(application: Application) -> datetime | None:
    """Until when the confirm can be taken back as if it had not been; the clock's never can."""
    if application.status != Status.OFFERED or application.offered_at is None:
        return None
    if application.offered_by_id is None:
        return None
    return application.offered_at + deadlines.UNDO


@transaction.atomic
def undo_offer(application: Application, *, by: User) -> None:
    """Take back one's own confirm within two minutes: the learner never hears of it."""
    application.lock()
    until = undo_until(application)
    if until is None or timezone.now() > until:
        raise TransitionNotAllowed(application, Status.UNDER_REVIEW)
    move_seats(give=application.seats)
    emails.take_back_offer(application)
    answer = take_back_answer(application)
    transition(application, Status.UNDER_REVIEW, by=by, **NO_OFFER, **answer)


@transaction.atomic
def rescind_offer(application: Application, *, by: User, note: str) -> None:
    """Take an offer back that the learner has read, with a reason; never after acceptance."""
    application.lock()
    if application.status != Status.OFFERED:
        raise TransitionNotAllowed(application, Status.UNDER_REVIEW)
    move_seats(give=application.seats)
    emails.take_back_offer(application)
    event = transition(application, Status.UNDER_REVIEW, by=by, note=note, **NO_OFFER)
    emails.offer_rescinded(application, occasion=event)


@transaction.atomic
def accept_offer(application: Application, *, by: User | None) -> Placement:
    """The held seat is hers: a placement exists, and what collides with it is withdrawn.

    Locks her open applications in their order, then all weeks in one statement.
    Accepted twice, it is one placement. Refuses with ``OfferEnded``, ``DatesOverlap``,
    ``SchoolMustApprove`` or ``LimitReached``.
    """
    others = _lock_open_of(application)
    application.lock("learner__learner_profile")
    if application.status == Status.ACCEPTED:
        return application.placement
    if not application.offer_is_open():
        raise OfferEnded
    _refuse_acceptance(application)
    superseded = superseded_by(application.block, others)
    curtailed = curtailed_by(application.block, others)
    freed = frozenset().union(*(one.seats for one in superseded if one.holds_a_seat))
    move_seats(give=freed)
    refuse_beyond_rules(application, application.dates.mondays)
    event = transition(application, Status.ACCEPTED, by=by, ended_at=timezone.now())
    try:
        placement = start_placement(application, by=by)
    except IntegrityError as error:  # nothing is asked after it: the whole transaction goes back
        raise DatesOverlap from error
    for other in superseded:
        _supersede(other, by=by)
    for other in curtailed:
        strike(other, application.dates, by=by)
    emails.take_back_offer(application)
    emails.application_accepted(placement, occasion=event)
    return placement


def _lock_open_of(application: Application) -> list[Application]:
    """All her open applications, in one order; those that were sent, besides this one."""
    mine = Application.objects.open().filter(learner_id=application.learner_id)
    rows = mine.order_by("pk").select_for_update(no_key=True)
    return [row for row in rows if row.pk != application.pk and row.status != Status.DRAFT]


def _refuse_acceptance(application: Application) -> None:
    learner, block = application.learner, application.block
    if block and has_overlap(learner, block):
        raise DatesOverlap
    if application.listing.needs_school_approval and not school_approves(application):
        approvals = learner.documents.current().filter(type__slug=SCHOOL_APPROVAL)
        if not approvals.exclude(verified_at=None).exists():
            raise SchoolMustApprove


def _supersede(other: Application, *, by: User | None) -> None:
    """Withdraw a request that an acceptance collides with; its seats are free already."""
    was = Status(other.status)
    event = transition(other, Status.WITHDRAWN, by=by, ended_at=timezone.now(), note="superseded")
    emails.take_back_offer(other)
    if was in {Status.UNDER_REVIEW, Status.WAITLISTED, Status.OFFERED}:
        emails.application_withdrawn(other, occasion=event)


@transaction.atomic
def decline_offer(application: Application, *, by: User, keep: bool = False) -> None:
    """The learner says no: the seat is free at once.

    With ``keep``, whose offer came from the waitlist goes back to its end.
    """
    application.lock()
    if application.status != Status.OFFERED:
        raise TransitionNotAllowed(application, Status.OFFER_DECLINED)
    move_seats(give=application.seats)
    emails.take_back_offer(application)
    entry = open_entry(application) if keep else None
    if entry:
        wait_again(application, entry, by=by)
        return
    event = transition(application, Status.OFFER_DECLINED, by=by, ended_at=timezone.now())
    emails.offer_declined(application, occasion=event)


@transaction.atomic
def expire_offer(application: Application) -> bool:
    """The offer's moment has passed. Whether it ended now."""
    application.lock()
    over = application.offer_expires_at and application.offer_expires_at <= timezone.now()
    if application.status != Status.OFFERED or not over:
        return False
    move_seats(give=application.seats)
    entry = open_entry(application)
    if entry and entry.keep:
        wait_again(application, entry, by=None)
        return True
    event = transition(application, Status.OFFER_EXPIRED, by=None, ended_at=timezone.now())
    tell = emails.waitlist_expired if entry else emails.offer_expired
    tell(application, occasion=event)
    return True
