from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from clocks.calendar import add_business_days, end_of_day, holidays_in_week, weekdays_between

JAN_15 = date(2027, 1, 15)
FEB_8 = date(2027, 2, 8)


@pytest.mark.parametrize(
    ("start", "number", "end"),
    [
        (JAN_15, 2, date(2027, 1, 20)),
        (JAN_15, 4, date(2027, 1, 22)),
        (JAN_15, 5, date(2027, 1, 25)),
        (JAN_15, 7, date(2027, 1, 27)),
        (JAN_15, 10, date(2027, 2, 1)),
        (FEB_8, 2, date(2027, 2, 10)),
        (FEB_8, 4, date(2027, 2, 12)),
        (FEB_8, 5, date(2027, 2, 16)),
        (FEB_8, 7, date(2027, 2, 18)),
        (FEB_8, 10, date(2027, 2, 23)),
    ],
)
def test_add_business_days_skips_weekends_and_federal_holidays(start, number, end):
    assert add_business_days(start, number) == end


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2027, 6, 21), date(2027, 7, 16), 19),  # 5 July
        (date(2027, 5, 24), date(2027, 6, 18), 18),  # 31 May, 18 June
        (date(2027, 3, 1), date(2027, 3, 26), 20),
    ],
)
def test_weekdays_between_leaves_holidays_out(start, end, days):
    assert weekdays_between(start, end) == days


def test_end_of_day_is_the_sites_midnight_on_both_sides_of_a_clock_change():
    chicago = ZoneInfo("America/Chicago")
    utc = ZoneInfo("UTC")
    before = end_of_day(date(2027, 3, 13), chicago).astimezone(utc)
    after = end_of_day(date(2027, 3, 14), chicago).astimezone(utc)
    assert before == datetime(2027, 3, 14, 5, 59, tzinfo=utc)
    assert after == datetime(2027, 3, 15, 4, 59, tzinfo=utc)


def test_a_week_names_the_federal_holidays_of_its_weekdays():
    assert holidays_in_week(date(2027, 9, 6)) == [(date(2027, 9, 6), "Labor Day")]
    # Juneteenth is a Saturday in 2027, and observed on the Friday.
    (found,) = holidays_in_week(date(2027, 6, 14))
    assert found[0] == date(2027, 6, 18)
    assert holidays_in_week(date(2027, 6, 7)) == []
