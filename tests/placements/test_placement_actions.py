from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from clocks.calendar import end_of_day, morning
from outbox.models import Message
from placements.actions.evaluations import (
    EvaluationClosed,
    LinesMissing,
    save_evaluation,
    sign_evaluation,
)
from placements.actions.hours import DayNotOpen, attest_hours, dispute_hours, log_hours
from placements.actions.placements import (
    NotDone,
    begin_placement,
    cancel_placement,
    complete_placement,
    end_placement,
    record_arrival,
    refresh_readiness,
)
from placements.models import Placement
from placements.models.evaluation import Competency
from placements.states import CancelledBy, CancelReason, PlacementStatus
from tests.factories.accounts import DocumentFactory, StaffFactory
from tests.factories.placements import (
    EvaluationFactory,
    HoursEntryFactory,
    PlacementFactory,
    log_all_hours,
    pay_in_full,
)
from tests.factories.rotations import RequirementFactory

pytestmark = pytest.mark.django_db


def test_a_paid_placement_without_requirements_is_ready():
    placement = PlacementFactory()

    pay_in_full(placement, by=StaffFactory())

    assert placement.status == PlacementStatus.READY
    templates = set(Message.objects.values_list("template", flat=True))
    assert templates == {
        "placements/payment_received",
        "placements/placement_ready",
        "placements/learner_ready",
    }


def test_a_paper_that_ends_before_the_last_day_keeps_it_from_being_ready():
    placement = PlacementFactory()
    RequirementFactory(listing=placement.listing)
    DocumentFactory(owner=placement.learner, issued_on=placement.end_on - timedelta(days=366))

    pay_in_full(placement, by=StaffFactory())
    assert placement.status == PlacementStatus.ONBOARDING

    placement.learner.documents.all().update(issued_on=timezone.localdate())
    refresh_readiness(placement)
    assert placement.status == PlacementStatus.READY


def test_a_ready_placement_falls_back_when_a_paper_is_no_longer_accepted():
    placement = PlacementFactory(status=PlacementStatus.READY)
    RequirementFactory(listing=placement.listing)

    refresh_readiness(placement)

    assert placement.status == PlacementStatus.ONBOARDING
    assert Message.objects.filter(template="placements/placement_not_ready").exists()


def test_begin_placement_at_six_in_the_morning_of_the_first_day_at_the_site():
    placement = PlacementFactory(status=PlacementStatus.READY)
    begin = morning(placement.start_on, placement.listing.site.zone)

    with time_machine.travel(begin - timedelta(minutes=1), tick=False):
        assert begin_placement(placement) is False
    with time_machine.travel(begin, tick=False):
        assert begin_placement(placement) is True
        record_arrival(placement, by=placement.preceptor.user)

    assert placement.status == PlacementStatus.ACTIVE
    assert placement.arrived_at == begin


def test_end_placement_after_the_last_day_at_the_site():
    placement = PlacementFactory(status=PlacementStatus.ACTIVE)
    over = end_of_day(placement.end_on, placement.listing.site.zone)

    with time_machine.travel(over - timedelta(minutes=1), tick=False):
        assert end_placement(placement) is False
    with time_machine.travel(over + timedelta(minutes=1), tick=False):
        assert end_placement(placement) is True

    assert placement.status == PlacementStatus.WRAP_UP


def test_hours_and_a_signed_evaluation_complete_it():
    placement = PlacementFactory(status=PlacementStatus.WRAP_UP)
    entries = log_all_hours(placement, signed=False)
    evaluation = EvaluationFactory(placement=placement)
    host = placement.preceptor.user

    attest_hours(placement, entries, by=host)
    placement.refresh_from_db()
    assert placement.status == PlacementStatus.WRAP_UP

    sign_evaluation(evaluation, by=host)
    placement.refresh_from_db()
    assert placement.status == PlacementStatus.COMPLETED


