"""Races about changed plans, on real PostgreSQL."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clocks.calendar import next_monday
from placements.actions.placements import cancel_placement
from placements.actions.reschedules import approve_reschedule, ask_reschedule
from placements.models import Placement, RescheduleRequest
from placements.states import (
    CancelledBy,
    CancelReason,
    PlacementStatus,
    RescheduleReason,
    RescheduleStatus,
)
from rotations.actions.seats import SeatsGone
from rotations.blocks import Block
from tests.placements.changing import listing_with, placed, taken
from tests.placements.test_races import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)
FIRST = next_monday(timezone.localdate()) + timedelta(weeks=8)
LATER = FIRST + timedelta(weeks=8)


def test_two_moves_to_the_last_seat_hold_it_once():
    listing = listing_with(FIRST, LATER, capacity=1)
    second = FIRST + timedelta(weeks=4)
    rivals = [placed(listing, FIRST), placed(listing_with(second), second)]
    type(rivals[1]).objects.filter(pk=rivals[1].pk).update(listing=listing)
    rivals = [Placement.objects.with_listing().get(pk=one.pk) for one in rivals]

    outcomes = all_at_once(
        lambda one: ask_reschedule(
            one, Block(LATER, 4), by=one.learner, reason=RescheduleReason.WISH
        ),
        rivals,
    )

    refused = [one for one in outcomes if isinstance(one, SeatsGone)]
    assert len(refused) == 1
    assert RescheduleRequest.objects.pending().count() == 1
    assert {taken(listing)[monday] for monday in Block(LATER, 4).mondays} == {1}


def test_a_cancellation_against_an_agreed_move_leaves_counters_true():
    """Either the move comes first and its new seat is freed, or the request is over."""
    for _round in range(4):
        listing = listing_with(FIRST, LATER, capacity=1)
        placement = placed(listing, FIRST)
        request = ask_reschedule(
            placement, Block(LATER, 4), by=placement.learner, reason=RescheduleReason.WISH
        )
        host = placement.preceptor.user

        def act(who, request=request, host=host):
            mine = RescheduleRequest.objects.with_placement().get(pk=request.pk)
            if who == "host":
                approve_reschedule(mine, by=host)
            else:
                cancel_placement(
                    mine.placement,
                    by=mine.placement.learner,
                    cancelled_by=CancelledBy.LEARNER,
                    reason=CancelReason.ACADEMIC,
                )

        outcomes = all_at_once(act, ["host", "learner"])

        assert outcomes[1] is None, outcomes
        placement.refresh_from_db()
        request.refresh_from_db()
        assert placement.status == PlacementStatus.CANCELLED
        assert request.status in {RescheduleStatus.APPROVED, RescheduleStatus.CANCELLED}
        assert taken(listing) == {}
