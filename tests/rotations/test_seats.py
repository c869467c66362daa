from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from audit.models import Event
from rotations.actions.seats import SeatsGone, SeatsTaken, move_seats, open_weeks, set_capacity
from rotations.blocks import Block
from rotations.models import SeatWeek
from tests.factories.accounts import StaffFactory
from tests.factories.rotations import ListingFactory, SeatWeekFactory, open_seats


def taken(listing):
    return list(listing.weeks.values_list("taken", flat=True))


@pytest.mark.django_db
class TestMoveSeats:
    def test_takes_one_in_every_week(self):
        listing = ListingFactory()
        first, *_others = open_seats(listing, 4)

        move_seats(take=Block(first, 3).of(listing.pk))

        assert taken(listing) == [1, 1, 1, 0]

    def test_that_is_refused_takes_none(self):
        listing = ListingFactory()
        mondays = open_seats(listing, 3, capacity=1)
        move_seats(take={(listing.pk, mondays[2])})

        with pytest.raises(SeatsGone) as refusal:
            move_seats(take=Block(mondays[0], 3).of(listing.pk))

        assert refusal.value.weeks == [(listing.pk, mondays[2])]
        assert taken(listing) == [0, 0, 1]

    def test_refuses_a_week_that_is_not_open(self):
        listing = ListingFactory()
        (monday,) = open_seats(listing, 1)

        with pytest.raises(SeatsGone):
            move_seats(take=Block(monday, 2).of(listing.pk))

    def test_keeps_what_is_given_and_taken_at_once(self):
        listing = ListingFactory()
        mondays = open_seats(listing, 4, capacity=1)
        move_seats(take=Block(mondays[0], 3).of(listing.pk))

        move_seats(
            give=Block(mondays[0], 3).of(listing.pk), take=Block(mondays[1], 3).of(listing.pk)
        )

        assert taken(listing) == [0, 1, 1, 1]


@pytest.mark.django_db
class TestCapacity:
    def test_cannot_fall_below_what_is_taken(self):
        listing = ListingFactory()
        mondays = open_seats(listing, 2)
        move_seats(take={(listing.pk, mondays[1])})

        with pytest.raises(SeatsTaken) as refusal:
            set_capacity(listing, mondays, capacity=0, by=None)

        assert "1 seats are taken" in refusal.value.messages[0]
        assert set(listing.weeks.values_list("capacity", flat=True)) == {2}

    def test_of_weeks_that_are_there_is_left_alone_by_opening(self):
        listing = ListingFactory()
        mondays = open_seats(listing, 2, capacity=3)

        opened = open_weeks(
            listing, [*mondays, mondays[-1] + timedelta(weeks=1)], capacity=1, by=None
        )

        assert opened == 1
        assert list(listing.weeks.values_list("capacity", flat=True)) == [3, 3, 1]

    def test_is_remembered_with_who_changed_it(self):
        listing, staff = ListingFactory(), StaffFactory()
        mondays = open_seats(listing, 1)

        set_capacity(listing, mondays, capacity=5, by=staff)

        event = Event.objects.get(verb="listing.weeks_planned")
        assert (event.by, event.detail["seats"]) == (staff, {"5": [f"{mondays[0]}"]})


@pytest.mark.django_db
class TestSeatWeek:
    def test_is_never_overbooked(self):
        week = SeatWeekFactory(capacity=1)

        with pytest.raises(IntegrityError), transaction.atomic():
            SeatWeek.objects.filter(pk=week.pk).update(taken=2)

    def test_starts_on_a_monday(self):
        week = SeatWeekFactory()

        with pytest.raises(IntegrityError), transaction.atomic():
            SeatWeek.objects.filter(pk=week.pk).update(monday=week.monday + timedelta(days=1))

    def test_is_there_once(self):
        week = SeatWeekFactory()

        with pytest.raises(IntegrityError), transaction.atomic():
            SeatWeek.objects.create(listing=week.listing, monday=week.monday, capacity=1)


@pytest.mark.django_db(transaction=True)
def test_the_last_seats_are_taken_once_by_whoever_comes_first():
    """Blocks that overlap partly, in both directions: no deadlock, no seat too many."""
    listing = ListingFactory()
    mondays = open_seats(listing, 6, capacity=3)
    blocks = [Block(mondays[n % 3], 4 - n % 2) for n in range(12)]
    together = Barrier(len(blocks))

    def book(block):
        together.wait(timeout=10)
        try:
            move_seats(take=block.of(listing.pk))
        except SeatsGone:
            return "refused"
        else:
            return "taken"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(blocks)) as pool:
        outcomes = sorted(pool.map(book, blocks))

    # The third week lies in every block.
    assert outcomes == ["refused"] * 9 + ["taken"] * 3
    assert taken(listing)[2] == 3
    assert max(taken(listing)) == 3
