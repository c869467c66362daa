"""The night's look at every week: what does not add up is found, told once, and mended."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse

from audit.models import Event
from clocks.models import Due
from config.doctor import NEEDING_THE_DATABASE, look_at
from outbox.models import Message
from placements.actions.counters import NotEnoughSeats, check_seats, differences, mend_seats
from placements.actions.endings import mark_no_show
from placements.actions.placements import cancel_placement
from placements.actions.reschedules import ask_reschedule, offer_extension
from placements.models import SeatDifference
from placements.states import (
    CancelledBy,
    CancelReason,
    PlacementStatus,
    RescheduleReason,
    Status,
)
from placements.tasks import compare_seats
from rotations.blocks import Block
from rotations.models import Opening, SeatWeek
from tests.factories.accounts import StaffFactory
from tests.factories.placements import ApplicationFactory, PlacementFactory
from tests.factories.rotations import ListingFactory, open_seats
from tests.placements.changing import placed
from tests.placements.waiting import in_weeks

pytestmark = pytest.mark.django_db
CHANGES = reverse("admin:placements_seatdifference_changelist")


@pytest.fixture
def offer():
    return ApplicationFactory(status=Status.OFFERED, start_on=in_weeks(12))


def wrong(listing, week, taken):
    """A hand in the database."""
    SeatWeek.objects.filter(listing=listing, monday=week).update(taken=taken)


def taken(listing):
    return list(listing.weeks.order_by("monday").values_list("taken", flat=True))


def mails():
    return Message.objects.filter(template="placements/seats_differ")


@pytest.mark.parametrize("status", list(Status))
def test_no_application_is_a_false_alarm(status):
    ApplicationFactory(status=status, start_on=in_weeks(12))

    assert differences() == {}


@pytest.mark.parametrize("status", list(PlacementStatus))
def test_no_placement_is_a_false_alarm(status):
    PlacementFactory(status=status)

    assert differences() == {}


@pytest.mark.parametrize("step", [-3, -1, 1, 3, 10])
def test_no_request_for_other_dates_is_a_false_alarm(step):
    """Held weeks lie beside the placement's own, or far from them."""
    listing = ListingFactory(min_weeks=1, max_weeks=12)
    open_seats(listing, 30, start_on=in_weeks(5))
    placement = placed(listing, in_weeks(12))
    before = sum(taken(listing))
    block = Block(in_weeks(12 + step), 4)

    ask_reschedule(placement, block, by=placement.learner, reason=RescheduleReason.VISA)

    assert sum(taken(listing)) > before
    assert differences() == {}


def test_an_extension_that_waits_is_no_false_alarm():
    listing = ListingFactory(min_weeks=1, max_weeks=12)
    open_seats(listing, 12, start_on=in_weeks(-2))
    placement = placed(listing, in_weeks(-2), status=PlacementStatus.ACTIVE)

    offer_extension(placement, placement.end_on + timedelta(weeks=3), by=listing.preceptor.user)

    assert differences() == {}


@pytest.mark.parametrize("days", [-3, 0, 1, 9])
def test_what_stops_in_the_middle_is_no_false_alarm(days):
    """Weeks that have begun stay taken, later ones are given back."""
    placement = PlacementFactory(start_on=in_weeks(12))
    moment = datetime.combine(placement.start_on + timedelta(days=days), datetime.min.time(), UTC)
    with time_machine.travel(moment, tick=False):
        cancel_placement(
            placement, by=placement.preceptor.user, cancelled_by=CancelledBy.PRECEPTOR,
            reason=CancelReason.OTHER,
        )  # fmt: skip

        assert differences() == {}


def test_whoever_did_not_come_is_no_false_alarm():
    placement = PlacementFactory(status=PlacementStatus.ACTIVE)
    mark_no_show(placement, by=placement.preceptor.user)

    assert differences() == {}


@pytest.mark.parametrize("number", [0, 2])
def test_a_counter_made_wrong_is_found(offer, number):
    wrong(offer.listing, in_weeks(13), number)

    assert differences() == {(offer.listing_id, in_weeks(13)): (number, 1)}
    assert differences(listing=offer.listing_id) == differences()
    assert differences(listing=ListingFactory().pk) == {}


def test_a_seat_without_a_week_is_found(offer):
    SeatWeek.objects.filter(listing=offer.listing, monday=in_weeks(13)).delete()

    assert differences() == {(offer.listing_id, in_weeks(13)): (0, 1)}


def test_it_is_one_statement(offer, django_assert_num_queries):
    with django_assert_num_queries(1):
        differences()


