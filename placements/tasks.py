"""What the clock does with applications and placements: ask again, then act."""

from celery import shared_task
from django.core.exceptions import ValidationError
from django.db.models import Q

from accounts.models import User
from audit.models import Event
from audit.queries import history_of
from clocks.models import Due
from clocks.tasks import timer
from placements import emails
from placements.actions.answers import count_answers
from placements.actions.applications import close_application, lapse_application
from placements.actions.counters import check_seats
from placements.actions.demands import note_rule_change
from placements.actions.earnings import earn_week
from placements.actions.holds import hold_expired, hold_unready, resume_renewed
from placements.actions.offers import accept_offer, expire_offer
from placements.actions.placements import (
    begin_placement,
    documents_due_on,
    end_placement,
    refresh_readiness_of,
)
from placements.actions.promotion import promote_next
from placements.actions.readiness import open_requirements, watch_papers
from placements.actions.reschedules import expire_reschedule
from placements.models import Application, Placement, RescheduleRequest, WaitlistEntry
from placements.queries import AHEAD, hours_totals, touching_applications
from placements.states import OPEN, EntryStatus, PlacementStatus, Status
from rotations.actions.seats import owe_promotion
from rotations.kinds import ListingStatus
from rotations.models import Listing

NOT_NOW = "no longer so"
ROUND = "%Y%m%d%H%M%S"


def _application(due: Due) -> Application:
    return Application.objects.with_listing().get(pk=due.subject_id)


def _placement(due: Due) -> Placement:
    return Placement.objects.with_listing().get(pk=due.subject_id)


def _still_waits(due: Due, application: Application) -> bool:
    """Under review, and in the same round: an answer in between started another clock."""
    asked = application.review_started_at
    return (
        application.status == Status.UNDER_REVIEW
        and asked is not None
        and due.occurrence.startswith(asked.strftime(ROUND))
    )


def _same_offer(due: Due, application: Application) -> bool:
    ends = application.offer_expires_at
    return (
        application.status == Status.OFFERED
        and ends is not None
        and due.occurrence.startswith(ends.strftime(ROUND))
    )


def _same_dates(due: Due, placement: Placement) -> bool:
    return due.occurrence.startswith(f"{placement.start_on}:{placement.end_on}")


@timer("application.reply_reminder")
def remind_preceptor(due: Due) -> str:
    application = _application(due)
    if not _still_waits(due, application):
        return NOT_NOW
    emails.review_reminder(application, due=due.pk)
    return "reminded"


@timer("application.escalate")
def escalate(due: Due) -> str:
    application = _application(due)
    if not _still_waits(due, application):
        return NOT_NOW
    emails.review_escalation(application, due=due.pk)
    return "coordinator told"


@timer("application.lapse")
def lapse(due: Due) -> str:
    application = _application(due)
    if not _still_waits(due, application):
        return NOT_NOW
    return "lapsed" if lapse_application(application) else NOT_NOW


@timer("application.offer_reminder")
def remind_learner_of_offer(due: Due) -> str:
    application = _application(due)
    if not _same_offer(due, application):
        return NOT_NOW
    emails.offer_reminder(application, due=due.pk)
    return "reminded"


@timer("application.expire_offer")
def end_offer(due: Due) -> str:
    application = _application(due)
    if not _same_offer(due, application):
        return NOT_NOW
    return "expired" if expire_offer(application) else NOT_NOW


@timer("application.pre_accept")
def pre_accept(due: Due) -> str:
    """Whoever asked for it takes the seat once the two minutes of undo are over.

    Where another request of hers would have to give way, she is asked first.
    """
    application = _application(due)
    if not (_same_offer(due, application) and application.pre_accept):
        return NOT_NOW
    try:
        if touched := touching_applications(application):
            return f"stays an offer: {len(touched)} more on these days"
        accept_offer(application, by=application.learner)
    except ValidationError as refusal:
        return f"stays an offer: {refusal.messages[0]}"
    return "accepted"


@timer("listing.seats_freed")
def promote(due: Due) -> str:
    """A seat came free: the first who waits for it gets an offer."""
    rows = Listing.objects.select_related("site__state", "preceptor__user").defer("document")
    return promote_next(rows.get(pk=due.subject_id), occasion=due.occurrence)


