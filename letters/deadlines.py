"""When a letter is hoped for, and when its author is reminded (handbook 4.3, T14)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from clocks.calendar import add_business_days, morning

AFTER_END = timedelta(days=28)
BEFORE_REVIEW = timedelta(days=8)
REMINDERS = (-14, -7, -3, 0, 3, 7)
APART = timedelta(days=3)
LINK_LASTS = timedelta(days=60)
# Nothing ends before the last reminder had its chance.
AFTER_LAST_REMINDER = timedelta(days=REMINDERS[-1] + 3)
MAIL_HOUR = 9
VISIBLE_AFTER_BUSINESS_DAYS = 5
FARTHEST = timedelta(days=365)


def target_on(last_day: date, review_from: date | None) -> date:
    """Four weeks after the last day, but eight days before programs begin to read."""
    target = last_day + AFTER_END
    return min(target, review_from - BEFORE_REVIEW) if review_from else target


def reminders(asked_on: date, target: date) -> list[date]:
    """The days on which the author is reminded; never twice within three days."""
    found: list[date] = []
    last = asked_on
    for offset in REMINDERS:
        day = target + timedelta(days=offset)
        if day >= last + APART:
            found.append(day)
            last = day
    return found


def reminder_at(day: date, zone: ZoneInfo) -> datetime:
    return morning(day, zone, MAIL_HOUR)


def ends_at(asked_at: datetime, target: date, zone: ZoneInfo) -> datetime:
    """When a request that nobody answered ends, and its link with it."""
    return max(asked_at + LINK_LASTS, reminder_at(target + AFTER_LAST_REMINDER, zone))


def visible_on(uploaded_on: date) -> date:
    """From this day on the letter should show in the application service."""
    return add_business_days(uploaded_on, VISIBLE_AFTER_BUSINESS_DAYS)
