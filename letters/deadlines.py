"""When a letter is hoped for, and when its author is reminded (handbook 4.3, T14)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from clocks.calendar import add_business_days, morning
from clocks.intervals import Unit, interval
from clocks.queries import length, lengths, number

AFTER_END = interval(
    "letter", 28, unit=Unit.DAYS, purpose=_("A letter is hoped for after the last day, in")
)
BEFORE_REVIEW = interval(
    "letter_before_review",
    8,
    unit=Unit.DAYS,
    purpose=_("A letter is hoped for before programs begin to read, by"),
)
REMINDERS = interval(
    "letter_reminders",
    (-14, -7, -3, 0, 3, 7),
    unit=Unit.DAYS,
    purpose=_("The author is reminded, counted from the day a letter is hoped for (−3 is before)"),
    least=-60,
)
APART = interval(
    "letter_reminders_apart",
    3,
    unit=Unit.DAYS,
    purpose=_("Between two reminders of a letter lie at least"),
)
LINK_LASTS = interval(
    "letter_link", 60, unit=Unit.DAYS, purpose=_("A letter request that nobody answers ends after")
)
LINK_LASTS_AGAIN = interval(
    "letter_link_again",
    30,
    unit=Unit.DAYS,
    # Long enough for a second upload after one that did not show.
    purpose=_("The author’s link is open again, after a letter did not show, for"),
)
VISIBLE_AFTER = interval(
    "letter_visible", 5, unit=Unit.BUSINESS_DAYS, purpose=_("An uploaded letter may take to show")
)
# Nothing ends before the last reminder had its chance.
LAST_CHANCE = timedelta(days=3)
MAIL_HOUR = 9
FRIDAY = 4
FARTHEST = timedelta(days=365)


def target_on(last_day: date, review_from: date | None) -> date:
    """As shipped, four weeks after the last day, but eight days before programs begin to read."""
    target = last_day + length(AFTER_END)
    return min(target, latest_letter(review_from)) if review_from else target


def latest_letter(review_from: date) -> date:
    """The last day on which a letter is hoped for in a season."""
    return review_from - length(BEFORE_REVIEW)


def last_end_in_time(review_from: date) -> date:
    """Whatever ends by then leaves the author the usual time."""
    return latest_letter(review_from) - length(AFTER_END)


def friday(day: date) -> date:
    """The last Friday up to that day: blocks end on Fridays."""
    return day - timedelta(days=(day.weekday() - FRIDAY) % 7)


def reminders(asked_on: date, target: date) -> list[date]:
    """The days on which the author is reminded; never two of them close together."""
    found: list[date] = []
    last = asked_on
    for offset in lengths(REMINDERS):
        day = target + offset
        if day >= last + length(APART):
            found.append(day)
            last = day
    return found


def reminder_at(day: date, zone: ZoneInfo) -> datetime:
    return morning(day, zone, MAIL_HOUR)


def after_last_reminder(target: date, zone: ZoneInfo) -> datetime:
    return reminder_at(target + lengths(REMINDERS)[-1] + LAST_CHANCE, zone)


def ends_at(asked_at: datetime, target: date, zone: ZoneInfo) -> datetime:
    """When a request that nobody answered ends, and its link with it."""
    return max(asked_at + length(LINK_LASTS), after_last_reminder(target, zone))


def visible_on(uploaded_on: date) -> date:
    """From this day on the letter should show in the application service."""
    return add_business_days(uploaded_on, number(VISIBLE_AFTER))
