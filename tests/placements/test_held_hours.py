"""Hours on days of a hold: flagged to both sides, not counted unless staff say why (handbook 4.2)."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from placements.actions.holds import hold_placement, resume_placement
from placements.actions.hours import DayNotOpen, attest_hours, count_hours, log_hours
from placements.queries import hours_totals
from placements.states import PlacementStatus
from tests.factories.accounts import StaffFactory
from tests.placements.changing import at, listing_with, placed
from tests.placements.pages import main, url

pytestmark = pytest.mark.django_db
MARCH = date(2027, 3, 8)
HELD, FREE = date(2027, 3, 11), date(2027, 3, 15)
NOTE = "She taught on the ward's day; the site confirms it."


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(at(3, 11), tick=False) as moving:
        yield moving


@pytest.fixture
def placement(clock):
    """On hold from Thursday to Monday; a day logged within, and one after."""
    found = placed(listing_with(MARCH), MARCH, status=PlacementStatus.ACTIVE)
    hold_placement(found, by=found.learner, note="Ill")
    clock.move_to(at(3, 15))
    resume_placement(found, by=StaffFactory())
    for day in (HELD, FREE):
        log_hours(found, by=found.learner, day=day, hours=Decimal(8))
    return found


def test_signed_or_not_they_do_not_count(placement):
    attest_hours(placement, placement.hours.all(), by=placement.preceptor.user)

    totals = hours_totals(placement)
    assert (totals.attested, totals.excluded, totals.logged) == (8, 8, 16)


@pytest.mark.parametrize("who", ["learner", "preceptor"])
def test_both_sides_see_which_day_it_is(client, placement, who):
    reader = placement.learner if who == "learner" else placement.preceptor.user
    client.force_login(reader)

    page = placement.get_absolute_url() if who == "learner" else url("sign_hours", placement)

    assert main(client.get(page)).count("On hold: does not count") == 1


def test_staff_have_a_day_count_and_both_read_why(client, placement):
    attest_hours(placement, placement.hours.all(), by=placement.preceptor.user)

    count_hours(placement.hours.get(day=HELD), by=StaffFactory(), note=NOTE)

    totals = hours_totals(placement)
    assert (totals.attested, totals.excluded) == (16, 0)
    for reader, page in (
        (placement.learner, placement.get_absolute_url()),
        (placement.preceptor.user, url("sign_hours", placement)),
    ):
        client.force_login(reader)
        shown = main(client.get(page))
        assert "Counts in spite of a hold: She taught on the ward" in shown
        assert "On hold: does not count" not in shown


def test_a_day_without_a_hold_needs_no_word(placement):
    with pytest.raises(DayNotOpen, match="No hold covers this day"):
        count_hours(placement.hours.get(day=FREE), by=StaffFactory(), note=NOTE)


def test_logged_anew_the_word_of_staff_is_over(placement):
    count_hours(placement.hours.get(day=HELD), by=StaffFactory(), note=NOTE)

    log_hours(placement, by=placement.learner, day=HELD, hours=Decimal(4))

    assert hours_totals(placement).excluded == 4


def test_the_table_wants_to_know_who_counted(placement):
    with pytest.raises(IntegrityError):
        placement.hours.filter(day=HELD).update(counted_at=timezone.now())


def test_staff_do_it_from_the_admin(client, dana, placement):
    client.force_login(dana)
    entry = placement.hours.get(day=HELD)
    page = reverse("admin:placements_hoursentry_changelist")
    chosen = {"action": "count", "_selected_action": [entry.pk]}
    assert client.post(page, chosen).status_code == 200

    client.post(page, {**chosen, "asked": "1", "note": NOTE})

    entry.refresh_from_db()
    assert (entry.counted_by, entry.counted_note) == (dana, NOTE)