def test_nine_of_ten_planned_hours_are_enough_and_fewer_are_not():
    placement = PlacementFactory(status=PlacementStatus.WRAP_UP)
    EvaluationFactory(placement=placement, signed=True)
    entries = log_all_hours(placement)
    planned = placement.planned_hours
    while sum(entry.hours for entry in entries) > planned * Decimal("0.9"):
        entries.pop().delete()
    total = sum(entry.hours for entry in entries)

    if total < placement.hours_needed:
        with pytest.raises(NotDone):
            complete_placement(placement, by=StaffFactory())
        first = entries[0]
        first.hours += placement.hours_needed - total
        first.save()
    complete_placement(placement, by=StaffFactory())

    assert placement.status == PlacementStatus.COMPLETED


@pytest.mark.parametrize("shift", [-1, 40])
def test_log_hours_outside_the_rotation_is_refused(shift):
    placement = PlacementFactory(status=PlacementStatus.ACTIVE)

    with pytest.raises(DayNotOpen):
        log_hours(
            placement,
            by=placement.learner,
            day=placement.start_on + timedelta(days=shift),
            hours=Decimal(8),
        )


def test_log_hours_again_corrects_a_day_until_it_is_signed():
    placement = PlacementFactory(status=PlacementStatus.ACTIVE)
    day, learner = placement.start_on, placement.learner
    log_hours(placement, by=learner, day=day, hours=Decimal(8))
    entry = log_hours(placement, by=learner, day=day, hours=Decimal(6))

    assert attest_hours(placement, [entry], by=placement.preceptor.user) == 1
    assert attest_hours(placement, [entry], by=placement.preceptor.user) == 0
    with pytest.raises(DayNotOpen):
        log_hours(placement, by=learner, day=day, hours=Decimal(9))
    assert placement.hours.get().hours == 6


def test_attest_hours_signs_only_days_of_this_placement():
    placement = PlacementFactory(status=PlacementStatus.ACTIVE)
    elsewhere = HoursEntryFactory()

    assert attest_hours(placement, [elsewhere], by=placement.preceptor.user) == 0

    elsewhere.refresh_from_db()
    assert elsewhere.attested_at is None


def test_dispute_hours_tells_the_learner_why():
    entry = HoursEntryFactory()

    dispute_hours(entry, by=entry.placement.preceptor.user, note="I was away that day.")

    assert entry.state == "disputed"
    assert "I was away that day." in Message.objects.get().body


def test_cancel_placement_frees_the_weeks_ahead():
    placement = PlacementFactory()

    cancel_placement(
        placement,
        by=placement.learner,
        cancelled_by=CancelledBy.LEARNER,
        reason=CancelReason.ILLNESS,
    )

    assert placement.status == PlacementStatus.CANCELLED
    assert not placement.listing.weeks.filter(taken__gt=0).exists()
    assert Message.objects.count() == 3


def test_sign_evaluation_needs_every_line():
    placement = PlacementFactory(status=PlacementStatus.WRAP_UP)
    host = placement.preceptor.user
    evaluation = save_evaluation(placement, by=host, scores={Competency.KNOWLEDGE: 4})

    with pytest.raises(LinesMissing, match="Professionalism"):
        sign_evaluation(evaluation, by=host)

    assert not evaluation.is_signed


def test_save_evaluation_after_it_is_signed_is_refused():
    evaluation = EvaluationFactory(signed=True)

    with pytest.raises(EvaluationClosed):
        save_evaluation(evaluation.placement, by=evaluation.signed_by, comment="Another word")


def test_two_live_placements_of_one_learner_never_overlap():
    """The table's last word; Friday and the Monday after touch and do not overlap."""
    first = PlacementFactory()
    after = first.start_on + timedelta(weeks=first.weeks)
    PlacementFactory(learner=first.learner, start_on=after)

    with pytest.raises(IntegrityError), transaction.atomic():
        PlacementFactory(learner=first.learner, start_on=first.start_on)

    assert Placement.objects.count() == 2
