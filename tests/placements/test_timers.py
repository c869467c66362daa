"""What the clock does: it asks again whether it still holds, and acts once."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from clocks.actions import schedule
from clocks.models import Due
from outbox.models import Message
from placements import tasks
from placements.actions.applications import request_changes, start_review, submit_application
from placements.actions.offers import offer_seat
from placements.actions.placements import start_clocks
from placements.states import PlacementStatus, Status
from rotations.actions.listings import archive_listing, pause_listing
from tests.factories.placements import ApplicationFactory, PlacementFactory
from tests.factories.rotations import RequirementFactory
from tests.placements.waiting import in_weeks

pytestmark = pytest.mark.django_db


def run_due(at=None):
    """Run every due timer as a worker would, at that moment."""
    kinds = {task.name: task for task in vars(tasks).values() if hasattr(task, "apply_async")}
    with time_machine.travel(at or timezone.now(), tick=False):
        for due in Due.objects.due():
            kinds[due.kind](due.pk)


def sent(template):
    return Message.objects.filter(template=f"placements/{template}").count()


def under_review():
    application = ApplicationFactory(status=Status.SUBMITTED)
    start_review(application, by=None)
    return application


def test_a_silent_preceptor_is_reminded_thrice_and_then_the_request_lapses():
    application = under_review()

    run_due(application.reply_by - timedelta(minutes=1))
    assert (sent("review_reminder"), sent("review_escalation")) == (3, 1)

    run_due(application.reply_by + timedelta(minutes=1))
    application.refresh_from_db()
    assert application.status == Status.NO_RESPONSE
    assert sent("application_lapsed") == 1


def test_who_has_answered_is_not_reminded():
    application = under_review()
    offer_seat(application, by=application.listing.preceptor.user)

    run_due(application.reply_by - timedelta(minutes=1))

    assert sent("review_reminder") == 0


def test_an_offer_is_reminded_of_and_ends():
    application = under_review()
    offer_seat(application, by=application.listing.preceptor.user)

    run_due(application.offer_expires_at - timedelta(minutes=1))
    assert sent("offer_reminder") == 3

    run_due(application.offer_expires_at + timedelta(minutes=1))
    application.refresh_from_db()
    assert application.status == Status.OFFER_EXPIRED


def test_who_accepts_at_once_has_the_seat_when_the_undo_is_over():
    draft = ApplicationFactory(pre_accept=True)
    submit_application(draft, by=draft.learner)
    offer_seat(draft, by=draft.listing.preceptor.user)

    run_due(draft.offered_at + timedelta(minutes=1))
    draft.refresh_from_db()
    assert draft.status == Status.OFFERED

    run_due(draft.offered_at + timedelta(minutes=3))
    draft.refresh_from_db()
    assert draft.status == Status.ACCEPTED


def test_an_unanswered_question_closes_its_own_round_only():
    application = under_review()
    host = application.listing.preceptor.user
    request_changes(application, by=host, note="Other dates?")
    first = Due.objects.get(kind="application.close_unanswered")
    submit_application(application, by=application.learner)
    request_changes(application, by=host, note="And the CV?")

    with time_machine.travel(first.at + timedelta(seconds=1), tick=False):
        tasks.close_unanswered(first.pk)
    application.refresh_from_db()
    assert application.status == Status.CHANGES_REQUESTED

    run_due(timezone.now() + timedelta(days=8))
    application.refresh_from_db()
    assert application.status == Status.CLOSED


def test_who_waits_for_a_listing_that_is_archived_is_told():
    offered = under_review()
    offer_seat(offered, by=offered.listing.preceptor.user)
    draft = ApplicationFactory(listing=offered.listing)
    listing = offered.listing
    pause_listing(listing, by=None)
    archive_listing(listing, by=None)

    run_due()

    for application in (offered, draft):
        application.refresh_from_db()
        assert (application.status, application.note) == (Status.CLOSED, "archived")
    assert sent("application_closed") == 1
    assert not listing.weeks.exclude(taken=0)


def test_a_task_run_three_times_acts_once():
    application = under_review()
    due = Due.objects.filter(kind="application.reply_reminder").first()

    with time_machine.travel(due.at + timedelta(seconds=1), tick=False):
        for _ in range(3):
            tasks.remind_preceptor(due.pk)

    assert sent("review_reminder") == 1
    assert application.pk == due.subject_id


@pytest.mark.parametrize(
    ("status", "mails"),
    [(PlacementStatus.READY, (3, 1)), (PlacementStatus.ON_HOLD, (0, 0))],
)
def test_each_side_hears_of_the_start_on_its_days(status, mails):
    """The learner 14, 7 and 1 days before, the preceptor 7; who is not ready hears other things."""
    placement = PlacementFactory(status=status, start_on=in_weeks(6))
    start_clocks(placement)
    kinds = {"placement.start_reminder", "placement.host_reminder"}
    owed = Due.objects.filter(kind__in=kinds)
    days = [(due.kind, (placement.start_on - due.at.date()).days) for due in owed.order_by("at")]

    Due.objects.exclude(kind__in=kinds).delete()
    run_due(owed.latest("at").at)

    assert sorted(days) == [
        ("placement.host_reminder", 7),
        *(("placement.start_reminder", before) for before in (1, 7, 14)),
    ]
    assert (sent("placement_starts"), sent("learner_arrives")) == mails


def test_open_documents_are_asked_for_again_every_three_days():
    placement = PlacementFactory(start_on=in_weeks(9))
    RequirementFactory(listing=placement.listing)
    start_clocks(placement)
    zone, due_on = placement.listing.site.zone, placement.start_on - timedelta(days=30)

    owed = Due.objects.filter(kind="placement.documents_due").order_by("at")

    days = [(due.at.astimezone(zone).date() - due_on).days for due in owed]
    assert days == [-30, -15, -7, *range(0, 31, 3)]
    run_due(owed[3].at)
    Message.objects.all().delete()
    run_due(owed[4].at)
    assert Message.objects.get().subject.startswith("Overdue since")


def test_timers_of_dates_that_moved_do_nothing():
    placement = PlacementFactory(status=PlacementStatus.READY)
    schedule(
        "placement.start_reminder",
        placement.pk,
        at=timezone.now() - timedelta(minutes=1),
        occurrence="2020-01-06:2020-01-31:14d",
    )

    run_due()

    assert Due.objects.get().outcome == tasks.NOT_NOW
    assert not Message.objects.exists()
