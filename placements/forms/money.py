"""What staff say when they record money. Amounts are typed in dollars and kept in cents."""

from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import CharField
from django.utils.translation import gettext_lazy as _

from accounts.models import PreceptorProfile
from placements.models import Earning, LedgerEntry
from placements.models.ledger import validate_no_card
from rotations.forms.listing import DollarsField

REFERENCE_HELP = _("What the bank or the check says. Never the number of a card.")


class AmountField(DollarsField):
    """At least a cent."""

    def clean(self, value: Any) -> Any:
        cents = super().clean(value)
        if cents == 0:
            raise forms.ValidationError(_("Enter an amount."))
        return cents


def _words(field: str, **more: Any) -> forms.CharField:
    length = cast("CharField", LedgerEntry._meta.get_field(field)).max_length
    return forms.CharField(max_length=length, validators=[validate_no_card], **more)


class MovedForm(forms.Form):
    """Money that came in or went out."""

    cents = AmountField(label=_("Amount, in dollars"))
    method = _words("method", label=_("How"), help_text=_("“bank transfer”, “check”"))
    reference = _words("reference", label=_("Reference"), required=False, help_text=REFERENCE_HELP)
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, most: int = 0, today: date, **more: Any) -> None:
        more["initial"] = {"cents": most or None, "day": today, **more.get("initial", {})}
        super().__init__(*args, **more)


class GivenForm(forms.Form):
    """Money that is waived, or comes back by decision."""

    cents = AmountField(label=_("Amount, in dollars"))
    note = _words("note", label=_("Why; the learner reads it"))

    def __init__(self, *args: Any, most: int = 0, **more: Any) -> None:
        super().__init__(*args, **{"initial": {"cents": most or None}, **more})


class CorrectionForm(forms.Form):
    """Which entry was wrong, and what was wrong about it."""

    entry = forms.ModelChoiceField(label=_("Entry"), queryset=LedgerEntry.objects.none())
    note = _words("note", label=_("What was wrong; the learner reads it"))

    def __init__(self, *args: Any, entries: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["entry"].queryset = entries  # type: ignore[attr-defined]


class NothingForm(forms.Form):
    """Only the button."""


class PayoutForm(MovedForm):
    preceptor = forms.ModelChoiceField(
        label=_("Preceptor"), queryset=PreceptorProfile.objects.none()
    )
    field_order = ["preceptor"]

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        owed = Earning.objects.owed().values("preceptor")
        self.fields["preceptor"].queryset = (  # type: ignore[attr-defined]
            PreceptorProfile.objects.filter(pk__in=owed).select_related("user")
        )
