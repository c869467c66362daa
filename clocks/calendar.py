"""Days as the field counts them: business days, blocks' ends, a site's midnight."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

SATURDAY = 5


@lru_cache
def _federal(year: int) -> dict[date, str]:
    return dict(holidays.country_holidays("US", years=year, categories=("public",)))


def is_holiday(day: date) -> bool:
    """A US federal holiday, on the day it is observed."""
    return day in _federal(day.year)


def holidays_in_week(monday: date) -> list[tuple[date, str]]:
    """The federal holidays on weekdays of the week that starts there, with their names."""
    days = [monday + timedelta(days=n) for n in range(SATURDAY)]
    return [(day, _federal(day.year)[day]) for day in days if is_holiday(day)]


def is_business_day(day: date) -> bool:
    return day.weekday() < SATURDAY and not is_holiday(day)


def add_business_days(day: date, number: int) -> date:
    """The day that lies ``number`` business days after ``day`` (handbook 4.4.3)."""
    while number > 0:
        day += timedelta(days=1)
        number -= is_business_day(day)
    return day


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """23:59 at the site: when a deadline that is a date runs out."""
    return datetime.combine(day, time(23, 59), zone)


def morning(day: date, zone: ZoneInfo, hour: int = 6) -> datetime:
    return datetime.combine(day, time(hour), zone)


def weekdays_between(start: date, end: date) -> int:
    """Working days from start to end, both included, without federal holidays."""
    days = (start + timedelta(days=n) for n in range((end - start).days + 1))
    return sum(is_business_day(day) for day in days)


def next_monday(day: date) -> date:
    """The first Monday after ``day``, or ``day`` itself."""
    return day + timedelta(days=-day.weekday() % 7)
