"""What stands in a placement's ledger, and in a preceptor's (handbook 3.6)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class EntryKind(TextChoices):
    """Each counts in one direction; a correction is an entry of the same kind with a minus."""

    ROTATION_FEE = "rotation_fee", _("Rotation fee")
    SERVICE_FEE = "service_fee", _("Service fee")
    RECEIVED = "received", _("Payment received")
    WAIVED = "waived", _("Waived")
    RELEASED = "released", _("No longer to be paid")
    REFUND_DUE = "refund_due", _("To be paid back")
    REFUNDED = "refunded", _("Paid back")


CHARGES = frozenset({EntryKind.ROTATION_FEE, EntryKind.SERVICE_FEE})
# What staff write, so what staff can counter.
BY_STAFF = frozenset(
    {EntryKind.RECEIVED, EntryKind.WAIVED, EntryKind.REFUND_DUE, EntryKind.REFUNDED}
)
# Money moved: the learner gets a paper about it.
WITH_RECEIPT = frozenset({EntryKind.RECEIVED, EntryKind.REFUNDED})


class Ground(TextChoices):
    """Why money comes back."""

    POLICY = "policy", _("The cancellation policy")
    HOST = "host", _("The preceptor, the site or we canceled")
    VISA = "visa", _("A denied visa, with proof")
    RULES = "rules", _("More was asked for after the acceptance")
    GOODWILL = "goodwill", _("The coordinator’s decision")


class EarningKind(TextChoices):
    EARNED = "earned", _("Earned")
    PAID_OUT = "paid_out", _("Paid out")
