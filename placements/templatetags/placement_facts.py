"""Amounts and days that follow from an application or a placement; for pages and mails."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from django import template
from django.utils import timezone

from accounts.models import LearnerProfile
from accounts.queries import aims
from clocks.calendar import SATURDAY, end_of_day, next_monday
from clocks.queries import length
from placements import deadlines
from placements.models import Application, LateRequirement, Placement
from placements.models.ledger import Balance
from rotations.eligibility import documents_due_on
from rotations.refunds import Change, RefundStep, Tiers, paid_of_fee
from rotations.refunds import refund_changes as changes_of
from rotations.refunds import refund_steps as steps_of

register = template.Library()
Thing = Application | Placement


def _tiers(thing: Thing) -> Tiers:
    tiers: Tiers = []
    if isinstance(thing, Placement):
        tiers = thing.policy.get("tiers", [])
    else:
        tiers = thing.listing.policy.tiers
    return tiers


def _first_day(thing: Thing) -> date:
    """Of a draft without dates: today, until it has some."""
    return thing.start_on or _today(thing)


def _today(thing: Thing) -> date:
    return timezone.localdate(timezone=thing.listing.site.zone)


def _rotation_fee(thing: Thing) -> int:
    return thing.fee if isinstance(thing, Placement) else thing.rotation_fee


def _agreed_on(thing: Thing) -> date:
    """The day from which grace is counted: of the acceptance, or today while there is none."""
    at = thing.created_at if isinstance(thing, Placement) else timezone.now()
    return timezone.localdate(at, timezone=thing.listing.site.zone)


@register.simple_tag
def refund_steps(thing: Thing) -> list[RefundStep]:
    """What still comes back, and until when; days that have passed are left out."""
    today = _today(thing)
    steps = steps_of(_tiers(thing), refundable_fee(thing), thing.start_on)
    return [step for step in steps if step.cents and step.last_on and step.last_on >= today]


@register.simple_tag
def first_refund(thing: Thing) -> RefundStep | None:
    """The best that can still be had."""
    return next(iter(refund_steps(thing)), None)


@register.simple_tag
def refund_on_visa_denial(thing: Thing) -> int | None:
    """With proof, until the day before the start; then none."""
    return refundable_fee(thing) if _today(thing) < _first_day(thing) else None


@register.simple_tag
def all_back(thing: Thing) -> int:
    """If preceptor, site or portal cancels: what she paid; the price, while she has paid nothing."""
    paid = thing.ledger.balance().received if isinstance(thing, Placement) else 0
    return paid or thing.total


@register.simple_tag
def balance(placement: Placement) -> Balance:
    return placement.ledger.balance()


def refundable_fee(thing: Thing) -> int:
    """The part of the rotation fee that the policy counts with; all of it while nothing is paid."""
    fee = _rotation_fee(thing)
    if not isinstance(thing, Placement):
        return fee
    sums = thing.ledger.balance()
    if not sums.received:
        return fee
    return paid_of_fee(fee, thing.service_fee, paid=sums.received, waived=sums.waived)


@register.simple_tag
def refund_changes(thing: Thing) -> list[Change]:
    """“Cancel today → $1,600 back; from Feb 28 → $800; from Mar 16 → $0”."""
    if thing.start_on is None:
        return []
    return changes_of(_tiers(thing), refundable_fee(thing), thing.start_on, _today(thing))


@register.simple_tag
def late_of(placement: Placement) -> list[LateRequirement]:
    """Documents that were asked for after she accepted."""
    return [row for row in placement.late_requirements.all() if row.free_until]


@register.simple_tag
def aims_of(profile: LearnerProfile) -> str:
    return aims(profile)


@register.simple_tag
def payment_due(thing: Thing) -> date:
    return deadlines.payment_due_on(_first_day(thing), today=_agreed_on(thing))


@register.simple_tag
def documents_due(thing: Thing) -> datetime:
    """The end of that day at the site."""
    profile = getattr(thing.learner, "learner_profile", None)
    day = documents_due_on(
        _first_day(thing),
        needs_visa=bool(profile and profile.needs_visa),
        today=_agreed_on(thing),
    )
    return end_of_day(day, thing.listing.site.zone)


@register.simple_tag
def changes_due() -> datetime:
    """Until when somebody asked now may answer."""
    return timezone.now() + length(deadlines.CHANGES_ENDS)


@register.simple_tag
def letter_from(placement: Placement) -> date:
    """The first weekday on which a letter can be asked for: half of it is done."""
    days = (placement.end_on - placement.start_on).days
    half = placement.start_on + timedelta(days=(days + 1) // 2)
    return half if half.weekday() < SATURDAY else next_monday(half)


@register.simple_tag
def morning_of(thing: Thing) -> str:
    """When the first day begins, as its listing tells it: “7:00 AM”; empty if it does not."""
    day = thing.listing.typical_day
    return day[0][0] if day and day[0] else ""


@register.filter
def hours(number: Decimal) -> str:
    """“136.8”, “8”: no more places than it has."""
    return f"{number.normalize():f}"