def test_it_is_told_once(offer):
    wrong(offer.listing, in_weeks(13), 2)

    compare_seats()
    compare_seats()

    found = SeatDifference.objects.get()
    assert (found.monday, found.counted, found.held) == (in_weeks(13), 2, 1)
    event = Event.objects.get(verb="listing.seats_differ")
    assert event.subject_id == str(offer.listing_id)
    assert event.detail == {"monday": f"{in_weeks(13)}", "counted": 2, "held": 1}
    mail = mails().get()
    assert mail.subject == "1 week does not add up"
    assert "the counter says 2, 1 hold a seat" in mail.body
    assert CHANGES in mail.body


def test_a_second_one_is_told_for_itself(offer):
    wrong(offer.listing, in_weeks(13), 2)
    check_seats()
    wrong(offer.listing, in_weeks(14), 0)

    assert [one.monday for one in check_seats()] == [in_weeks(14)]
    assert mails().count() == 2


def test_what_adds_up_again_is_closed_and_told_anew_if_it_comes_back(offer):
    wrong(offer.listing, in_weeks(13), 2)
    check_seats()
    wrong(offer.listing, in_weeks(13), 1)
    assert check_seats() == []
    assert not SeatDifference.objects.open().exists()

    wrong(offer.listing, in_weeks(13), 2)
    assert len(check_seats()) == 1


def test_a_week_is_kept_once(offer):
    facts = {"listing": offer.listing, "monday": in_weeks(13), "counted": 2, "held": 1}
    SeatDifference.objects.create(**facts)

    with pytest.raises(IntegrityError, match="one_open_per_week"), transaction.atomic():
        SeatDifference.objects.create(**facts)


def test_mended_the_counter_equals_the_rows_and_a_freed_seat_is_offered(offer):
    wrong(offer.listing, in_weeks(13), 2)
    (found,) = check_seats()
    Due.objects.all().delete()

    assert mend_seats(found, by=StaffFactory()) == 1

    assert taken(offer.listing) == [1, 1, 1, 1]
    assert differences() == {}
    assert not SeatDifference.objects.open().exists()
    assert Due.objects.get().kind == "listing.seats_freed"
    assert Opening.objects.filter(monday=in_weeks(13)).exists()
    assert Event.objects.get(verb="listing.seats_mended").detail == {
        "monday": f"{in_weeks(13)}", "was": 2, "now": 1,
    }  # fmt: skip


def test_mended_when_it_adds_up_already_nothing_is_written(offer):
    wrong(offer.listing, in_weeks(13), 2)
    (found,) = check_seats()
    wrong(offer.listing, in_weeks(13), 1)

    mend_seats(found, by=StaffFactory())

    assert taken(offer.listing) == [1, 1, 1, 1]
    assert not Event.objects.filter(verb="listing.seats_mended").exists()


def test_more_learners_than_seats_are_left_to_people(offer):
    SeatWeek.objects.filter(monday=in_weeks(13)).update(taken=0, capacity=0)
    (found,) = check_seats()

    with pytest.raises(NotEnoughSeats, match="1 learners hold a seat"):
        mend_seats(found, by=StaffFactory())

    assert SeatDifference.objects.open().exists()


def test_the_doctor_says_it(offer):
    (part,) = (part for part in NEEDING_THE_DATABASE if part.name == "Seats")
    assert look_at(part).mark == "ok"

    wrong(offer.listing, in_weeks(13), 2)

    assert look_at(part).is_bad
    assert "In 1 weeks the seats taken" in look_at(part).words


def test_staff_see_it_on_their_first_page_and_mend_it(staff_client, offer):
    wrong(offer.listing, in_weeks(13), 2)
    (found,) = check_seats()

    assert "<b>1</b> week that does not add up" in staff_client.get(reverse("admin:index")).text
    assert offer.listing.title in staff_client.get(f"{CHANGES}?state=open").text
    staff_client.post(CHANGES, {"action": "mend", "_selected_action": [found.pk]})

    assert taken(offer.listing) == [1, 1, 1, 1]
    assert "<b>0</b> weeks that do not add up" in staff_client.get(reverse("admin:index")).text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_much_for_three_as_for_one(staff_client, rows, django_assert_num_queries):
    for _ in range(rows):
        SeatDifference.objects.create(
            listing=ListingFactory(), monday=in_weeks(13), counted=2, held=1
        )
    staff_client.get(CHANGES)

    with django_assert_num_queries(6):
        assert staff_client.get(CHANGES).status_code == 200
