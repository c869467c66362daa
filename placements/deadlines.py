"""When things end and who is reminded before: the timers of handbook 4.3.

Each is declared with the numbers it ships with; an admin may change them.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from clocks.calendar import add_business_days, end_of_day, morning
from clocks.intervals import Unit, interval
from clocks.queries import length, number, numbers

# T4, the preceptor's answer.
ANSWER = interval(
    "answer", 10, unit=Unit.BUSINESS_DAYS, purpose=_("A preceptor answers a request within")
)
ANSWER_BEFORE_START = interval(
    "answer_before_start",
    21,
    unit=Unit.DAYS,
    purpose=_("A preceptor answers before the start, where that is sooner, by"),
)
ANSWER_LEAST = interval(
    "answer_least",
    2,
    unit=Unit.BUSINESS_DAYS,
    purpose=_("A preceptor has to answer at least, however near the start"),
    within=ANSWER,
)
ANSWER_REMINDERS = interval(
    "answer_reminders",
    (2, 4, 7),
    unit=Unit.BUSINESS_DAYS,
    purpose=_("A preceptor who has not answered is reminded after"),
    within=ANSWER,
)
ANSWER_ESCALATION = interval(
    "answer_escalation",
    5,
    unit=Unit.BUSINESS_DAYS,
    purpose=_("A coordinator hears of a preceptor’s silence after"),
    within=ANSWER,
)
# A school's word by a link (handbook 3.7).
SCHOOL_LINK = interval(
    "school_link", 30, unit=Unit.DAYS, purpose=_("A school may answer by its link for")
)
# T5, the offer.
OFFER = interval("offer", 7, unit=Unit.DAYS, purpose=_("An offer is open for"))
OFFER_NEAR = interval(
    "offer_near",
    72,
    unit=Unit.HOURS,
    purpose=_("An offer is open for, when the start is near"),
    within=OFFER,
)
OFFER_NEAR_START = interval(
    "offer_near_start", 30, unit=Unit.DAYS, purpose=_("For an offer, a start is near under")
)
OFFER_VERY_NEAR = interval(
    "offer_very_near",
    24,
    unit=Unit.HOURS,
    purpose=_("An offer is open for, when the start is very near"),
    within=OFFER_NEAR,
)
OFFER_VERY_NEAR_START = interval(
    "offer_very_near_start",
    14,
    unit=Unit.DAYS,
    purpose=_("For an offer, a start is very near under"),
    within=OFFER_NEAR_START,
)
OFFER_REMINDERS = interval(
    "offer_reminders",
    (72, 24, 3),
    unit=Unit.HOURS,
    purpose=_("A learner is reminded of an offer before it ends, by"),
    within=OFFER,
)
# T6, an offer from the waitlist.
WAITLIST_OFFER = interval(
    "waitlist_offer", 48, unit=Unit.HOURS, purpose=_("An offer from the waitlist is open for")
)
WAITLIST_OFFER_NEAR = interval(
    "waitlist_offer_near",
    24,
    unit=Unit.HOURS,
    purpose=_("An offer from the waitlist is open for, when the start is near"),
    within=WAITLIST_OFFER,
)
WAITLIST_NEAR_START = interval(
    "waitlist_near_start",
    21,
    unit=Unit.DAYS,
    purpose=_("For an offer from the waitlist, a start is near at most"),
)
WAITLIST_REMINDERS = interval(
    "waitlist_reminders",
    (24, 3),
    unit=Unit.HOURS,
    purpose=_("A learner is reminded of an offer from the waitlist before it ends, by"),
    within=WAITLIST_OFFER,
)
WAITLIST_REST = interval(
    "waitlist_rest",
    7,
    unit=Unit.DAYS,
    purpose=_("Who passes and stays on the waitlist is not offered the same dates again for"),
)
WAITLIST_FIRST = interval(
    "waitlist_first",
    180,
    unit=Unit.DAYS,
    purpose=_("Whose rotation its host canceled comes first on waitlists for"),
)
UNDO = timedelta(minutes=2)
# T7 and T9, documents (their day stands in ``rotations.deadlines``) and money.
MONEY_BEFORE_START = interval(
    "payment", 45, unit=Unit.DAYS, purpose=_("The payment is due before the start")
)
MONEY_AT_LEAST = interval(
    "payment_least",
    3,
    unit=Unit.DAYS,
    purpose=_("Payment: time there is at least, however near the start"),
    within=MONEY_BEFORE_START,
)
MONEY_REMINDERS = interval(
    "payment_reminders",
    (14, 7, 1),
    unit=Unit.DAYS,
    purpose=_("A learner is reminded of a payment before it is due, by"),
    least=0,
)
DOCUMENT_REMINDERS = interval(
    "documents_reminders",
    (30, 15, 7, 0),
    unit=Unit.DAYS,
    purpose=_("A learner is reminded of open documents before they are due, by"),
    least=0,
)
DOCUMENT_AGAIN = interval(
    "documents_again",
    3,
    unit=Unit.DAYS,
    purpose=_("Open documents that are overdue are asked for again every"),
)
# T10, arrival, and T13, the evaluation.
START_REMINDERS = interval(
    "start_reminders",
    (14, 7, 1),
    unit=Unit.DAYS,
    purpose=_("A learner who is ready hears where and when to come before the first day, by"),
)
HOST_REMINDERS = interval(
    "host_reminders",
    (7,),
    unit=Unit.DAYS,
    purpose=_("A preceptor hears who comes before the first day, by"),
)
EVALUATION_FROM = interval(
    "evaluation",
    3,
    unit=Unit.DAYS,
    purpose=_("A preceptor is asked to evaluate before the last day, by"),
)
EVALUATION_REMINDERS = interval(
    "evaluation_reminders",
    (0, 7, 14, 21, 28),
    unit=Unit.DAYS,
    purpose=_("A preceptor is reminded of the evaluation after the last day, by"),
    least=0,
)
# T1 and T3.
DRAFT_ENDS = interval(
    "draft", 60, unit=Unit.DAYS, purpose=_("An application that is not sent is closed after")
)
DRAFT_REMINDERS = interval(
    "draft_reminders",
    (3, 10),
    unit=Unit.DAYS,
    purpose=_("A learner is reminded of an application not sent after"),
    within=DRAFT_ENDS,
)
CHANGES_ENDS = interval(
    "changes",
    7,
    unit=Unit.DAYS,
    purpose=_("A learner answers a question about an application within"),
)
# T7, the end of it: what is not ready near the start.
AT_RISK = interval(
    "at_risk",
    14,
    unit=Unit.DAYS,
    purpose=_("A rotation that is not ready is at risk before it, by"),
)
HOLD_UNREADY = interval(
    "hold_unready",
    7,
    unit=Unit.DAYS,
    purpose=_("A rotation that is not ready goes on hold before the start, by"),
    within=AT_RISK,
)
# T13, the end of it.
INCOMPLETE_FROM = interval(
    "incomplete",
    42,
    unit=Unit.DAYS,
    purpose=_("Staff may close a rotation without a certificate after the last day, from"),
)
# T15, other dates.
RESCHEDULE_ANSWER = interval(
    "reschedule_answer",
    5,
    unit=Unit.BUSINESS_DAYS,
    purpose=_("A request for other dates is answered within"),
)
RESCHEDULE_REMINDERS = interval(
    "reschedule_reminders",
    (2, 4),
    unit=Unit.BUSINESS_DAYS,
    purpose=_("Who has not answered a request for other dates is reminded after"),
    within=RESCHEDULE_ANSWER,
)
RESCHEDULE_NOTICE = interval(
    "reschedule_notice",
    14,
    unit=Unit.DAYS,
    purpose=_("A learner asks for other dates before the start, at the latest by"),
)
# A document asked for after acceptance.
FREE_CANCEL = interval(
    "free_cancel",
    7,
    unit=Unit.DAYS,
    purpose=_("A learner who is asked for one more document may cancel free for"),
)
START_HOUR = 6
DIGEST_HOUR = 8
MAIL_HOUR = 9


def reply_by(asked_at: datetime, start_on: date, zone: ZoneInfo) -> datetime:
    """Until when the preceptor may answer: the end of a day at the site.

    Ten business days as shipped, less near the start, but never under two.
    """
    asked_on = asked_at.astimezone(zone).date()
    least = add_business_days(asked_on, number(ANSWER_LEAST))
    most = add_business_days(asked_on, number(ANSWER))
    return end_of_day(min(most, max(start_on - length(ANSWER_BEFORE_START), least)), zone)


def answer_reminders(asked_at: datetime, zone: ZoneInfo) -> dict[int, datetime]:
    """When the preceptor is reminded, by the number of business days gone."""
    asked_on = asked_at.astimezone(zone).date()
    return {
        n: morning(add_business_days(asked_on, n), zone, MAIL_HOUR)
        for n in numbers(ANSWER_REMINDERS)
    }


def escalation_at(asked_at: datetime, zone: ZoneInfo) -> datetime:
    """When a coordinator hears of a preceptor's silence."""
    asked_on = asked_at.astimezone(zone).date()
    return morning(add_business_days(asked_on, number(ANSWER_ESCALATION)), zone, MAIL_HOUR)


