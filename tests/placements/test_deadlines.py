"""Golden values of the handbook, sections 4.3 and 7."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from placements import deadlines
from rotations.eligibility import documents_due_on

pytestmark = pytest.mark.django_db

CHICAGO = ZoneInfo("America/Chicago")
NEW_YORK = ZoneInfo("America/New_York")


def at(*moment, zone=CHICAGO):
    return datetime(*moment, tzinfo=zone)


@pytest.mark.parametrize(
    ("days", "window"),
    [
        (45, timedelta(days=7)),
        (30, timedelta(days=7)),
        (29, timedelta(hours=72)),
        (26, timedelta(hours=72)),
        (14, timedelta(hours=72)),
        (13, timedelta(hours=24)),
        (10, timedelta(hours=24)),
    ],
)
def test_offer_window_shrinks_as_the_start_comes_near(days, window):
    made = at(2027, 2, 3, 12, 41)
    start = made.date() + timedelta(days=days)

    assert deadlines.offer_window(made, start, CHICAGO) == window


def test_reply_by_is_ten_business_days_at_the_end_of_the_sites_day():
    asked = at(2027, 2, 8, 9, 30)

    assert deadlines.reply_by(asked, date(2027, 4, 26), CHICAGO) == at(2027, 2, 23, 23, 59)


def test_reply_by_comes_sooner_when_the_start_is_near():
    asked = at(2027, 1, 15, 9, 0, zone=NEW_YORK)

    early = deadlines.reply_by(asked, date(2027, 2, 15), NEW_YORK)
    least = deadlines.reply_by(asked, date(2027, 1, 25), NEW_YORK)

    assert early == at(2027, 1, 25, 23, 59, zone=NEW_YORK)  # 21 days before
    assert least == at(2027, 1, 20, 23, 59, zone=NEW_YORK)  # never under two business days


def test_the_preceptor_is_reminded_after_two_four_and_seven_business_days():
    asked = at(2027, 2, 8, 9, 30)

    reminders = deadlines.answer_reminders(asked, CHICAGO)

    assert {n: moment.date() for n, moment in reminders.items()} == {
        2: date(2027, 2, 10),
        4: date(2027, 2, 12),
        7: date(2027, 2, 18),
    }
    assert deadlines.escalation_at(asked, CHICAGO).date() == date(2027, 2, 16)


@pytest.mark.parametrize(
    ("needs_visa", "today", "due"),
    [
        (True, date(2027, 2, 16), date(2027, 3, 12)),
        (False, date(2027, 2, 16), date(2027, 3, 27)),
        (True, date(2027, 4, 1), date(2027, 4, 4)),
    ],
)
def test_documents_are_due_a_month_before_the_start_or_in_three_days(needs_visa, today, due):
    start = date(2027, 4, 26)

    assert documents_due_on(start, needs_visa=needs_visa, today=today) == due


def test_payment_is_due_45_days_before_the_start():
    start = date(2027, 4, 26)

    assert deadlines.payment_due_on(start, today=date(2027, 2, 16)) == date(2027, 3, 12)
