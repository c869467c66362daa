"""Other dates for a placement: asked for with a held seat, answered, moved.

Locks, always in this order: the placement, the request, all weeks in one statement, the
preceptor.
"""

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from audit.actions import record
from audit.models import Event
from clocks.actions import schedule_all
from clocks.calendar import SATURDAY
from clocks.queries import length, number
from outbox.templatetags.plain import longdate
from placements import deadlines, emails
from placements.actions.ledger import charge
from placements.actions.limits import refuse_beyond_limits, refuse_beyond_rules
from placements.actions.offers import DatesOverlap
from placements.actions.pending import end_hold
from placements.actions.placements import settle_readiness, start_clocks
from placements.actions.readiness import requirement_checks, watch_papers
from placements.actions.transition import (
    TransitionNotAllowed,
    in_whose_name,
    move_placement,
    move_reschedule,
)
from placements.models import Placement, RescheduleRequest
from placements.permissions import is_coordinator
from placements.queries import has_overlap, hours_of
from placements.states import (
    PlacementStatus,
    RescheduleKind,
    RescheduleReason,
    RescheduleStatus,
)
from rotations.actions.seats import move_seats
from rotations.blocks import Block
from rotations.eligibility import SCHOOL_APPROVAL

MOVABLE = frozenset({PlacementStatus.ONBOARDING, PlacementStatus.READY, PlacementStatus.ON_HOLD})
FREE_MOVES = 2
MOST_ADDED = timedelta(weeks=4)
# Reasons that nobody chooses: they may come late.
FORCED = frozenset({RescheduleReason.VISA, RescheduleReason.ILLNESS, RescheduleReason.SITE})


class CannotReschedule(ValidationError):
    """These dates cannot be asked for; the message says why."""


class RequestOver(ValidationError):
    """Answered, taken back, or its time has passed."""

    def __init__(self, request: RescheduleRequest) -> None:
        super().__init__(
            _("This request for other dates is over: it stands at “%(status)s”."),
            code="over",
            params={"status": request.get_status_display()},
        )


