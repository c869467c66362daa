"""What staff, the registry and the clock say of a preceptor: checked, verified, suspended."""

from datetime import date, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import emails
from accounts.deadlines import LICENCE_REMINDERS
from accounts.kinds import RegistryOutcome
from accounts.models import Licence, PreceptorProfile, RegistryLookup, User
from accounts.registry import Answer, name_fits
from audit.actions import record
from audit.models import Event
from clocks.actions import schedule
from clocks.calendar import morning
from clocks.queries import numbers

REMINDER_HOUR = 9
# Pauses before the registry is asked once more.
ASK_AGAIN = (timedelta(minutes=15), timedelta(hours=2), timedelta(hours=24))


def _move(preceptor: PreceptorProfile, verb: str, *, by: User | None, **changes: Any) -> Event:
    lock(preceptor)
    for field, value in changes.items():
        setattr(preceptor, field, value)
    preceptor.save(update_fields=list(changes))
    return record(verb, preceptor, by=by)


def lock(preceptor: PreceptorProfile) -> None:
    rows = PreceptorProfile.objects.select_for_update(no_key=True, of=("self",))
    preceptor.refresh_from_db(from_queryset=rows)


@transaction.atomic
def check_identity(preceptor: PreceptorProfile, *, by: User) -> None:
    """Somebody compared NPI and name with the registry, today. Refuses without an NPI."""
    if not preceptor.npi:
        raise ValidationError(_("Enter the NPI first."), code="npi")
    _move(
        preceptor,
        "preceptor.identity_checked",
        by=by,
        identity_checked_at=timezone.now(),
        identity_checked_by=by,
    )


@transaction.atomic
def verify_preceptor(preceptor: PreceptorProfile, *, by: User) -> None:
    """NPI and an active licence were seen, today. Refuses without either."""
    good = preceptor.licences.exclude(verified_at=None).filter(expires_on__gte=timezone.localdate())
    if not preceptor.npi or not good.exists():
        raise ValidationError(
            _("Enter the NPI and mark a license that has not expired as seen first."), code="unseen"
        )
    event = _move(
        preceptor, "preceptor.verified", by=by, verified_at=timezone.now(), verified_by=by
    )
    for licence in good:
        start_licence_clock(licence)
    emails.preceptor_verified(preceptor, occasion=event)


@transaction.atomic
def see_licence(licence: Licence, *, by: User) -> None:
    """Staff saw it at the state's board. Refuses one that has expired.

    Where the clock had suspended its owner, her listings are back.
    """
    if licence.is_expired:
        raise ValidationError(_("This license has expired."), code="expired")
    licence.verified_at, licence.verified_by, licence.seen_until = timezone.now(), by, None
    licence.save(update_fields=["verified_at", "verified_by", "seen_until"])
    record("licence.seen", licence, by=by)
    start_licence_clock(licence)
    lock(licence.preceptor)
    if licence.preceptor.is_suspended_by_clock:
        lift_suspension(licence.preceptor, by=by)


def start_licence_clock(licence: Licence) -> None:
    """Remind before it expires, and look on the day after (T16). Started twice, it is once."""
    zone, ends = timezone.get_default_timezone(), licence.expires_on
    for days in numbers(LICENCE_REMINDERS):
        at = morning(ends - timedelta(days=days), zone, REMINDER_HOUR)
        if at > timezone.now():
            schedule("licence.expiring", licence.pk, at=at, occurrence=f"{ends}:{days}")
    day_after = morning(ends + timedelta(days=1), zone, 0)
    schedule("licence.expired", licence.pk, at=day_after, occurrence=f"{ends}")


@transaction.atomic
def expire_licence(licence: Licence, *, today: date) -> bool:
    """The clock found a license that counts no longer; whether there was something to do.

    Without another good one its owner is suspended: no new requests, while placements go on.
    She and the office are told either way.
    """
    preceptor = licence.preceptor
    lock(preceptor)
    if licence.is_good_on(today) or not preceptor.may_host:
        return False
    if any(other.is_good_on(today) for other in preceptor.licences.all()):
        event = record("licence.expired", licence, by=None)
    else:
        event = _move(preceptor, "preceptor.suspended", by=None, suspended_at=timezone.now())
    emails.licence_expired(licence, occasion=event)
    return True


@transaction.atomic
def suspend_preceptor(preceptor: PreceptorProfile, *, by: User) -> None:
    """Her listings are hidden; placements that run go on."""
    event = _move(
        preceptor, "preceptor.suspended", by=by, suspended_at=timezone.now(), suspended_by=by
    )
    emails.preceptor_suspended(preceptor, occasion=event)


@transaction.atomic
def lift_suspension(preceptor: PreceptorProfile, *, by: User) -> None:
    """Her listings are back, and she is told. Lifted twice, it is once."""
    lock(preceptor)
    if preceptor.suspended_at is None:
        return
    event = _move(preceptor, "preceptor.reinstated", by=by, suspended_at=None, suspended_by=None)
    emails.preceptor_reinstated(preceptor, occasion=event)


@transaction.atomic
def ask_registry(preceptor: PreceptorProfile, *, by: User) -> None:
    """Have a worker look her NPI up; what it finds is kept as a row for staff."""
    if not preceptor.npi:
        raise ValidationError(_("Enter the NPI first."), code="npi")
    lookup = RegistryLookup.objects.create(preceptor=preceptor, npi=preceptor.npi)
    record("npi.asked", preceptor, by=by)
    schedule("npi.look_up", lookup.pk, at=timezone.now())


@transaction.atomic
def keep_answer(lookup: RegistryLookup, answer: Answer) -> None:
    """What the registry said. Where it said nothing, it is asked again, three times at most."""
    now, ours = timezone.now(), lookup.preceptor.user.name
    lookup.outcome, lookup.looked_up_at = answer.outcome, now
    lookup.name = answer.names[0] if answer.names else ""
    lookup.is_individual, lookup.is_active = answer.is_individual, answer.is_active
    lookup.taxonomies = list(answer.taxonomies)
    is_found = answer.outcome == RegistryOutcome.FOUND
    lookup.name_matches = any(name_fits(ours, one) for one in answer.names) if is_found else None
    if answer.outcome == RegistryOutcome.UNAVAILABLE and lookup.tries < len(ASK_AGAIN):
        at = now + ASK_AGAIN[lookup.tries]
        schedule("npi.look_up", lookup.pk, at=at, occurrence=f"again:{lookup.tries}")
    lookup.tries += 1
    lookup.save()
