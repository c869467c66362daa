"""The one door to a placement's ledger. Whoever comes in has locked the placement."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from outbox.actions import nudge
from placements import deadlines
from placements.kinds import CHARGES, WITH_RECEIPT, EntryKind, Ground
from placements.models import LedgerEntry, Placement, Receipt
from placements.queries import free_to_cancel_until
from placements.states import CancelledBy
from rotations.refunds import paid_of_fee, refund

# The caller has read these; only what somebody typed is looked at.
ROWS = {"placement", "corrects", "recorded_by"}
# One number after the other: whoever counts holds this lock until the transaction ends.
NUMBERING = 0x52454345


class AmountRefused(ValidationError):
    """More than there is to pay, to waive or to give back."""


def write(
    placement: Placement, kind: EntryKind, cents: int, *, by: User | None, **facts: Any
) -> LedgerEntry:
    """Add an entry, and its receipt where money moved. Refuses with ``AmountRefused``."""
    entry = _entry(placement, kind, cents, by=by, **facts)
    try:
        with transaction.atomic():
            entry.save()
    except IntegrityError as error:
        raise AmountRefused(_("No more can come back than was paid."), code="amount") from error
    if kind in WITH_RECEIPT:
        _issue_receipt(entry)
    _note_settled(placement, by=by)
    return entry


def _entry(
    placement: Placement, kind: EntryKind, cents: int, *, by: User | None, **facts: Any
) -> LedgerEntry:
    entry = LedgerEntry(
        placement=placement,
        kind=kind,
        cents=cents,
        recorded_by=by,
        recorded_at=timezone.now(),
        **{"day": today_at(placement), **facts},
    )
    entry.clean_fields(exclude=ROWS)
    return entry


def counter(entry: LedgerEntry, *, by: User | None, note: str = "") -> LedgerEntry:
    """Take an entry back by its opposite; both stay."""
    return write(
        entry.placement,
        EntryKind(entry.kind),
        -entry.cents,
        by=by,
        note=note,
        **_opposite(entry),
    )


def _opposite(entry: LedgerEntry) -> dict[str, Any]:
    return {"due_on": entry.due_on, "ground": entry.ground, "corrects": entry}


def today_at(placement: Placement) -> date:
    return timezone.localdate(timezone=placement.listing.site.zone)


def payment_due_on(placement: Placement) -> date:
    """Counted from the acceptance (timer T9)."""
    agreed_on = timezone.localdate(placement.created_at, timezone=placement.listing.site.zone)
    return deadlines.payment_due_on(placement.start_on, today=agreed_on)


def charge(placement: Placement, *, by: User | None, anew: bool = False) -> None:
    """Have the ledger say what its dates and fees ask for; called again when these change.

    ``anew`` is the first time: nothing stands yet.
    """
    due_on = payment_due_on(placement)
    wanted = {
        EntryKind.ROTATION_FEE: (placement.fee, due_on),
        EntryKind.SERVICE_FEE: (placement.service_fee, due_on),
    }
    entries = []
    standing = placement.ledger.standing().filter(kind__in=CHARGES)
    for entry in standing.none() if anew else standing:
        kind = EntryKind(entry.kind)
        if wanted[kind] == (entry.cents, entry.due_on):
            del wanted[kind]
        else:
            entries.append(_entry(placement, kind, -entry.cents, by=by, **_opposite(entry)))
    for kind, (cents, due) in wanted.items():
        if cents:
            entries.append(_entry(placement, kind, cents, by=by, due_on=due))
    # No money moves by a charge: there is no receipt to write, and nothing that could be refused.
    LedgerEntry.objects.bulk_create(entries)
    _note_settled(placement, by=by)


def refund_now(
    placement: Placement, *, day: date | None = None, by_host: bool = False, visa: bool = False
) -> int:
    """What a cancellation on that day, or today, gives back of what she paid."""
    balance = placement.ledger.balance()
    if by_host:
        return balance.received
    fee, service_fee = placement.fee, placement.service_fee
    of_fee = paid_of_fee(fee, service_fee, paid=balance.received, waived=balance.waived)
    if day is None and is_free_to_cancel(placement):
        return of_fee
    notice = placement.start_on - (day or today_at(placement))
    tiers = placement.policy.get("tiers", [])
    return refund(tiers, of_fee, 0, notice.days, visa_denied=visa)


def is_free_to_cancel(placement: Placement) -> bool:
    """More was asked of her after she accepted, a short while ago: she may leave without a loss."""
    return free_to_cancel_until(placement, timezone.now()) is not None


def close_ledger(placement: Placement, *, by: User | None) -> None:
    """A cancellation: what is still to be paid is let go, and what comes back is owed.

    A denied visa counts by the policy until staff have seen the refusal letter.
    """
    by_host = placement.cancelled_by != CancelledBy.LEARNER
    balance, back = placement.ledger.balance(), refund_now(placement, by_host=by_host)
    if balance.open:
        write(placement, EntryKind.RELEASED, balance.open, by=by)
    if back > balance.refund_due:
        own = Ground.RULES if is_free_to_cancel(placement) else Ground.POLICY
        ground = Ground.HOST if by_host else own
        write(placement, EntryKind.REFUND_DUE, back - balance.refund_due, by=by, ground=ground)


def _note_settled(placement: Placement, *, by: User | None) -> None:
    """Since when nothing is open, for lists that ask no ledger; the one door to ``paid_at``."""
    balance = placement.ledger.balance()
    settled = not balance.open and not balance.released
    if settled == (placement.paid_at is not None):
        return
    placement.paid_at = timezone.now() if settled else None
    placement.paid_by = (by or placement.learner) if settled else None
    placement.save(update_fields=["paid_at", "paid_by", "updated_at"])


def _issue_receipt(entry: LedgerEntry) -> None:
    receipt = Receipt.objects.create(
        number=_next_number(), entry=entry, facts=_facts(entry), issued_at=timezone.now()
    )
    nudge("letters.tasks.render_receipt", receipt.pk)


def _facts(entry: LedgerEntry) -> dict[str, Any]:
    """What is printed: names and amounts as they are today."""
    placement, balance = entry.placement, entry.placement.ledger.balance()
    listing, voids = placement.listing, getattr(entry.corrects, "receipt", None)
    with translation.override(settings.LANGUAGE_CODE):
        return {
            "name": placement.learner.name,
            "kind": entry.kind,
            "cents": entry.cents,
            "day": entry.day.isoformat(),
            "method": entry.method,
            "reference": entry.reference,
            "note": entry.note,
            "voids": voids.number if voids else "",
            "title": listing.title,
            "site": listing.site.name,
            "city": f"{listing.site.city}, {listing.site.state.abbr}",
            "start_on": placement.start_on.isoformat(),
            "end_on": placement.end_on.isoformat(),
            "fee": placement.fee,
            "service_fee": placement.service_fee,
            "waived": balance.waived,
            "received": balance.received,
            "refunded": balance.refunded,
            "open": balance.open,
            "issuer": settings.PORTAL["name"],
            "issuer_address": settings.PORTAL["address"],
            "issuer_email": settings.PORTAL["email"],
        }


def _next_number() -> str:
    """“R-2027-000412”: the year, and one more than the last."""
    year = timezone.localdate().year
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [NUMBERING])
    numbered = Receipt.objects.filter(number__startswith=f"R-{year}-")
    last = numbered.aggregate(last=Max("number"))["last"]
    return f"R-{year}-{int(last.rpartition('-')[2]) + 1 if last else 1:06}"
