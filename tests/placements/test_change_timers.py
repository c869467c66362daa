"""What the clock does near the start: at risk, then on hold (timer T7); reminders of T15."""

import pytest
import time_machine

from outbox.models import Message
from placements.actions.placements import start_clocks
from placements.actions.reschedules import ask_reschedule
from placements.states import HoldReason, PlacementStatus, RescheduleReason, RescheduleStatus
from rotations.blocks import Block
from tests.factories.accounts import StaffFactory
from tests.factories.placements import pay_in_full
from tests.placements.changing import APRIL, JUNE, at, listing_with, placed, taken
from tests.placements.test_story_changes import run_due, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(at(3, 1), tick=False) as moving:
        yield moving


@pytest.fixture
def placement(clock):
    found = placed(listing_with(APRIL, JUNE), APRIL)
    start_clocks(found)
    return found


def test_what_is_not_ready_is_at_risk_and_then_on_hold(clock, placement):
    clock.move_to(at(4, 12, 9))
    run_due()
    assert told("placement_at_risk") == told("placement_at_risk_coordinator") == 1

    clock.move_to(at(4, 19, 9))
    run_due()
    run_due()

    placement.refresh_from_db()
    assert placement.status == PlacementStatus.ON_HOLD
    assert placement.holds.get().reason == HoldReason.NOT_READY
    assert told("placement_on_hold") == told("placement_on_hold_coordinator") == 1
    assert taken(placement.listing)[APRIL] == 1


def test_what_is_ready_is_left_alone(clock, placement):
    pay_in_full(placement, by=StaffFactory())
    Message.objects.all().delete()

    clock.move_to(at(4, 19, 9))
    run_due()

    placement.refresh_from_db()
    assert placement.status == PlacementStatus.READY
    assert told("placement_at_risk") == 0


def test_a_request_is_reminded_of_twice_and_then_ends(clock, placement):
    request = ask_reschedule(
        placement, Block(JUNE, 4), by=placement.learner, reason=RescheduleReason.WISH
    )
    for moment, mails in ((at(3, 3, 9), 2), (at(3, 5, 9), 3), (at(3, 8, 23, 59), 3)):
        clock.move_to(moment)
        run_due()
        assert told("reschedule_requested") == mails

    request.refresh_from_db()
    assert request.status == RescheduleStatus.EXPIRED
    assert sorted(taken(placement.listing)) == Block(APRIL, 4).mondays
