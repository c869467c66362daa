"""What a preceptor is owed: terms by listing, and rows that are only ever added (ADR 0025)."""

from dataclasses import dataclass
from typing import Any

import pgtrigger
from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import PreceptorProfile, User
from placements.kinds import EarningKind
from placements.models.ledger import validate_no_card
from placements.models.placement import Placement
from rotations.models import Listing
from rotations.refunds import share

WHOLE = 100
APPEND_ONLY = """
    IF TG_OP = 'DELETE' AND OLD.day < now() - interval '7 years' THEN
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


class PreceptorTerms(models.Model):
    """What the preceptor of a listing gets for a week: an amount, or a part of the rotation fee.

    A listing without a row pays nothing. A change counts from the next week on.
    """

    listing = models.OneToOneField(Listing, on_delete=models.PROTECT, related_name="terms")
    cents_per_week = models.PositiveIntegerField(_("cents per week"), null=True, blank=True)
    percent = models.PositiveSmallIntegerField(
        _("percent of the rotation fee"), null=True, blank=True
    )

    class Meta:
        verbose_name = _("preceptor’s terms")
        verbose_name_plural = _("preceptors’ terms")
        constraints = [
            models.CheckConstraint(
                name="preceptorterms_an_amount_or_a_part",
                condition=Q(cents_per_week__isnull=False, percent=None)
                | Q(cents_per_week=None, percent__isnull=False),
                violation_error_message=_("Enter cents per week or a percentage, one of them."),
            ),
            models.CheckConstraint(
                name="preceptorterms_at_most_the_whole_fee",
                condition=Q(percent=None) | Q(percent__lte=WHOLE),
                violation_error_message=_("A percentage lies between 0 and 100."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.listing)

    def for_week(self, placement: Placement, number: int, *, earned: int = 0) -> int:
        """For the week with that number, from 1. The parts of a percentage add up to the whole.

        ``earned`` is what earlier weeks brought: added weeks bring no more than the whole.
        """
        if self.cents_per_week is not None:
            return self.cents_per_week
        whole = share(placement.fee, self.percent or 0)
        part = whole * number // placement.weeks - whole * (number - 1) // placement.weeks
        return max(0, min(part, whole - earned))


@dataclass(frozen=True)
class Account:
    earned: int
    paid_out: int

    @property
    def owed(self) -> int:
        return self.earned - self.paid_out


def _sum(kind: EarningKind) -> Coalesce:
    return Coalesce(Sum("cents", filter=Q(kind=kind)), 0)


class EarningQuerySet(models.QuerySet["Earning"]):
    def account(self) -> Account:
        return Account(**self.aggregate(**SUMS))

    def owed(self) -> Any:
        """Preceptors to whom something is owed, with how much."""
        rows = self.order_by().values("preceptor").annotate(**SUMS)
        return rows.annotate(owed=F("earned") - F("paid_out")).filter(owed__gt=0)


SUMS = {"earned": _sum(EarningKind.EARNED), "paid_out": _sum(EarningKind.PAID_OUT)}


class Earning(models.Model):
    """A week that a preceptor earned, or what was paid out to her. Only ever added and countered."""

    preceptor = models.ForeignKey(
        PreceptorProfile, on_delete=models.PROTECT, related_name="earnings"
    )
    placement = models.ForeignKey(
        Placement, null=True, blank=True, on_delete=models.PROTECT, related_name="earnings"
    )
    kind = models.CharField(_("what"), max_length=10, choices=EarningKind)
    cents = models.IntegerField(_("amount, in cents"))
    # The week's Monday, or the day on which money left.
    day = models.DateField(_("day"))
    method = models.CharField(_("how"), max_length=60, blank=True, validators=[validate_no_card])
    reference = models.CharField(
        _("reference"), max_length=80, blank=True, validators=[validate_no_card]
    )
    note = models.CharField(_("note"), max_length=300, blank=True, validators=[validate_no_card])
    corrects = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="correction"
    )
    recorded_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(_("recorded"), default=timezone.now)

    objects = EarningQuerySet.as_manager()

    class Meta:
        verbose_name = _("preceptor’s earning")
        verbose_name_plural = _("preceptors’ earnings")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="earning_only_a_correction_is_negative",
                condition=Q(corrects=None, cents__gt=0) | Q(corrects__isnull=False, cents__lt=0),
            ),
            models.CheckConstraint(
                name="earning_is_for_a_week",
                condition=~Q(kind=EarningKind.EARNED) | Q(placement__isnull=False),
            ),
            models.UniqueConstraint(
                name="earning_once_a_week",
                fields=["placement", "day"],
                condition=Q(kind=EarningKind.EARNED, corrects=None),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=APPEND_ONLY,
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.day}"

    @property
    def is_void(self) -> bool:
        return hasattr(self, "correction")