@timer("preceptor.limit_changed")
def look_at_waitlists(due: Due) -> str:
    """Her own limit was raised or lifted: whoever waits at any of her listings is looked at."""
    waits = Listing.objects.filter(preceptor=due.subject_id, applications__status=Status.WAITLISTED)
    listings = set(waits.values_list("pk", flat=True))
    owe_promotion(listings)
    return f"{len(listings)} waitlists to look at"


@timer("application.waitlist_over")
def end_waiting(due: Due) -> str:
    """The dates that she waited for have begun."""
    application = _application(due)
    entry = WaitlistEntry.objects.get(pk=int(due.occurrence))
    if entry.status != EntryStatus.WAITING:
        return NOT_NOW
    close_application(application, by=None, note="started")
    return "closed"


@timer("application.draft_reminder")
def remind_of_draft(due: Due) -> str:
    application = _application(due)
    if application.status != Status.DRAFT:
        return NOT_NOW
    emails.draft_reminder(application, due=due.pk)
    return "reminded"


@timer("application.close_draft")
def close_draft(due: Due) -> str:
    application = _application(due)
    if application.status != Status.DRAFT:
        return NOT_NOW
    close_application(application, by=None, note="draft")
    return "closed"


@timer("application.close_unanswered")
def close_unanswered(due: Due) -> str:
    application = _application(due)
    asked = history_of(application).filter(verb="application.changes_requested").last()
    same_round = asked is not None and due.occurrence == str(asked.pk)
    if application.status != Status.CHANGES_REQUESTED or not same_round:
        return NOT_NOW
    close_application(application, by=None, note="incomplete")
    return "closed"


@timer("listing.archived")
def close_what_waits(due: Due) -> str:
    """A listing is gone for good: whoever still waits for it is told."""
    waiting = Application.objects.with_listing().filter(
        listing=due.subject_id, status__in=OPEN, listing__status=ListingStatus.ARCHIVED
    )
    for application in waiting:
        close_application(application, by=None, note="archived")
    return f"{len(waiting)} closed"


@timer("listing.requirements_changed")
def tell_of_rules(due: Due) -> str:
    """A listing asks for other papers: whoever booked it before may leave without a loss."""
    change = Event.objects.get(pk=int(due.occurrence))
    placements = Placement.objects.filter(
        listing=due.subject_id, status__in=AHEAD, created_at__lte=change.at
    )
    told = sum(note_rule_change(one, change) for one in placements.with_listing().order_by("pk"))
    return f"{told} told"


@timer("placement.documents_due")
def remind_of_documents(due: Due) -> str:
    placement = _placement(due)
    items = open_requirements(placement)
    if (
        placement.status != PlacementStatus.ONBOARDING
        or not items
        or not _same_dates(due, placement)
    ):
        return NOT_NOW
    emails.documents_due(placement, items, day=documents_due_on(placement), due=due.pk)
    return "reminded"


@timer("placement.start_reminder")
def remind_of_start(due: Due) -> str:
    """The way there, the details, what to bring (timer T10); who is not ready hears that instead."""
    placement = _placement(due)
    if placement.status != PlacementStatus.READY or not _same_dates(due, placement):
        return NOT_NOW
    emails.start_reminder(placement, days=_days_before(due), due=due.pk)
    return "reminded"


@timer("placement.host_reminder")
def remind_host_of_start(due: Due) -> str:
    placement = _placement(due)
    if placement.status != PlacementStatus.READY or not _same_dates(due, placement):
        return NOT_NOW
    emails.host_reminder(placement, days=_days_before(due), due=due.pk)
    return "reminded"


def _days_before(due: Due) -> int:
    return int(due.occurrence.rsplit(":", 1)[-1].removesuffix("d"))


@timer("placement.begin")
def begin(due: Due) -> str:
    placement = _placement(due)
    if not _same_dates(due, placement):
        return NOT_NOW
    return "on site" if begin_placement(placement) else f"stands at {placement.status}"


@timer("placement.end")
def end(due: Due) -> str:
    placement = _placement(due)
    if not _same_dates(due, placement):
        return NOT_NOW
    return "over" if end_placement(placement) else f"stands at {placement.status}"


