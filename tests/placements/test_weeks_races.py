"""Weeks change while learners are confirmed. Each fails when the lock that it is about is taken away."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction

from placements.actions.offers import offer_seat
from placements.models import Application
from placements.states import Status
from rotations.actions.seats import SeatsGone, SeatsTaken, add_seats, move_seats, plan_weeks
from rotations.blocks import WEEK
from rotations.models import Listing
from rotations.queries import Wish
from tests.factories.placements import ApplicationFactory
from tests.factories.rotations import ListingFactory, soonest_start
from tests.placements.test_races import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)
A_MOMENT = 0.4


@pytest.fixture
def asked():
    """A request for a block of two seats, of which somebody else has one."""
    application = ApplicationFactory(status=Status.UNDER_REVIEW)
    move_seats(take=application.seats)
    return application


def confirm(application):
    return lambda: offer_seat(
        Application.objects.get(pk=application.pk), by=application.listing.preceptor.user
    )


def lower(application):
    listing = Listing.objects.get(pk=application.listing_id)
    wishes = dict.fromkeys(application.dates.mondays, Wish(1))
    return lambda: plan_weeks(listing, wishes, by=None)


def stands(application):
    rows = set(application.listing.weeks.values_list("capacity", "taken"))
    return rows, Application.objects.get(pk=application.pk).status


def second_waits(first, second):
    """``first`` has acted and not committed yet when ``second`` begins; what came of ``second``."""
    has_acted, late = Event(), Event()

    def leads():
        try:
            with transaction.atomic():
                first()
                has_acted.set()
                late.wait(timeout=A_MOMENT)
        finally:
            has_acted.set()
            connection.close()

    def follows():
        has_acted.wait(timeout=10)
        try:
            return second()
        except Exception as error:  # noqa: BLE001  the test looks at the class
            return error
        finally:
            late.set()
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        leading, following = pool.submit(leads), pool.submit(follows)
        leading.result()
        return following.result()


def test_seats_taken_away_are_gone_for_a_confirm_that_comes_later(asked):
    outcome = second_waits(lower(asked), confirm(asked))

    assert isinstance(outcome, SeatsGone), outcome
    assert stands(asked) == ({(1, 1)}, Status.UNDER_REVIEW)


def test_a_confirmed_seat_is_not_taken_away_by_a_plan_that_comes_later(asked):
    """Without the lock the plan reads the count of before, and the table's CHECK has to refuse it."""
    outcome = second_waits(confirm(asked), lower(asked))

    assert isinstance(outcome, SeatsTaken), outcome
    assert stands(asked) == ({(2, 2)}, Status.OFFERED)


@pytest.mark.parametrize("_again", range(4))
def test_of_a_confirm_and_a_lowered_capacity_at_once_one_has_its_way(asked, _again):
    outcomes = all_at_once(lambda act: act(), [confirm(asked), lower(asked)])

    refused = [one for one in outcomes if isinstance(one, Exception)]
    assert len(refused) == 1
    assert isinstance(refused[0], SeatsGone | SeatsTaken), refused
    assert stands(asked) in (
        ({(2, 2)}, Status.OFFERED),
        ({(1, 1)}, Status.UNDER_REVIEW),
    )


def test_two_plans_at_once_make_each_week_once():
    """Without the listing's lock both make the weeks, and the second breaks on the first's."""
    listing = ListingFactory()
    first = soonest_start(listing)
    wishes = [
        {first + n * WEEK: Wish(seats) for n in range(seats, 30 + seats)} for seats in range(1, 7)
    ]
    copies = [(Listing.objects.get(pk=listing.pk), wish) for wish in wishes]

    outcomes = all_at_once(lambda pair: plan_weeks(*pair, by=None), copies)

    assert not [one for one in outcomes if isinstance(one, Exception)], outcomes
    assert listing.weeks.count() == 35


def test_one_seat_more_from_ten_clicks_is_ten_more():
    listing = ListingFactory(weeks=3, weeks__capacity=1)
    mondays = list(listing.weeks.values_list("monday", flat=True))
    copies = [Listing.objects.get(pk=listing.pk) for _ in range(10)]

    outcomes = all_at_once(lambda one: add_seats(one, mondays, 1, by=None), copies)

    assert not [one for one in outcomes if isinstance(one, Exception)], outcomes
    assert set(listing.weeks.values_list("capacity", flat=True)) == {11}
