"""One preceptor, two listings, one learner at a time: races on real PostgreSQL."""

from threading import Barrier

import pytest

from accounts.models import PreceptorProfile
from placements.actions import limits
from placements.actions.counters import check_seats, differences, mend_seats
from placements.actions.limits import LimitReached
from placements.actions.offers import offer_seat
from placements.actions.promotion import promote_next
from placements.models import Application
from placements.states import Status
from rotations.models import SeatWeek
from tests.factories.rotations import RatioFactory
from tests.placements.limiting import asks, host_of, two_listings
from tests.placements.test_races import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def without_a_lock(together):
    """What it would be like to read her limit and count, with nobody kept waiting."""

    def read(host):
        together.wait(timeout=10)
        return PreceptorProfile.objects.values_list("max_learners", flat=True).get(pk=host.pk)

    return read


def two_requests(binding):
    """At either listing, for dates that overlap in part."""
    here, there = two_listings(max_learners=1 if binding == "own" else None)
    if binding == "rule":
        RatioFactory()
    return [asks(here), asks(there, ahead=14)]


def offers(rivals):
    return all_at_once(lambda one: offer_seat(one, by=host_of(one)) or "offered", rivals)


@pytest.mark.parametrize("binding", ["own", "rule"])
def test_two_offers_at_once_at_two_listings_are_one(binding):
    rivals = two_requests(binding)

    outcomes = offers(rivals)

    assert sorted(type(one) for one in outcomes if one != "offered") == [LimitReached]
    assert outcomes.count("offered") == 1
    assert Application.objects.filter(status=Status.OFFERED).count() == 1


@pytest.mark.parametrize("binding", ["own", "rule"])
def test_without_the_lock_there_would_be_two(binding, monkeypatch):
    rivals = two_requests(binding)
    monkeypatch.setattr(limits, "_lock", without_a_lock(Barrier(len(rivals))))

    outcomes = offers(rivals)

    assert outcomes == ["offered", "offered"]


def test_a_counter_mended_while_somebody_books_adds_up():
    """Whoever is first at the week's lock, the other counts on."""
    here, _there = two_listings()
    asked = [asks(here) for _ in range(2)]
    SeatWeek.objects.filter(listing=here, monday=asked[0].start_on).update(capacity=5, taken=2)
    (found,) = check_seats()

    outcomes = all_at_once(
        lambda act: act(),
        [
            lambda: mend_seats(found, by=host_of(asked[0])),
            *(lambda one=one: offer_seat(one, by=host_of(one)) for one in asked),
        ],
    )

    assert not [one for one in outcomes if isinstance(one, Exception)]
    assert differences() == {}
    assert set(here.weeks.values_list("taken", flat=True)) == {2}


def test_an_offer_and_a_promotion_at_once_are_one_learner():
    waits, asked = two_requests("own")
    Application.objects.filter(pk=waits.pk).update(status=Status.WAITLISTED)
    waits.waitlist_entries.create(
        start_on=waits.start_on, weeks=waits.weeks, queued_at=waits.created_at
    )

    outcomes = all_at_once(
        lambda act: act(),
        [lambda: promote_next(waits.listing), lambda: offer_seat(asked, by=host_of(asked))],
    )

    assert Application.objects.filter(status=Status.OFFERED).count() == 1
    assert isinstance(outcomes[1], LimitReached) or "nobody promoted" in outcomes[0]
