"""A freed seat is served once, in order; whoever is passed over has a reason that staff can read."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from audit.models import Event
from clocks.models import Due
from outbox.models import Message
from placements import deadlines
from placements.actions.applications import close_application, withdraw_application
from placements.actions.offers import (
    accept_offer,
    decline_offer,
    expire_offer,
    offer_seat,
    rescind_offer,
    undo_offer,
    undo_until,
)
from placements.actions.placements import cancel_placement
from placements.actions.promotion import promote_next
from placements.actions.transition import TransitionNotAllowed
from placements.actions.waitlist import keep_on_waitlist
from placements.models import Application, WaitlistEntry
from placements.states import CancelledBy, CancelReason, EntryStatus, PassedOver, Status
from rotations.actions.seats import open_weeks, set_capacity
from rotations.models import SeatWeek
from tests.factories.placements import ApplicationFactory, PlacementFactory
from tests.placements.test_timers import run_due, sent
from tests.placements.waiting import a_full_block, join, status_of

pytestmark = pytest.mark.django_db


def owed(listing):
    return Due.objects.filter(kind="listing.seats_freed", subject_id=listing.pk, done_at=None)


def tick(at=None):
    """All that is due, and what that makes due."""
    while Due.objects.filter(done_at=None, at__lte=at or timezone.now()).exists():
        run_due(at)


def free_and_promote(held):
    withdraw_application(held, by=held.learner)
    tick()


def entry_of(application):
    return WaitlistEntry.objects.get(application=application)


def test_the_first_in_line_gets_the_freed_seat_for_48_hours():
    held, (first, second) = a_full_block(waiting=2)

    free_and_promote(held)

    first.refresh_from_db()
    assert first.status == Status.OFFERED
    assert first.offer_expires_at - first.offered_at == timedelta(hours=48)
    assert first.offered_by is None
    assert status_of(second) == Status.WAITLISTED
    assert entry_of(first).status == EntryStatus.OFFERED
    assert entry_of(second).passed_over == ""
    assert set(held.listing.weeks.values_list("taken", flat=True)) == {1}
    assert sent("waitlist_offer") == 1


@pytest.mark.parametrize(("days", "hours"), [(22, 48), (21, 24), (14, 24)])
def test_near_the_start_the_offer_runs_a_day(days, hours):
    held, (first,) = a_full_block(waiting=1)
    zone = held.listing.site.zone
    at = timezone.datetime.combine(
        held.start_on - timedelta(days=days), timezone.datetime.min.time(), zone
    )

    assert deadlines.waitlist_window(at, first.start_on, zone) == timedelta(hours=hours)


def test_she_is_reminded_a_day_and_three_hours_before():
    held, (first,) = a_full_block(waiting=1)
    free_and_promote(held)
    first.refresh_from_db()

    at = Due.objects.filter(kind="application.offer_reminder", subject_id=first.pk)
    before = sorted(first.offer_expires_at - due.at for due in at)
    assert before == [timedelta(hours=3), timedelta(hours=24)]

    tick(first.offer_expires_at - timedelta(minutes=1))
    assert sent("offer_reminder") == 2


def test_two_freed_seats_are_two_offers_in_order():
    held, (first, second, third) = a_full_block(waiting=3)
    host = held.listing.preceptor.user
    set_capacity(held.listing, held.block.mondays, capacity=3, by=host)

    tick()

    assert [status_of(one) for one in (first, second, third)] == [
        Status.OFFERED,
        Status.OFFERED,
        Status.WAITLISTED,
    ]


def test_run_again_nothing_more_happens():
    held, (first, _second) = a_full_block(waiting=2)
    free_and_promote(held)

    promote_next(held.listing)
    promote_next(held.listing)

    assert Application.objects.filter(status=Status.OFFERED).get() == first
    assert sent("waitlist_offer") == 1


def test_a_seat_in_some_of_her_weeks_is_not_enough():
    held, (first,) = a_full_block(waiting=1)
    withdraw_application(held, by=held.learner)
    SeatWeek.objects.filter(listing=held.listing, monday=held.block.mondays[-1]).update(taken=1)

    tick()

    assert status_of(first) == Status.WAITLISTED
    assert entry_of(first).passed_over == PassedOver.FULL


def test_thirteen_days_before_the_start_nobody_is_promoted_and_the_reason_is_kept():
    held, (first,) = a_full_block(waiting=1)
    late = timezone.datetime.combine(
        held.start_on - timedelta(days=13), timezone.datetime.min.time(), held.listing.site.zone
    )
    with time_machine.travel(late + timedelta(hours=9), tick=False):
        Application.objects.filter(pk=held.pk).update(
            offer_expires_at=timezone.now() + timedelta(days=1)
        )
        held.refresh_from_db()
        withdraw_application(held, by=held.learner)
    tick(late + timedelta(hours=10))

    assert status_of(first) == Status.WAITLISTED
    assert entry_of(first).passed_over == PassedOver.NEAR
    event = Event.objects.get(verb="listing.nobody_promoted")
    assert event.subject_id == str(held.listing.pk)
    assert event.detail == {"reasons": {str(first.pk): "near"}}
    assert owed(held.listing).count() == 0
    done = Due.objects.filter(kind="listing.seats_freed").exclude(done_at=None).last()
    assert done.outcome == f"nobody promoted: {first.pk} near"


def test_fourteen_days_before_the_start_she_is():
    held, (first,) = a_full_block(waiting=1)
    on_time = timezone.datetime.combine(
        held.start_on - timedelta(days=14), timezone.datetime.min.time(), held.listing.site.zone
    )
    with time_machine.travel(on_time + timedelta(hours=9), tick=False):
        withdraw_application(held, by=held.learner)
        promote_next(held.listing)

    assert status_of(first) == Status.OFFERED


def test_whom_it_does_not_fit_is_passed_over_for_the_next():
    held, (first, second) = a_full_block(waiting=2)
    PlacementFactory(learner=first.learner, start_on=held.start_on)

    free_and_promote(held)

    assert entry_of(first).passed_over == PassedOver.ELSEWHERE
    assert status_of(first) == Status.WAITLISTED
    assert status_of(second) == Status.OFFERED


def test_a_preceptor_who_cannot_host_now_is_the_reason():
    held, (first,) = a_full_block(waiting=1)
    preceptor = held.listing.preceptor
    preceptor.away_from, preceptor.away_until = held.start_on, held.start_on
    preceptor.save()

    free_and_promote(held)

    assert entry_of(first).passed_over == PassedOver.HOST
    assert set(held.listing.weeks.values_list("taken", flat=True)) == {0}


def test_who_passes_and_stays_goes_to_the_end_and_rests_a_week():
    held, (first, second) = a_full_block(waiting=2)
    free_and_promote(held)
    first.refresh_from_db()

    decline_offer(first, by=first.learner, keep=True)
    tick()

    assert status_of(first) == Status.WAITLISTED
    assert status_of(second) == Status.OFFERED
    second.refresh_from_db()
    decline_offer(second, by=second.learner)
    tick()
    assert status_of(first) == Status.WAITLISTED
    assert entry_of(first).passed_over == PassedOver.RESTING
    assert entry_of(second).status == EntryStatus.PASSED
    assert sent("waitlist_kept") == 1

    tick(timezone.now() + timedelta(days=7, minutes=1))
    assert status_of(first) == Status.OFFERED


def test_who_passes_for_good_is_off_the_list():
    held, (first,) = a_full_block(waiting=1)
    free_and_promote(held)
    first.refresh_from_db()

    decline_offer(first, by=first.learner)

    assert status_of(first) == Status.OFFER_DECLINED
    assert entry_of(first).status == EntryStatus.PASSED
    assert (sent("offer_declined"), sent("waitlist_kept")) == (1, 0)


@pytest.mark.parametrize(
    ("keep", "status", "entry", "mail"),
    [
        (True, Status.WAITLISTED, EntryStatus.WAITING, "waitlist_kept"),
        (False, Status.OFFER_EXPIRED, EntryStatus.EXPIRED, "waitlist_expired"),
    ],
)
def test_an_offer_that_is_missed_keeps_her_if_she_said_so(keep, status, entry, mail):
    held, (first,) = a_full_block(waiting=1)
    keep_on_waitlist(first, by=first.learner, keep=keep)
    free_and_promote(held)
    first.refresh_from_db()

    tick(first.offer_expires_at + timedelta(minutes=1))

    assert status_of(first) == status
    assert entry_of(first).status == entry
    assert Message.objects.filter(user=first.learner, template=f"placements/{mail}").count() == 1
    assert sent("offer_expired") == 0


def test_taking_the_seat_closes_the_entry_for_ever():
    held, (first,) = a_full_block(waiting=1)
    free_and_promote(held)
    first.refresh_from_db()

    placement = accept_offer(first, by=first.learner)
    assert entry_of(first).status == EntryStatus.CONVERTED

    cancel_placement(
        placement,
        by=first.learner,
        cancelled_by=CancelledBy.LEARNER,
        reason=CancelReason.ILLNESS,
    )
    tick()
    assert entry_of(first).status == EntryStatus.CONVERTED


def test_who_accepts_at_once_has_the_seat_within_minutes():
    held, _none = a_full_block(waiting=0)
    first = join(held, pre_accept=True)
    free_and_promote(held)
    first.refresh_from_db()
    assert first.status == Status.OFFERED

    tick(first.offered_at + deadlines.UNDO)

    assert status_of(first) == Status.ACCEPTED
    assert Message.objects.get(template="placements/waitlist_offer").discarded_at


def test_what_the_clock_offered_cannot_be_undone_by_a_preceptor():
    held, (first,) = a_full_block(waiting=1)
    free_and_promote(held)
    first.refresh_from_db()

    assert undo_until(first) is None
    with pytest.raises(TransitionNotAllowed):
        undo_offer(first, by=held.listing.preceptor.user)


def cancelled(held):
    placement = accept_offer(held, by=held.learner)
    cancel_placement(
        placement, by=held.learner, cancelled_by=CancelledBy.LEARNER, reason=CancelReason.ILLNESS
    )


def superseded(held):
    other = ApplicationFactory(status=Status.OFFERED, learner=held.learner, start_on=held.start_on)
    accept_offer(other, by=held.learner)


def expired(held):
    with time_machine.travel(held.offer_expires_at + timedelta(minutes=1), tick=False):
        expire_offer(held)


def undone(held):
    host = held.listing.preceptor.user
    rescind_offer(held, by=host, note="")
    offer_seat(held, by=host)
    Due.objects.filter(kind="listing.seats_freed").update(done_at=timezone.now())
    undo_offer(held, by=host)


WAYS = {
    "declined": lambda held: decline_offer(held, by=held.learner),
    "withdrawn": lambda held: withdraw_application(held, by=held.learner),
    "closed": lambda held: close_application(held, by=None, note="archived"),
    "rescinded": lambda held: rescind_offer(held, by=held.listing.preceptor.user, note="x"),
    "undone": undone,
    "expired": expired,
    "cancelled": cancelled,
    "superseded": superseded,
    "raised": lambda held: set_capacity(
        held.listing, held.block.mondays, capacity=2, by=held.listing.preceptor.user
    ),
    "opened": lambda held: open_weeks(
        held.listing, [held.block.end_on + timedelta(days=3)], capacity=1, by=None
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_free_a_seat_owes_one_promotion(way):
    held, _none = a_full_block(waiting=0)
    Due.objects.filter(kind="listing.seats_freed").delete()

    WAYS[way](held)

    assert owed(held.listing).count() == 1


def test_fewer_seats_owe_nothing():
    held, _none = a_full_block(waiting=0)
    host = held.listing.preceptor.user
    set_capacity(held.listing, held.block.mondays, capacity=3, by=host)
    Due.objects.filter(kind="listing.seats_freed").delete()

    set_capacity(held.listing, held.block.mondays, capacity=2, by=host)

    assert owed(held.listing).count() == 0
