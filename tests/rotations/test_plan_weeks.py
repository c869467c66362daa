"""A wish for weeks: what it would change, what it changes, and what it leaves alone."""

import pytest
from django.db import IntegrityError, transaction

from audit.models import Event
from clocks.models import Due
from rotations.actions.drafts import open_pattern
from rotations.actions.seats import SeatsTaken, add_seats, move_seats, plan_weeks
from rotations.blocks import WEEK
from rotations.kinds import MOST_SEATS
from rotations.models import Opening, SeatWeek
from rotations.queries import Kind, Wish, preview
from tests.factories.rotations import ListingFactory, open_seats

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing():
    return ListingFactory()


@pytest.fixture
def mondays(listing):
    """Four weeks of two seats, of which the second is taken once."""
    found = open_seats(listing, 4)
    move_seats(take={(listing.pk, found[1])})
    return found


def rows(listing):
    return list(listing.weeks.values_list("capacity", "closed_for"))


def kinds(listing, wishes):
    return [one.kind for one in preview(listing, wishes)]


def test_weeks_are_opened_resized_and_closed_together(listing, mondays):
    after = mondays[-1] + WEEK
    wishes = dict.fromkeys([*mondays[:3], after], Wish(3)) | {mondays[3]: Wish(0, "Vacation")}

    assert kinds(listing, wishes) == [Kind.MORE] * 3 + [Kind.CLOSES, Kind.OPENS]
    found = plan_weeks(listing, wishes, by=listing.preceptor.user)

    assert [one.is_made for one in found] == [True] * 5
    assert rows(listing) == [(3, ""), (3, ""), (3, ""), (0, "Vacation"), (3, "")]
    assert list(listing.weeks.values_list("taken", flat=True)) == [0, 1, 0, 0, 0]


def test_more_learners_than_seats_refuse_everything(listing, mondays):
    wishes = dict.fromkeys([*mondays, mondays[-1] + WEEK], Wish(0, "Vacation"))
    before = Event.objects.count()

    assert kinds(listing, wishes)[1] == Kind.REFUSED
    with pytest.raises(SeatsTaken) as refusal:
        plan_weeks(listing, wishes, by=None)

    assert [row.monday for row in refusal.value.weeks] == [mondays[1]]
    assert rows(listing) == [(2, "")] * 4
    assert Event.objects.count() == before


def test_what_is_so_already_is_not_written(listing, mondays):
    wishes = dict.fromkeys(mondays, Wish(2))
    before = Event.objects.count()

    assert kinds(listing, wishes) == [Kind.SAME] * 4
    assert not any(one.is_made for one in plan_weeks(listing, wishes, by=None))
    assert Event.objects.count() == before


def test_a_pattern_leaves_closed_weeks_closed_unless_it_says_so(listing, mondays):
    plan_weeks(listing, {mondays[0]: Wish(0, "Vacation")}, by=None)

    plan_weeks(listing, {mondays[0]: Wish(2, reopens=False)}, by=None)
    assert rows(listing)[0] == (0, "Vacation")

    plan_weeks(listing, {mondays[0]: Wish(2)}, by=None)
    assert rows(listing)[0] == (2, "")


def test_a_reason_stays_out_of_what_is_remembered(listing, mondays):
    plan_weeks(listing, {mondays[0]: Wish(0, "Maternity leave")}, by=listing.preceptor.user)

    event = Event.objects.get(verb="listing.weeks_planned")
    assert event.detail["seats"] == {"0": [f"{mondays[0]}"]}
    assert "Maternity" not in str(event.detail)


def test_freed_weeks_are_announced_and_looked_at_for_whoever_waits(listing, mondays):
    plan_weeks(listing, {mondays[0]: Wish(0)}, by=None)
    move_seats(take={(listing.pk, mondays[1])})
    Opening.objects.all().delete()
    Due.objects.all().delete()

    plan_weeks(listing, dict.fromkeys([*mondays, mondays[-1] + WEEK], Wish(3)), by=None)

    # The closed one, the full one and the new one; the others had a free seat before.
    announced = list(Opening.objects.order_by("monday").values_list("monday", flat=True))
    assert announced == [mondays[0], mondays[1], mondays[-1] + WEEK]
    assert Due.objects.filter(kind="listing.seats_freed").count() == 1


def test_fewer_seats_owe_nobody_a_look(listing, mondays):
    Due.objects.all().delete()

    plan_weeks(listing, dict.fromkeys(mondays, Wish(1)), by=None)

    assert not Due.objects.exists()


def test_one_seat_more_is_one_more_in_each(listing, mondays):
    plan_weeks(listing, {mondays[0]: Wish(4), mondays[3]: Wish(0, "Vacation")}, by=None)

    add_seats(listing, [*mondays, mondays[-1] + WEEK], 1, by=None)
    assert rows(listing) == [(5, ""), (3, ""), (3, ""), (1, ""), (1, "")]

    add_seats(listing, [mondays[3]], -1, by=None)
    assert rows(listing)[3] == (0, "")


def test_one_seat_fewer_stops_at_the_learners_and_at_none(listing, mondays):
    add_seats(listing, mondays[:2], -1, by=None)
    with pytest.raises(SeatsTaken):
        add_seats(listing, mondays[:2], -1, by=None)
    assert [row[0] for row in rows(listing)] == [1, 1, 2, 2]

    add_seats(listing, mondays[2:], -9, by=None)
    add_seats(listing, mondays[2:3], -1, by=None)
    assert [row[0] for row in rows(listing)] == [1, 1, 0, 0]


def test_seats_end_somewhere(listing, mondays):
    add_seats(listing, mondays[:1], 10_000, by=None)

    assert listing.weeks.first().capacity == MOST_SEATS


def test_a_pattern_that_is_refused_keeps_the_rhythm(listing, mondays):
    with pytest.raises(SeatsTaken):
        open_pattern(
            listing,
            dict.fromkeys(mondays, Wish(0)),
            every=4,
            anchor=mondays[0],
            by=listing.preceptor.user,
        )

    listing.refresh_from_db()
    assert (listing.starts_every, listing.anchor) == (1, None)


def test_an_open_week_has_no_reason(listing, mondays):
    with pytest.raises(IntegrityError), transaction.atomic():
        SeatWeek.objects.filter(monday=mondays[0]).update(closed_for="Vacation")


@pytest.mark.parametrize("weeks", [2, 52])
def test_a_year_takes_as_many_statements_as_two_weeks(listing, weeks, django_assert_num_queries):
    first = open_seats(listing, 1)[0]

    with django_assert_num_queries(9):
        plan_weeks(listing, {first + n * WEEK: Wish(3) for n in range(weeks)}, by=None)
