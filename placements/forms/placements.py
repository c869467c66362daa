from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from placements.models import HoursEntry, Placement
from placements.states import CancelReason

# What a learner can say; the others are for those who host her.
HER_REASONS = (
    CancelReason.VISA_DENIED,
    CancelReason.VISA_DELAY,
    CancelReason.ILLNESS,
    CancelReason.ACADEMIC,
    CancelReason.OTHER,
)


class HoursForm(forms.ModelForm):
    """The hours of one day of a placement."""

    class Meta:
        model = HoursEntry
        fields = ("day", "hours", "note")
        widgets = {
            "day": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "hours": forms.NumberInput(attrs={"step": "0.25", "min": "0.25", "max": "16"}),
        }

    def __init__(self, *args: Any, placement: Placement, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        last = min(today, placement.end_on)
        days = self.fields["day"].widget.attrs
        days["min"], days["max"] = placement.start_on.isoformat(), last.isoformat()
        self.fields["day"].error_messages["required"] = _("Enter the day.")
        self.fields["hours"].error_messages["required"] = _("Enter how many hours.")
        self.fields["note"].help_text = _("A few words at most. Never anything about a patient.")


class CancelForm(forms.Form):
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Choose a reason")), *((one.value, one.label) for one in HER_REASONS)],
        error_messages={"required": _("Choose the reason that fits best.")},
    )
    note = forms.CharField(
        label=_("A word to your preceptor and coordinator"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 600}),
    )
