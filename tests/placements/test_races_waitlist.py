"""Races about the waitlist. Each fails when the lock that it is about is taken away."""

from collections import Counter
from threading import Event

import pytest
from django.db import transaction

from clocks.models import Due
from outbox.models import Message
from placements import tasks
from placements.actions.applications import submit_application, withdraw_application
from placements.actions.offers import accept_offer, decline_offer
from placements.actions.promotion import promote_next
from placements.actions.waitlist import waitlist_application
from placements.models import Application, WaitlistEntry
from placements.states import EntryStatus, Status
from rotations.actions.seats import set_capacity
from rotations.models import Listing
from tests.factories.accounts import LearnerFactory
from tests.factories.placements import ApplicationFactory
from tests.placements.test_races import all_at_once
from tests.placements.waiting import a_full_block

pytestmark = pytest.mark.django_db(transaction=True)


def statuses():
    return Counter(Application.objects.values_list("status", flat=True))


def drain():
    """What is still due, one after the other, as the next ticks would."""
    while due := Due.objects.due().filter(kind="listing.seats_freed").first():
        tasks.promote(due.pk)


def test_one_freed_seat_and_two_workers_make_one_offer_to_the_first():
    """The weeks' lock has the last word; without it the table's CHECK refuses the second."""
    held, (first, *_others) = a_full_block(waiting=4)
    withdraw_application(held, by=held.learner)
    copies = [
        Listing.objects.select_related("site__state", "preceptor__user").get(pk=held.listing_id)
        for _ in range(4)
    ]

    outcomes = all_at_once(promote_next, copies)

    assert not [one for one in outcomes if isinstance(one, Exception)], outcomes
    drain()
    assert Application.objects.filter(status=Status.OFFERED).get() == first
    assert Message.objects.filter(template="placements/waitlist_offer").count() == 1
    assert set(held.listing.weeks.values_list("taken", flat=True)) == {1}


def test_one_due_row_is_taken_by_one_worker_only():
    """Without SKIP LOCKED in ``attend`` each of them runs it."""
    held, _waiting = a_full_block(waiting=3)
    withdraw_application(held, by=held.learner)
    due = Due.objects.get(kind="listing.seats_freed", done_at=None)

    all_at_once(lambda _n: tasks.promote(due.pk), range(4))

    due.refresh_from_db()
    assert due.outcome.startswith("offered to application")
    assert statuses()[Status.OFFERED] == 1
    assert Due.objects.filter(kind="listing.seats_freed", done_at=None).count() == 1


def test_three_seats_freed_while_workers_run_are_three_offers_in_order():
    """Without ``lock()`` in ``_try`` one of them is offered two seats, and has two mails."""
    held, waiting = a_full_block(waiting=5)
    host, mondays = held.listing.preceptor.user, held.block.mondays
    works = [
        lambda: set_capacity(held.listing, mondays, capacity=3, by=host),
        lambda: decline_offer(Application.objects.get(pk=held.pk), by=held.learner),
        *[
            lambda: promote_next(
                Listing.objects.select_related("site__state", "preceptor__user").get(
                    pk=held.listing_id
                )
            )
        ]
        * 3,
    ]

    outcomes = all_at_once(lambda work: work(), works)

    assert not [one for one in outcomes if isinstance(one, Exception)], outcomes
    drain()
    served = Application.objects.filter(status=Status.OFFERED).order_by("pk")
    assert list(served) == waiting[:3]
    assert set(held.listing.weeks.values_list("taken", flat=True)) == {3}
    assert Message.objects.filter(template="placements/waitlist_offer").count() == 3


def test_who_joins_while_the_seat_is_freed_is_not_forgotten():
    """Without the weeks locked in ``waitlist_application`` she waits beside a free seat."""
    held, _none = a_full_block(waiting=0)
    asked = ApplicationFactory(
        status=Status.UNDER_REVIEW, listing=held.listing, start_on=held.start_on
    )
    joined, left = Event(), Event()

    def join():
        with transaction.atomic():
            waitlist_application(asked, by=held.listing.preceptor.user)
            joined.set()
            left.wait(timeout=1)

    def leave():
        joined.wait(timeout=10)
        withdraw_application(held, by=held.learner)
        drain()
        left.set()

    outcomes = all_at_once(lambda work: work(), [join, leave])

    assert outcomes == [None, None]
    asked.refresh_from_db()
    assert asked.status == Status.OFFERED


def test_a_seat_from_the_list_accepted_and_passed_at_once_is_one_of_both():
    held, (first,) = a_full_block(waiting=1)
    withdraw_application(held, by=held.learner)
    drain()
    copies = [Application.objects.get(pk=first.pk) for _ in range(2)]

    all_at_once(
        lambda work: work(),
        [
            lambda: accept_offer(copies[0], by=first.learner),
            lambda: decline_offer(copies[1], by=first.learner, keep=True),
        ],
    )

    entry = WaitlistEntry.objects.get(application=first)
    first.refresh_from_db()
    taken = set(held.listing.weeks.values_list("taken", flat=True))
    assert (first.status, entry.status, taken) in [
        (Status.ACCEPTED, EntryStatus.CONVERTED, {1}),
        (Status.WAITLISTED, EntryStatus.WAITING, {0}),
    ]


def test_two_sent_at_once_with_accept_at_once_are_not_both_taken():
    """Without the profile's lock both find no other."""
    learner = LearnerFactory().user
    one = ApplicationFactory(learner=learner, pre_accept=True)
    two = ApplicationFactory(learner=learner, pre_accept=True, start_on=one.start_on)

    all_at_once(lambda draft: submit_application(draft, by=learner), [one, two])

    assert statuses() == {Status.UNDER_REVIEW: 1, Status.DRAFT: 1}