@timer("learner.documents_changed")
def look_at_readiness(due: Due) -> str:
    """A paper was accepted, refused or replaced: what she has ahead may be ready, or not."""
    learner = User.objects.get(pk=due.subject_id)
    refresh_readiness_of(learner)
    runs = {PlacementStatus.ACTIVE, PlacementStatus.ON_HOLD}
    for placement in learner.placements.filter(status__in=runs).with_listing():
        if not (hold_expired(placement) or resume_renewed(placement)):
            watch_papers(placement)
    return "looked"


def _lacks_evaluation(placement: Placement) -> bool:
    runs = {PlacementStatus.ACTIVE, PlacementStatus.WRAP_UP}
    signed = placement.evaluations.filter(Q(kind="final") & ~Q(signed_at=None)).exists()
    return placement.status in runs and not signed


@timer("placement.evaluation_due")
def ask_for_evaluation(due: Due) -> str:
    placement = _placement(due)
    if not _lacks_evaluation(placement) or not _same_dates(due, placement):
        return NOT_NOW
    emails.evaluation_due(placement, due=due.pk)
    return "asked"


@timer("placement.evaluation_reminder")
def remind_of_evaluation(due: Due) -> str:
    placement = _placement(due)
    if not _lacks_evaluation(placement) or not _same_dates(due, placement):
        return NOT_NOW
    emails.evaluation_reminder(placement, due=due.pk)
    return "reminded"


@timer("placement.hours_digest")
def ask_to_sign_hours(due: Due) -> str:
    """Mondays at 8:00: hours that wait for her signature (timer T11)."""
    placement = _placement(due)
    waiting = hours_totals(placement).waiting
    if not waiting or not placement.takes_hours or not _same_dates(due, placement):
        return NOT_NOW
    emails.hours_to_sign(placement, waiting=waiting, due=due.pk)
    return "asked"


@shared_task(ignore_result=True)
def count_preceptors_answers() -> None:
    """Each hour: how fast, and how often, every preceptor answers."""
    count_answers()


@shared_task(ignore_result=True)
def compare_seats() -> None:
    """Each night: whether every week's counter equals the rows that hold its seats."""
    check_seats()


@timer("placement.payment_due")
def remind_of_payment(due: Due) -> str:
    """Before the day (timer T9); after it staff see it in their queue, and nobody is canceled."""
    placement = _placement(due)
    before = {PlacementStatus.ONBOARDING, PlacementStatus.ON_HOLD}
    unpaid = placement.status in before and placement.paid_at is None
    if not unpaid or not _same_dates(due, placement):
        return NOT_NOW
    emails.payment_due(placement, due=due.pk)
    return "reminded"


@timer("placement.week_earned")
def enter_week(due: Due) -> str:
    """Friday night at the site: what the preceptor earned in the week."""
    placement = _placement(due)
    if not _same_dates(due, placement):
        return NOT_NOW
    number = int(due.occurrence.rsplit(":w", 1)[-1])
    return "earned" if earn_week(placement, number) else "nothing to enter"


@timer("placement.at_risk")
def warn_of_risk(due: Due) -> str:
    """Two weeks ahead: not ready, or still on hold (timer T7)."""
    placement = _placement(due)
    waits = {PlacementStatus.ONBOARDING, PlacementStatus.ON_HOLD}
    if placement.status not in waits or not _same_dates(due, placement):
        return NOT_NOW
    emails.placement_at_risk(placement, open_requirements(placement), due=due.pk)
    return "learner and coordinator told"


@timer("placement.hold_unready")
def hold_what_is_not_ready(due: Due) -> str:
    placement = _placement(due)
    if not _same_dates(due, placement):
        return NOT_NOW
    return "on hold" if hold_unready(placement) else NOT_NOW


@timer("placement.paper_ended")
def hold_for_a_paper(due: Due) -> str:
    """The morning after a required paper's last day (timer T8)."""
    return "on hold" if hold_expired(_placement(due)) else NOT_NOW


def _request(due: Due) -> RescheduleRequest:
    return RescheduleRequest.objects.with_placement().get(pk=due.subject_id)


@timer("reschedule.reminder")
def remind_of_request(due: Due) -> str:
    request = _request(due)
    if not request.is_pending:
        return NOT_NOW
    emails.reschedule_reminder(request, due=due.pk)
    return "reminded"


@timer("reschedule.expire")
def end_request(due: Due) -> str:
    return "expired" if expire_reschedule(_request(due)) else NOT_NOW
