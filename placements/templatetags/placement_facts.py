"""Amounts and days that follow from an application or a placement; for pages and mails."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import DocumentType, LearnerProfile
from accounts.queries import aims
from clocks.calendar import SATURDAY, end_of_day, next_monday
from clocks.queries import length
from placements import deadlines
from placements.models import (
    Application,
    LateRequirement,
    Placement,
    RuleChange,
    SchoolAnswer,
    SchoolApproval,
)
from placements.models.ledger import Balance
from placements.queries import free_to_cancel_until
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
    fee = refundable_fee(thing, _sums(thing))
    steps = steps_of(_tiers(thing), fee, thing.start_on)
    return [step for step in steps if step.cents and step.last_on and step.last_on >= today]


@register.simple_tag
def first_refund(thing: Thing) -> RefundStep | None:
    """The best that can still be had."""
    return next(iter(refund_steps(thing)), None)


@register.simple_tag
def balance(placement: Placement) -> Balance:
    return placement.ledger.balance()


def refundable_fee(thing: Thing, sums: Balance) -> int:
    """The part of the rotation fee that the policy counts with; all of it while nothing is paid."""
    fee = _rotation_fee(thing)
    if not isinstance(thing, Placement) or not sums.received:
        return fee
    return paid_of_fee(fee, thing.service_fee, paid=sums.received, waived=sums.waived)


def _sums(thing: Thing) -> Balance:
    return thing.ledger.balance() if isinstance(thing, Placement) else Balance()


@dataclass(frozen=True)
class Refunds:
    """“Cancel today → $1,600 back; from Feb 28 → $800; from Mar 16 → $0”, and what else there is."""

    changes: list[Change]
    # More was asked for after she accepted: until then the first of the changes holds.
    free_until: datetime | None
    # With proof, until the day before the start; then none.
    on_visa_denial: int | None
    # If preceptor, site or portal cancels: what she paid; the price, while she has paid nothing.
    by_host: int


@register.simple_tag
def refunds_of(thing: Thing) -> Refunds:
    sums, today = _sums(thing), _today(thing)
    fee = refundable_fee(thing, sums)
    free = free_to_cancel_until(thing, timezone.now()) if isinstance(thing, Placement) else None
    return Refunds(
        changes=_changes(thing, fee, today, free),
        free_until=free,
        on_visa_denial=fee if today < _first_day(thing) else None,
        by_host=sums.received or thing.total,
    )


def _changes(thing: Thing, fee: int, today: date, free: datetime | None) -> list[Change]:
    """While she may leave without a loss the policy counts from the day after only."""
    if thing.start_on is None:
        return []
    if free is None:
        return changes_of(_tiers(thing), fee, thing.start_on, today)
    after = timezone.localdate(free, timezone=thing.listing.site.zone) + timedelta(days=1)
    later = changes_of(_tiers(thing), fee, thing.start_on, after)
    return [Change(today, fee), *(change for change in later if change.cents != fee)]


@register.simple_tag
def late_of(placement: Placement) -> list[LateRequirement]:
    """Documents that were asked for after she accepted."""
    return [row for row in placement.late_requirements.all() if row.free_until]


@dataclass(frozen=True)
class RuleWords:
    """One change of its listing's rules, in words: “added: …; changed: …”."""

    row: RuleChange
    added: list[str]
    changed: list[str]


@register.simple_tag
def rule_changes_of(placement: Placement) -> list[RuleWords]:
    """What its listing came to ask for after she accepted, the latest first."""
    return _in_words(list(placement.rule_changes.all())[::-1])


@register.simple_tag
def rule_words(row: RuleChange) -> RuleWords:
    return _in_words([row])[0]


def _in_words(rows: list[RuleChange]) -> list[RuleWords]:
    slugs = {slug for row in rows for slug in (*row.added, *row.changed)}
    kinds = DocumentType.objects.filter(slug__in=slugs) if slugs else ()
    names = {kind.slug: kind.name for kind in kinds}
    return [
        RuleWords(
            row,
            [names.get(slug, slug) for slug in row.added],
            [f"{names.get(slug, slug)} ({_otherwise(how)})" for slug, how in row.changed.items()],
        )
        for row in rows
    ]


def _otherwise(how: dict[str, Any]) -> str:
    """“not older than 6 months, before 12”."""
    said = []
    if "months" in how:
        was, now = how["months"]
        if now:
            said.append(_("not older than %(n)d months") % {"n": now})
        else:
            said.append(_("its usual validity"))
        if was:
            said.append(_("before %(n)d") % {"n": was})
    if "least" in how:
        was, now = (number and f"{Decimal(number).normalize():f}" for number in how["least"])
        said.append(
            _("antibodies of at least %(n)s") % {"n": now} if now else _("the usual antibodies")
        )
        if was:
            said.append(_("before %(n)s") % {"n": was})
    if "sees" in how:
        said.append(_("the preceptor’s office opens the file"))
    if "note" in how:
        said.append(_("what counts is worded otherwise"))
    return ", ".join(str(one) for one in said)


@register.simple_tag
def yes_for_other_days(placement: Placement) -> SchoolApproval | None:
    """A school's yes that does not reach its dates of now."""
    answers = placement.application.school_approvals.all()
    said = [one for one in answers if one.state == SchoolAnswer.YES]
    host = placement.listing.preceptor_id
    return next((one for one in said if not one.covers(host, placement.block)), None)


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
