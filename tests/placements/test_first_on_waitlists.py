"""Whose rotation its host canceled comes first on waitlists, and staff see why (handbook 4.2)."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from placements.actions.placements import cancel_placement
from placements.models import WaitlistEntry
from placements.queries import place_on_waitlist
from placements.states import CancelledBy, CancelReason, PlacementStatus, Status
from tests.factories.placements import PlacementFactory
from tests.placements.pages import main
from tests.placements.test_promotion import free_and_promote
from tests.placements.waiting import a_full_block, in_weeks, status_of

pytestmark = pytest.mark.django_db


def let_down(learner, by=CancelledBy.PRECEPTOR):
    placement = PlacementFactory(learner=learner, start_on=in_weeks(6))
    cancel_placement(
        placement, by=placement.preceptor.user, cancelled_by=by, reason=CancelReason.SITE_CLOSED
    )
    return placement


@pytest.mark.parametrize("by", [CancelledBy.PRECEPTOR, CancelledBy.SITE, CancelledBy.PORTAL])
def test_she_is_served_before_those_who_have_waited_longer(by):
    held, (first, second) = a_full_block(waiting=2)
    canceled = let_down(second.learner, by)
    assert place_on_waitlist(second).position == 1
    assert place_on_waitlist(first).position == 2

    free_and_promote(held)

    assert [status_of(one) for one in (first, second)] == [Status.WAITLISTED, Status.OFFERED]
    event = Event.objects.get(verb="application.served_first", subject_id=str(second.pk))
    assert event.detail == {"host_canceled": canceled.pk}


def test_a_cancellation_of_her_own_gives_her_nothing():
    _held, (first, second) = a_full_block(waiting=2)
    let_down(second.learner, CancelledBy.LEARNER)

    assert place_on_waitlist(first).position == 1


def test_another_seat_since_or_half_a_year_ends_it():
    _held, (first, second) = a_full_block(waiting=2)
    with time_machine.travel(timezone.now() - timedelta(days=1), tick=False):
        let_down(second.learner)
    with time_machine.travel(timezone.now() + timedelta(days=180), tick=False):
        assert place_on_waitlist(first).position == 1
    assert place_on_waitlist(first).position == 2

    PlacementFactory(learner=second.learner, start_on=in_weeks(40))

    assert place_on_waitlist(first).position == 1


def test_who_passed_a_seat_there_waits_like_anybody():
    _held, (first, second) = a_full_block(waiting=2)
    let_down(second.learner)
    WaitlistEntry.objects.filter(application=second).update(rests_until=timezone.now())

    assert place_on_waitlist(first).position == 1


def test_among_those_let_down_the_longest_waiting_is_first():
    _held, (first, second, third) = a_full_block(waiting=3)
    let_down(third.learner)
    let_down(second.learner)

    order = [place_on_waitlist(one).position for one in (first, second, third)]
    assert order == [3, 1, 2]


def test_her_page_and_the_admin_say_why(client, dana):
    _held, (_first, second) = a_full_block(waiting=2)
    canceled = let_down(second.learner)

    client.force_login(second.learner)
    assert "canceled by its host, so you come before others" in main(
        client.get(second.get_absolute_url())
    )
    client.force_login(dana)
    page = client.get(reverse("admin:placements_waitlistentry_changelist")).text
    assert page.count(reverse("admin:placements_placement_change", args=[canceled.pk])) == 1


def test_the_page_of_what_was_canceled_shows_what_else_is_free(client):
    _held, (_first, second) = a_full_block(waiting=2)
    canceled = let_down(second.learner)
    assert canceled.status == PlacementStatus.CANCELLED
    client.force_login(second.learner)

    page = main(client.get(canceled.get_absolute_url()))

    assert 'id="similar"' in page
    assert "On waitlists you now come before others" in page


def test_the_page_of_what_she_canceled_herself_does_not(client):
    _held, (_first, second) = a_full_block(waiting=2)
    canceled = let_down(second.learner, CancelledBy.LEARNER)
    client.force_login(second.learner)

    page = main(client.get(canceled.get_absolute_url()))

    assert "On waitlists you now come before others" not in page