class PapersTooShort(ValidationError):
    """Some papers do not last to the new last day; the message names them."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(
            _("These do not last to the new last day: %(papers)s."),
            code="papers",
            params={"papers": ", ".join(names)},
        )


@transaction.atomic
def ask_reschedule(
    placement: Placement, block: Block, *, by: User, reason: RescheduleReason, note: str = ""
) -> RescheduleRequest:
    """Ask for another block of the listing and hold a seat there until the preceptor answers.

    Refuses with ``CannotReschedule``, ``DatesOverlap``, ``SeatsGone``, ``LimitReached`` or
    ``TransitionNotAllowed``; then nothing has changed.
    """
    placement.lock()
    if placement.status not in MOVABLE:
        raise TransitionNotAllowed(placement, placement.status)
    today = timezone.localdate(timezone=placement.listing.site.zone)
    _refuse_dates(placement, block, today)
    if not is_coordinator(by, placement):
        _refuse_late_or_often(placement, reason, today)
    request = _ask(placement, block, by=by, kind=RescheduleKind.MOVE, reason=reason, note=note)
    event = _remember(request, by=by)
    emails.reschedule_requested(request, occasion=event)
    return request


@transaction.atomic
def offer_extension(
    placement: Placement, end_on: date, *, by: User, note: str = ""
) -> RescheduleRequest:
    """The preceptor grants a later last day; its weeks are held for the learner until she agrees.

    Refuses with ``CannotReschedule``, ``DatesOverlap``, ``PapersTooShort``, ``SeatsGone`` or
    ``LimitReached``.
    """
    placement.lock()
    if placement.status != PlacementStatus.ACTIVE:
        raise TransitionNotAllowed(placement, PlacementStatus.ACTIVE)
    _refuse_last_day(placement, end_on)
    block = Block.between(placement.start_on, end_on)
    _refuse_extension(placement, block)
    request = _ask(
        placement,
        block,
        by=by,
        kind=RescheduleKind.EXTENSION,
        reason=RescheduleReason.SITE,
        note=note,
    )
    event = _remember(request, by=by)
    emails.extension_offered(request, occasion=event)
    return request


def _refuse_dates(placement: Placement, block: Block, today: date) -> None:
    listing = placement.listing
    if placement.start_on <= today:
        raise CannotReschedule(
            _("It has begun. Its dates can be extended, not moved."), code="begun"
        )
    if block == placement.block:
        raise CannotReschedule(_("These are your dates already."), code="same")
    if block.start_on <= today:
        raise CannotReschedule(_("Choose dates that lie ahead."), code="past")
    if not listing.min_weeks <= block.weeks <= listing.max_weeks:
        raise CannotReschedule(_("This rotation does not last so long."), code="weeks")
    if listing.preceptor.is_away(block.start_on, block.end_on):
        raise CannotReschedule(_("The preceptor is away within these dates."), code="away")
    if has_overlap(placement.learner, block, but=placement):
        raise DatesOverlap


def _refuse_late_or_often(placement: Placement, reason: RescheduleReason, today: date) -> None:
    """What binds a learner, and not staff who act for her."""
    if placement.reschedules.moves().count() >= FREE_MOVES:
        words = ngettext(
            "It was moved %(n)d time already. Write to your coordinator.",
            "It was moved %(n)d times already. Write to your coordinator.",
            FREE_MOVES,
        )
        raise CannotReschedule(words % {"n": FREE_MOVES}, code="moves")
    notice = length(deadlines.RESCHEDULE_NOTICE)
    if reason not in FORCED and placement.start_on - today < notice:
        raise CannotReschedule(
            _(
                "From %(n)d days before the start, only a visa or an illness is a reason. "
                "Write to your coordinator, or cancel."
            )
            % {"n": number(deadlines.RESCHEDULE_NOTICE)},
            code="late",
        )


def _refuse_last_day(placement: Placement, end_on: date) -> None:
    if end_on <= placement.end_on:
        raise CannotReschedule(_("Choose a day after the present last day."), code="earlier")
    if end_on - placement.end_on > MOST_ADDED:
        raise CannotReschedule(
            _("An extension is %(n)d weeks at most."),
            params={"n": MOST_ADDED.days // 7},
            code="weeks",
        )
    if end_on.weekday() >= SATURDAY:
        raise CannotReschedule(_("Choose a weekday."), code="weekend")


def _refuse_extension(placement: Placement, block: Block) -> None:
    if has_overlap(placement.learner, block, but=placement):
        raise DatesOverlap
    if placement.listing.preceptor.is_away(placement.end_on, block.end_on):
        raise CannotReschedule(_("The preceptor is away within these dates."), code="away")
    _refuse_after_school(placement, block)
    short = [check for check in requirement_checks(placement, block) if check.is_open]
    if papers := [check.title for check in short if check.document != SCHOOL_APPROVAL]:
        raise PapersTooShort(papers)


def _refuse_without_school(placement: Placement, block: Block) -> None:
    """The last thing to come: the school can be asked while the offer of more days stands."""
    short = [check for check in requirement_checks(placement, block) if check.is_open]
    if any(check.document == SCHOOL_APPROVAL for check in short):
        raise CannotReschedule(
            _(
                "Your school’s approval does not reach to the new last day. Ask your school "
                "first, by a link from your rotation’s page."
            ),
            code="school",
        )


def _refuse_after_school(placement: Placement, block: Block) -> None:
    """Who came as a student is one to the last day; who graduated before that stays so."""
    profile = getattr(placement.learner, "learner_profile", None)
    if profile is None or not profile.is_enrolled_on(placement.end_on):
        return
    if not profile.is_enrolled_on(block.end_on):
        raise CannotReschedule(
            _("School ends on %(day)s, before the new last day."),
            params={"day": longdate(profile.graduation_on)},
            code="school",
        )


def _ask(
    placement: Placement,
    block: Block,
    *,
    by: User,
    kind: RescheduleKind,
    reason: RescheduleReason,
    note: str,
) -> RescheduleRequest:
    """The row, with a seat held in each week that it adds."""
    now, zone = timezone.now(), placement.listing.site.zone
    if placement.reschedules.pending().exists():
        raise CannotReschedule(_("A request for other dates waits for an answer."), code="pending")
    added = block.of(placement.listing_id) - placement.seats
    move_seats(take=added)
    refuse_beyond_limits(placement, sorted(monday for _listing, monday in added), by=by)
    return RescheduleRequest.objects.create(
        placement=placement,
        kind=kind,
        start_on=block.start_on,
        weeks=block.weeks,
        short=block.short,
        was_start_on=placement.start_on,
        was_weeks=placement.weeks,
        was_short=placement.block.short,
        reason=reason,
        note=note,
        asked_at=now,
        asked_by=by,
        answer_by=deadlines.reschedule_answer_by(now, zone),
    )


def _remember(request: RescheduleRequest, *, by: User) -> Event:
    placement, zone = request.placement, request.placement.listing.site.zone
    reminders = deadlines.reschedule_reminders(request.asked_at, zone)
    moments = [("reschedule.reminder", at, f"{days}bd") for days, at in reminders.items()]
    schedule_all(request.pk, [*moments, ("reschedule.expire", request.answer_by, "")])
    return record(
        f"{request.kind}.asked",
        placement,
        by=by,
        on_behalf_of=in_whose_name(by, placement),
        start_on=str(request.start_on),
        end_on=str(request.block.end_on),
    )


def _lock(request: RescheduleRequest) -> Placement:
    """Both rows, the placement first; refuses a request that is over."""
    placement = request.placement
    placement.lock()
    request.lock()
    request.placement = placement
    if not request.is_pending:
        raise RequestOver(request)
    return placement


@transaction.atomic
def approve_reschedule(request: RescheduleRequest, *, by: User) -> None:
    """Move the placement to the weeks held for it; the old ones are free at once.

    For an extension it is the learner's yes. Refuses with ``RequestOver``, ``DatesOverlap``,
    ``PapersTooShort``, ``CannotReschedule``, ``LimitReached`` or ``TransitionNotAllowed``.
    """
    placement = _lock(request)
    if request.answer_by < timezone.now():
        raise RequestOver(request)
    wanted = {PlacementStatus.ACTIVE} if request.is_extension else MOVABLE
    if placement.status not in wanted:
        raise TransitionNotAllowed(placement, placement.status)
    if request.is_extension:
        _refuse_extension(placement, request.block)
        _refuse_without_school(placement, request.block)
    move_seats(give=placement.seats - request.block.of(placement.listing_id))
    _refuse_limits(request, by=by)
    move_reschedule(request, RescheduleStatus.APPROVED, by=by)
    _write_dates(placement, request.block)
    event = record(
        "placement.extended" if request.is_extension else "placement.rescheduled",
        placement,
        by=by,
        on_behalf_of=in_whose_name(by, placement),
        was=f"{request.was.start_on}:{request.was.end_on}",
        now=f"{placement.start_on}:{placement.end_on}",
    )
    if placement.status == PlacementStatus.ON_HOLD:
        move_placement(placement, PlacementStatus.ONBOARDING, by=by, note="")
        end_hold(placement)
    charge(placement, by=by)
    start_clocks(placement)
    emails.placement_moved(request, occasion=event)
    settle_readiness(placement)
    watch_papers(placement)


def _refuse_limits(request: RescheduleRequest, *, by: User) -> None:
    """Its weeks were judged when they were held; a limit or a rule may be newer than that."""
    added = sorted(monday for _listing, monday in request.held)
    if request.is_extension:
        refuse_beyond_rules(request.placement, added)
    else:
        refuse_beyond_limits(request.placement, added, by=by)


def _write_dates(placement: Placement, block: Block) -> None:
    """New days, hours and a new version of the calendar entry; the table refuses an overlap."""
    placement.start_on, placement.end_on = block.start_on, block.end_on
    placement.planned_hours = hours_of(block, placement.listing)
    placement.sequence += 1
    try:
        placement.save(
            update_fields=["start_on", "end_on", "planned_hours", "sequence", "updated_at"]
        )
    except IntegrityError as error:  # nothing is asked after it: the whole transaction goes back
        raise DatesOverlap from error
    application = placement.application
    # The table holds that she comes on one of her choices: the one that she gave up makes room.
    kept = (block.start_on if day == application.start_on else day for day in application.starts)
    application.starts = list(dict.fromkeys(kept))
    application.start_on, application.weeks = block.start_on, block.weeks
    application.save(update_fields=["start_on", "starts", "weeks", "updated_at"])


@transaction.atomic
def decline_reschedule(request: RescheduleRequest, *, by: User, note: str = "") -> None:
    """No: the old dates stay, the held weeks are free."""
    _lock(request)
    move_seats(give=request.held)
    event = move_reschedule(request, RescheduleStatus.DECLINED, by=by, answer_note=note)
    emails.reschedule_declined(request, occasion=event)


@transaction.atomic
def take_back_reschedule(request: RescheduleRequest, *, by: User) -> None:
    """Whoever asked changes her mind; the other side is told."""
    _lock(request)
    move_seats(give=request.held)
    event = move_reschedule(request, RescheduleStatus.CANCELLED, by=by)
    emails.reschedule_taken_back(request, occasion=event)


@transaction.atomic
def expire_reschedule(request: RescheduleRequest) -> bool:
    """No answer came in time. Whether it ended now."""
    placement = request.placement
    placement.lock()
    request.lock()
    request.placement = placement
    if not request.is_pending or request.answer_by > timezone.now():
        return False
    move_seats(give=request.held)
    event = move_reschedule(request, RescheduleStatus.EXPIRED, by=None)
    emails.reschedule_expired(request, occasion=event)
    return True