def offer_window(made_at: datetime, start_on: date, zone: ZoneInfo) -> timedelta:
    """As shipped, seven days; 72 hours if the start is nearer than 30 days, 24 if nearer than 14."""
    ahead = start_on - made_at.astimezone(zone).date()
    if ahead < length(OFFER_VERY_NEAR_START):
        return length(OFFER_VERY_NEAR)
    return length(OFFER_NEAR if ahead < length(OFFER_NEAR_START) else OFFER)


def waitlist_window(made_at: datetime, start_on: date, zone: ZoneInfo) -> timedelta:
    """As shipped, 48 hours; 24 if the start is 21 days away or nearer."""
    ahead = start_on - made_at.astimezone(zone).date()
    return length(WAITLIST_OFFER_NEAR if ahead <= length(WAITLIST_NEAR_START) else WAITLIST_OFFER)


def payment_due_on(start_on: date, *, today: date) -> date:
    """As shipped, 45 days before the start, or in three days if that is closer."""
    return max(start_on - length(MONEY_BEFORE_START), today + length(MONEY_AT_LEAST))


def reschedule_answer_by(asked_at: datetime, zone: ZoneInfo) -> datetime:
    """The end of a day at the site, business days after the asking."""
    asked_on = asked_at.astimezone(zone).date()
    return end_of_day(add_business_days(asked_on, number(RESCHEDULE_ANSWER)), zone)


def reschedule_reminders(asked_at: datetime, zone: ZoneInfo) -> dict[int, datetime]:
    """When who has to answer is reminded, by the number of business days gone."""
    asked_on = asked_at.astimezone(zone).date()
    return {
        n: morning(add_business_days(asked_on, n), zone, MAIL_HOUR)
        for n in numbers(RESCHEDULE_REMINDERS)
    }
