"""On the waitlist and off it: the entry follows its application, and each move is one mail."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from clocks.models import Due
from outbox.models import Message
from placements.actions.applications import decline_application, withdraw_application
from placements.actions.choices import NotAChoice
from placements.actions.offers import offer_seat, rescind_offer
from placements.actions.transition import TransitionNotAllowed
from placements.actions.waitlist import (
    SeatsFree,
    keep_on_waitlist,
    take_off_waitlist,
    waitlist_application,
)
from placements.models import WaitlistEntry
from placements.queries import place_on_waitlist
from placements.states import DeclineReason, EntryStatus, Status
from rotations.actions.seats import set_capacity
from rotations.blocks import Block
from tests.factories.placements import ApplicationFactory
from tests.placements.test_timers import run_due, sent
from tests.placements.waiting import a_full_block, in_weeks, join, status_of

pytestmark = pytest.mark.django_db


def entry_of(application):
    return WaitlistEntry.objects.get(application=application)


def test_who_waits_has_a_place_a_mail_and_no_seat():
    held, (first, second) = a_full_block(waiting=2)

    assert status_of(second) == Status.WAITLISTED
    place = place_on_waitlist(second)
    assert (place.position, place.of) == (2, 2)
    assert sent("application_waitlisted") == 2
    assert set(held.listing.weeks.values_list("taken", flat=True)) == {1}
    assert first.answered_at


def test_only_those_who_want_some_of_the_same_weeks_are_counted():
    held, (first,) = a_full_block(waiting=1)
    apart = ApplicationFactory(
        status=Status.OFFERED,
        listing=held.listing,
        start_on=held.start_on + timedelta(weeks=8),
        weeks_capacity=1,
    )
    elsewhere = join(apart)

    place = place_on_waitlist(elsewhere)

    assert (place.position, place.of) == (1, 1)
    assert place_on_waitlist(first).of == 1


def test_nobody_waits_for_a_free_seat():
    asked = ApplicationFactory(status=Status.UNDER_REVIEW)

    with pytest.raises(SeatsFree):
        waitlist_application(asked, by=asked.listing.preceptor.user)

    assert status_of(asked) == Status.UNDER_REVIEW
    assert not WaitlistEntry.objects.exists()
    assert not Message.objects.exists()


def test_nobody_waits_for_dates_that_she_did_not_ask_for():
    held, _none = a_full_block(waiting=0)
    asked = ApplicationFactory(
        status=Status.UNDER_REVIEW, listing=held.listing, start_on=held.start_on
    )

    with pytest.raises(NotAChoice):
        waitlist_application(
            asked, by=held.listing.preceptor.user, block=Block(in_weeks(30), asked.weeks)
        )


@pytest.mark.parametrize("status", [Status.DRAFT, Status.SUBMITTED, Status.OFFERED])
def test_only_a_request_under_review_is_put_on_the_list(status):
    application = ApplicationFactory(status=status)

    with pytest.raises(TransitionNotAllowed):
        waitlist_application(application, by=application.listing.preceptor.user)


def test_whoever_leaves_is_off_the_list_and_the_others_move_up():
    _held, (first, second, third) = a_full_block(waiting=3)

    withdraw_application(first, by=first.learner)
    host = second.listing.preceptor.user
    decline_application(second, by=host, reason=DeclineReason.FULL)

    assert entry_of(first).status == entry_of(second).status == EntryStatus.REMOVED
    assert entry_of(first).ended_at
    assert place_on_waitlist(third).position == 1


def test_a_preceptor_takes_her_off_and_answers_by_hand():
    held, (first,) = a_full_block(waiting=1)
    host = held.listing.preceptor.user
    set_capacity(held.listing, held.block.mondays, capacity=2, by=host)

    take_off_waitlist(first, by=host)
    offer_seat(first, by=host)

    assert entry_of(first).status == EntryStatus.REMOVED
    assert status_of(first) == Status.OFFERED
    assert first.reply_by > timezone.now()
    assert sent("review_request") == 0


def test_a_rescinded_offer_from_the_list_does_not_go_back_to_it():
    held, (first,) = a_full_block(waiting=1)
    host = held.listing.preceptor.user
    withdraw_application(held, by=held.learner)
    offer_seat(first, by=host)

    rescind_offer(first, by=host, note="My ward closes.")

    assert entry_of(first).status == EntryStatus.REMOVED
    assert status_of(first) == Status.UNDER_REVIEW


def test_whether_she_stays_is_remembered_and_only_on_the_list():
    _held, (first,) = a_full_block(waiting=1)

    keep_on_waitlist(first, by=first.learner, keep=True)
    assert entry_of(first).keep

    withdraw_application(first, by=first.learner)
    with pytest.raises(TransitionNotAllowed):
        keep_on_waitlist(first, by=first.learner, keep=False)


def test_waiting_ends_on_the_first_day():
    held, (first,) = a_full_block(waiting=1)
    due = Due.objects.get(kind="application.waitlist_over")

    run_due(due.at + timedelta(minutes=1))

    assert status_of(first) == Status.CLOSED
    assert entry_of(first).status == EntryStatus.REMOVED
    mail = Message.objects.get(template="placements/application_closed", user=first.learner)
    assert "have begun" in mail.body
    assert held.start_on == due.at.date()


def test_an_application_waits_in_one_place():
    _held, (first,) = a_full_block(waiting=1)

    with pytest.raises(IntegrityError, match="one_open_per_application"), transaction.atomic():
        WaitlistEntry.objects.create(
            application=first, start_on=first.start_on, weeks=4, queued_at=timezone.now()
        )


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"start_on": in_weeks(3) + timedelta(days=1)}, "starts_on_a_monday"),
        ({"ended_at": timezone.now()}, "ended_says_when"),
        ({"passed_over": "near"}, "passed_over_says_when"),
    ],
)
def test_what_an_entry_can_never_say(changes, name):
    _held, (first,) = a_full_block(waiting=1)

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        WaitlistEntry.objects.filter(application=first).update(**changes)
