"""How staff write a listing: lines of text, and dollars."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.kinds import Family
from rotations.models import Listing

CENTS = 100


class LinesField(forms.CharField):
    """A list, one entry a line."""

    def __init__(self, *, longest: int, **more: Any) -> None:
        self.longest = longest
        more.setdefault("help_text", _("One a line."))
        super().__init__(widget=forms.Textarea(attrs={"rows": 6, "cols": 100}), **more)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if any(len(line) > self.longest for line in lines):
            raise ValidationError(
                _("A line has at most %(longest)d characters."), params={"longest": self.longest}
            )
        return lines

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial or []), data)


class DayField(LinesField):
    """A typical day: a time, two spaces or a bar, and what happens then."""

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return "\n".join(f"{time} | {what}" for time, what in value)
        return value

    def clean(self, value: Any) -> list[Any]:
        rows = [line.split("|", 1) for line in super().clean(value)]
        if any(len(row) != 2 or not all(part.strip() for part in row) for row in rows):  # noqa: PLR2004
            raise ValidationError(_("Write each line as: 7:00 AM | See your patients"))
        return [[time.strip(), what.strip()] for time, what in rows]


class DollarsField(forms.DecimalField):
    """Kept in cents, written in dollars."""

    def __init__(self, **more: Any) -> None:
        super().__init__(min_value=0, max_value=1_000_000, decimal_places=2, **more)

    def prepare_value(self, value: Any) -> Any:
        return Decimal(value) / CENTS if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        dollars = super().clean(value)
        return None if dollars is None else int(dollars * CENTS)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class ListingForm(forms.ModelForm):
    families = forms.MultipleChoiceField(
        label=_("Open to"), choices=Family, widget=forms.CheckboxSelectMultiple
    )
    activities = LinesField(label=_("Activities"), longest=160, required=False)
    objectives = LinesField(label=_("Objectives"), longest=200, required=False)
    typical_day = DayField(
        label=_("A typical day"),
        longest=200,
        required=False,
        help_text=_("One line for each time: 7:00 AM | See your patients"),
    )
    fee_per_week = DollarsField(label=_("Fee per week, in dollars"))
    service_fee = DollarsField(label=_("Service fee, in dollars"))

    class Meta:
        model = Listing
        exclude = ["status", "published_at"]  # noqa: DJ006  the admin names its fields


class ReturnForm(forms.Form):
    """What a preceptor is to change before her listing can be published."""

    note = forms.CharField(
        label=_("What is to change"),
        help_text=_("The preceptor reads it."),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say what is to change.")},
    )
