"""What staff record: money that came in or went out, what is waived, and what was wrong."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from guides.templatetags.portal import dollars
from placements import emails
from placements.actions.ledger import AmountRefused, counter, refund_now, today_at, write
from placements.actions.placements import refresh_readiness
from placements.kinds import BY_STAFF, EntryKind, Ground
from placements.models import LedgerEntry, Placement
from placements.states import CancelledBy, CancelReason, PlacementStatus


def _at_most(cents: int, most: int, words: str) -> None:
    if cents > most:
        raise AmountRefused(words % {"amount": dollars(most)}, code="amount")


def _on_a_day_that_was(placement: Placement, day: date) -> None:
    if day > today_at(placement):
        raise ValidationError(_("This day is still to come."), code="day")


@transaction.atomic
def record_payment(
    placement: Placement,
    *,
    by: User,
    cents: int,
    method: str,
    day: date,
    reference: str = "",
) -> LedgerEntry:
    """Staff saw the money. Refuses more than is open, so that nobody records it twice."""
    placement.lock()
    _on_a_day_that_was(placement, day)
    _at_most(cents, placement.ledger.balance().open, _("Only %(amount)s is still to be paid."))
    entry = write(
        placement,
        EntryKind.RECEIVED,
        cents,
        by=by,
        day=day,
        method=method,
        reference=reference,
    )
    event = record("placement.paid", placement, by=by, entry=entry.pk, cents=cents)
    emails.payment_received(entry, occasion=event)
    refresh_readiness(placement)
    return entry


@transaction.atomic
def waive(placement: Placement, *, by: User, cents: int, note: str) -> LedgerEntry:
    """She need not pay so much of it; the note says why, to her as well."""
    placement.lock()
    _at_most(cents, placement.ledger.balance().open, _("Only %(amount)s is still to be paid."))
    entry = write(placement, EntryKind.WAIVED, cents, by=by, note=note)
    event = record("placement.waived", placement, by=by, entry=entry.pk, cents=cents)
    emails.payment_waived(entry, occasion=event)
    refresh_readiness(placement)
    return entry


@transaction.atomic
def owe_refund(placement: Placement, *, by: User, cents: int, note: str) -> LedgerEntry:
    """The coordinator decides that more comes back than the policy gives."""
    placement.lock()
    most = placement.ledger.balance().kept
    _at_most(cents, most, _("Only %(amount)s of what was paid is left to come back."))
    return _owe(placement, cents, Ground.GOODWILL, by=by, note=note)


@transaction.atomic
def accept_visa_proof(placement: Placement, *, by: User) -> LedgerEntry | None:
    """Staff saw the refusal letter: the whole rotation fee comes back, not the policy's part."""
    placement.lock()
    denied = (
        placement.status == PlacementStatus.CANCELLED
        and placement.cancelled_by == CancelledBy.LEARNER
        and placement.cancel_reason == CancelReason.VISA_DENIED
        and placement.ended_at is not None
    )
    if not denied:
        raise ValidationError(
            _("This rotation was not canceled because of a denied visa."), code="visa"
        )
    zone = placement.listing.site.zone
    ended_on = placement.ended_at.astimezone(zone).date() if placement.ended_at else None
    whole = refund_now(placement, day=ended_on, visa=True)
    record("placement.visa_proof", placement, by=by)
    more = whole - placement.ledger.balance().refund_due
    return _owe(placement, more, Ground.VISA, by=by) if more > 0 else None


def _owe(
    placement: Placement, cents: int, ground: Ground, *, by: User, note: str = ""
) -> LedgerEntry:
    entry = write(placement, EntryKind.REFUND_DUE, cents, by=by, ground=ground, note=note)
    event = record("placement.refund_owed", placement, by=by, entry=entry.pk, cents=cents)
    emails.refund_owed(entry, occasion=event)
    return entry


@transaction.atomic
def record_refund(
    placement: Placement,
    *,
    by: User,
    cents: int,
    method: str,
    day: date,
    reference: str = "",
) -> LedgerEntry:
    """Staff sent the money. Refuses more than is owed to her."""
    placement.lock()
    _on_a_day_that_was(placement, day)
    _at_most(cents, placement.ledger.balance().to_refund, _("Only %(amount)s is to be paid back."))
    entry = write(
        placement,
        EntryKind.REFUNDED,
        cents,
        by=by,
        day=day,
        method=method,
        reference=reference,
    )
    event = record("placement.refunded", placement, by=by, entry=entry.pk, cents=cents)
    emails.refund_sent(entry, occasion=event)
    return entry


@transaction.atomic
def correct_entry(entry: LedgerEntry, *, by: User, note: str) -> LedgerEntry:
    """What was recorded was wrong: its opposite is written, and the learner hears of it."""
    placement = entry.placement
    placement.lock()
    if entry.kind not in BY_STAFF:
        raise ValidationError(_("Fees follow the rotation; waive them instead."), code="kind")
    if not LedgerEntry.objects.standing().filter(pk=entry.pk).exists():
        raise ValidationError(_("This entry is corrected already."), code="corrected")
    opposite = counter(entry, by=by, note=note)
    event = record("placement.corrected", placement, by=by, entry=entry.pk)
    emails.payment_corrected(opposite, occasion=event)
    refresh_readiness(placement)
    return opposite
