"""When a letter is hoped for, and when its author is reminded (handbook 4.3, T14)."""

from datetime import date, timedelta

AFTER_END = timedelta(days=28)
BEFORE_REVIEW = timedelta(days=8)
REMINDERS = (-14, -7, -3, 0, 3, 7)
APART = timedelta(days=3)
SILENT = timedelta(days=60)


def target(end_on: date, review_from: date | None) -> date:
    """Four weeks after the end, or eight days before programs review, whichever is sooner."""
    wished = end_on + AFTER_END
    return min(wished, review_from - BEFORE_REVIEW) if review_from else wished


def reminders(target_on: date, asked_on: date) -> list[date]:
    """The days of the reminders that still lie ahead, at least three days after being asked."""
    days = (target_on + timedelta(days=n) for n in REMINDERS)
    return [day for day in days if day >= asked_on + APART]
