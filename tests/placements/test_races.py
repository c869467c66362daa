"""Races on real PostgreSQL. Each fails when the lock that it is about is taken away."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.db.models import F

from placements.actions.applications import start_application, submit_application
from placements.actions.offers import accept_offer, offer_seat
from placements.models import Application, Placement
from placements.states import Status
from rotations.actions.seats import SeatsGone
from rotations.models import SeatWeek
from tests.factories.accounts import LearnerFactory
from tests.factories.placements import ApplicationFactory
from tests.factories.rotations import ListingFactory

pytestmark = pytest.mark.django_db(transaction=True)


def all_at_once(act, things):
    """Run ``act`` on each in its own thread, all together; what each returned or raised."""
    things = list(things)
    together = Barrier(len(things))

    def run(thing):
        together.wait(timeout=10)
        try:
            return act(thing)
        except Exception as error:  # noqa: BLE001  the test looks at the class
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(things)) as pool:
        return list(pool.map(run, things))


def test_twenty_confirms_on_three_seats_make_three_offers():
    """Overlapping blocks of several weeks: 3 offers, 17 refusals, no deadlock."""
    listing = ListingFactory(weeks=16, weeks__capacity=3, min_weeks=2, usual_weeks=4, max_weeks=6)
    first = listing.weeks.order_by("monday").values_list("monday", flat=True)[4]
    # Every block holds the week of the fourth Monday, whatever its start and length.
    blocks = [(first + timedelta(weeks=n % 4), 6 - n % 3) for n in range(20)]
    applications = [
        ApplicationFactory(listing=listing, start_on=start, weeks=weeks, status=Status.UNDER_REVIEW)
        for start, weeks in blocks
    ]
    host = listing.preceptor.user

    outcomes = all_at_once(lambda one: offer_seat(one, by=host) or "offered", applications)

    kinds = Counter(one if isinstance(one, str) else type(one) for one in outcomes)
    assert kinds == {"offered": 3, SeatsGone: 17}
    shared = SeatWeek.objects.get(listing=listing, monday=first + timedelta(weeks=3))
    assert shared.taken == 3
    assert_counters_equal_rows(listing)


def assert_counters_equal_rows(listing):
    held = Counter(
        monday
        for one in Application.objects.filter(listing=listing, status=Status.OFFERED)
        for monday in one.block.mondays
    )
    counted = dict(listing.weeks.filter(taken__gt=0).values_list("monday", "taken"))
    assert counted == dict(held)
    assert not listing.weeks.filter(taken__gt=F("capacity")).exists()


def test_one_offer_accepted_by_two_clicks_is_one_placement():
    application = ApplicationFactory(status=Status.OFFERED)
    copies = [Application.objects.get(pk=application.pk) for _ in range(4)]

    outcomes = all_at_once(lambda one: accept_offer(one, by=one.learner), copies)

    assert not [one for one in outcomes if isinstance(one, Exception)]
    assert {getattr(one, "pk", one) for one in outcomes} == {Placement.objects.get().pk}


def test_two_overlapping_offers_accepted_at_once_make_one_placement():
    learner = LearnerFactory().user
    first = ApplicationFactory(status=Status.OFFERED, learner=learner)
    second = ApplicationFactory(status=Status.OFFERED, learner=learner, start_on=first.start_on)

    all_at_once(lambda one: accept_offer(one, by=learner), [first, second])

    assert Placement.objects.count() == 1
    statuses = {Application.objects.get(pk=one.pk).status for one in (first, second)}
    assert statuses == {Status.ACCEPTED, Status.WITHDRAWN}
    taken = SeatWeek.objects.filter(taken__gt=0).values_list("listing_id", flat=True)
    assert set(taken) == {Placement.objects.get().listing_id}


def test_a_draft_sent_by_twenty_clicks_is_one_request():
    application = ApplicationFactory(status=Status.DRAFT)
    copies = [Application.objects.get(pk=application.pk) for _ in range(20)]

    outcomes = all_at_once(lambda one: submit_application(one, by=one.learner).pk, copies)

    assert set(outcomes) == {application.pk}
    application.refresh_from_db()
    assert application.status == Status.UNDER_REVIEW
    assert sum(1 for _ in application.listing.applications.all()) == 1


def test_apply_pressed_many_times_finds_one_draft():
    listing, learner = ListingFactory(), LearnerFactory().user

    outcomes = all_at_once(
        lambda _n: start_application(listing, learner=learner, by=learner).pk, range(8)
    )

    assert set(outcomes) == {Application.objects.get().pk}
