"""When things end and who is reminded before: the numbers of handbook 4.3, in one place."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from clocks.calendar import add_business_days, end_of_day, morning

# T4, the preceptor's answer.
ANSWER_BUSINESS_DAYS = 10
ANSWER_BEFORE_START = timedelta(days=21)
ANSWER_LEAST_BUSINESS_DAYS = 2
ANSWER_REMINDERS = (2, 4, 7)
ANSWER_ESCALATION = 5
# T5, the offer: (the start is nearer than so many days, the learner has so long).
OFFER_WINDOWS = ((14, timedelta(hours=24)), (30, timedelta(hours=72)))
OFFER_WINDOW = timedelta(days=7)
OFFER_REMINDERS = (timedelta(hours=72), timedelta(hours=24), timedelta(hours=3))
UNDO = timedelta(minutes=2)
# T7 and T9, documents (their day stands in ``rotations.eligibility``) and money.
MONEY_BEFORE_START = timedelta(days=45)
SOON = timedelta(days=3)
DOCUMENT_REMINDERS = (30, 15, 7, 0)
# T10, arrival, and T13, the evaluation.
START_REMINDERS = (14, 1)
EVALUATION_FROM = timedelta(days=3)
EVALUATION_REMINDERS = (0, 7, 14, 21, 28)
# T1 and T3.
DRAFT_REMINDERS = (3, 10)
DRAFT_ENDS = timedelta(days=60)
CHANGES_ENDS = timedelta(days=7)
START_HOUR = 6
DIGEST_HOUR = 8
MAIL_HOUR = 9


def reply_by(asked_at: datetime, start_on: date, zone: ZoneInfo) -> datetime:
    """Until when the preceptor may answer: the end of a day at the site.

    Ten business days, less near the start, but never under two.
    """
    asked_on = asked_at.astimezone(zone).date()
    least = add_business_days(asked_on, ANSWER_LEAST_BUSINESS_DAYS)
    most = add_business_days(asked_on, ANSWER_BUSINESS_DAYS)
    return end_of_day(min(most, max(start_on - ANSWER_BEFORE_START, least)), zone)


def answer_reminders(asked_at: datetime, zone: ZoneInfo) -> dict[int, datetime]:
    """When the preceptor is reminded, by the number of business days gone."""
    asked_on = asked_at.astimezone(zone).date()
    return {n: morning(add_business_days(asked_on, n), zone, MAIL_HOUR) for n in ANSWER_REMINDERS}


def escalation_at(asked_at: datetime, zone: ZoneInfo) -> datetime:
    """When a coordinator hears of a preceptor's silence."""
    asked_on = asked_at.astimezone(zone).date()
    return morning(add_business_days(asked_on, ANSWER_ESCALATION), zone, MAIL_HOUR)


def offer_window(made_at: datetime, start_on: date, zone: ZoneInfo) -> timedelta:
    """Seven days; 72 hours if the start is nearer than 30 days, 24 if nearer than 14."""
    days = (start_on - made_at.astimezone(zone).date()).days
    for nearer_than, window in OFFER_WINDOWS:
        if days < nearer_than:
            return window
    return OFFER_WINDOW


def payment_due_on(start_on: date, *, today: date) -> date:
    """45 days before the start, or in three days if that is closer."""
    return max(start_on - MONEY_BEFORE_START, today + SOON)
