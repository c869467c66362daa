"""A placement's money: rows that are only ever added, in whole cents (ADR 0025)."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import pgtrigger
from django.core.exceptions import ValidationError
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Case, F, Min, Q, Sum, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import new_code
from accounts.models import User
from placements.kinds import CHARGES, EntryKind, Ground
from placements.models.placement import Placement

# Its books are closed seven years after the last day; the words may go sooner, the numbers not.
APPEND_ONLY = """
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT 1 FROM placements_placement
        WHERE id = OLD.placement_id AND end_on < now() - interval '7 years'
    ) THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.method = '' AND NEW.reference = '' AND NEW.note = ''
        AND to_jsonb(NEW) - '{method,reference,note}'::text[]
            = to_jsonb(OLD) - '{method,reference,note}'::text[]
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;
"""
# The last line of defence: nothing comes back that was not paid, whoever writes the row.
WITHIN_WHAT_WAS_PAID = """
    PERFORM 1 FROM placements_placement WHERE id = NEW.placement_id FOR NO KEY UPDATE;
    SELECT
        coalesce(sum(cents) FILTER (WHERE kind = 'received'), 0)
            + CASE WHEN NEW.kind = 'received' THEN NEW.cents ELSE 0 END AS received,
        coalesce(sum(cents) FILTER (WHERE kind = 'refund_due'), 0)
            + CASE WHEN NEW.kind = 'refund_due' THEN NEW.cents ELSE 0 END AS owed,
        coalesce(sum(cents) FILTER (WHERE kind = 'refunded'), 0)
            + CASE WHEN NEW.kind = 'refunded' THEN NEW.cents ELSE 0 END AS refunded
    INTO sums FROM placements_ledgerentry WHERE placement_id = NEW.placement_id;
    IF sums.received < sums.owed OR sums.owed < sums.refunded THEN
        RAISE EXCEPTION 'refunds stay within what was paid' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
"""
DIGITS = re.compile(r"(?:\d[ -]?){13,19}")
CARD = re.compile(r"4\d{12}|[3-6]\d{13,18}|2[2-7]\d{14}")


def validate_no_card(text: str) -> None:
    """A card's number has no place here."""
    for found in DIGITS.findall(text):
        if _is_card("".join(filter(str.isdigit, found))):
            raise ValidationError(_("This looks like the number of a card. Leave it out."))


def _is_card(digits: str) -> bool:
    """Whether it begins as cards do, and its check digit is right (Luhn)."""
    if not CARD.fullmatch(digits):
        return False
    doubled = [int(d) * (1 + n % 2) for n, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0  # noqa: PLR2004


@dataclass(frozen=True)
class Balance:
    """The sums of a ledger, in cents."""

    charged: int = 0
    received: int = 0
    waived: int = 0
    released: int = 0
    refund_due: int = 0
    refunded: int = 0
    due_on: date | None = None

    @property
    def open(self) -> int:
        """What the learner still has to pay."""
        return max(0, self.charged - self.waived - self.released - self.received)

    @property
    def to_refund(self) -> int:
        """What still has to be paid back to her."""
        return self.refund_due - self.refunded

    @property
    def kept(self) -> int:
        """Of what she paid, what nobody owes her: the most that a further refund can be."""
        return self.received - self.refund_due


def _sum(*kinds: EntryKind) -> Coalesce:
    return Coalesce(Sum("cents", filter=Q(kind__in=kinds)), 0)


class LedgerQuerySet(models.QuerySet["LedgerEntry"]):
    def standing(self) -> "LedgerQuerySet":
        """Neither countered nor a counter itself."""
        return self.filter(corrects=None, correction=None)

    def sums(self) -> Any:
        """One row for each placement, as ``balance`` has them, with what is ``open``."""
        rows = self.order_by().values("placement").annotate(**SUMS)
        left = F("charged") - F("waived") - F("released") - F("received")
        return rows.annotate(
            open=Case(When(Q(charged__gt=0), then=left), default=0), to_refund=OWED
        )

    def balance(self) -> Balance:
        return Balance(**self.aggregate(**SUMS))


SUMS = {
    "charged": _sum(*CHARGES),
    "received": _sum(EntryKind.RECEIVED),
    "waived": _sum(EntryKind.WAIVED),
    "released": _sum(EntryKind.RELEASED),
    "refund_due": _sum(EntryKind.REFUND_DUE),
    "refunded": _sum(EntryKind.REFUNDED),
    "due_on": Min("due_on", filter=Q(corrects=None, correction=None)),
}
OWED = F("refund_due") - F("refunded")


class LedgerEntry(models.Model):
    """One amount, of one kind, on one day. Never changed and never removed: only countered.

    ``placements.actions.ledger`` writes them, with the placement locked.
    """

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="ledger")
    kind = models.CharField(_("what"), max_length=12, choices=EntryKind)
    cents = models.IntegerField(_("amount, in cents"))
    day = models.DateField(_("day"))
    due_on = models.DateField(_("due"), null=True, blank=True)
    ground = models.CharField(_("why"), max_length=10, choices=Ground, blank=True)
    method = models.CharField(_("how"), max_length=60, blank=True, validators=[validate_no_card])
    reference = models.CharField(
        _("reference"), max_length=80, blank=True, validators=[validate_no_card]
    )
    note = models.CharField(_("note"), max_length=300, blank=True, validators=[validate_no_card])
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="correction"
    )
    # Nobody, where the clock or a learner's own act caused it.
    recorded_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="ledgerentry_only_a_correction_is_negative",
                condition=Q(corrects=None, cents__gt=0) | Q(corrects__isnull=False, cents__lt=0),
            ),
            models.CheckConstraint(
                name="ledgerentry_charges_have_a_due_day",
                condition=Q(kind__in=sorted(CHARGES), due_on__isnull=False)
                | ~Q(kind__in=sorted(CHARGES)) & Q(due_on=None),
            ),
            models.CheckConstraint(
                name="ledgerentry_refunds_say_why",
                condition=~Q(kind=EntryKind.REFUND_DUE) | ~Q(ground=""),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=APPEND_ONLY,
            ),
            pgtrigger.Trigger(
                name="within_what_was_paid",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("sums", "RECORD")],
                func=WITHIN_WHAT_WAS_PAID,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.day}"

    @property
    def is_correction(self) -> bool:
        return self.corrects_id is not None

    @property
    def is_void(self) -> bool:
        """Whether another entry counters it."""
        return hasattr(self, "correction")


def private_storage() -> Storage:
    return storages["private"]


def receipt_path(_receipt: "Receipt", _name: str) -> str:
    return f"receipts/{new_code()}.pdf"


class Receipt(models.Model):
    """The learner's paper about money that moved: numbered, and never changed.

    What it states is frozen with the row; a worker adds the PDF. A correction has
    a receipt of its own, and the page of the first then says that it is void.
    """

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    number = models.CharField(_("receipt number"), max_length=20, unique=True)
    entry = models.OneToOneField(LedgerEntry, on_delete=models.PROTECT, related_name="receipt")
    # Emptied when its learner is erased.
    facts = models.JSONField(_("what it states"), default=dict)
    file = models.FileField(
        storage=private_storage, upload_to=receipt_path, max_length=120, blank=True
    )
    sha256 = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    issued_at = models.DateTimeField(_("issued"), default=timezone.now)
    rendered_at = models.DateTimeField(_("PDF made"), null=True, blank=True)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("placements:receipt", args=[self.code])
