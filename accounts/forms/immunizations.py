"""One dose or one test."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms.days import DayInput, check_year
from accounts.kinds import TESTS, VACCINES, ShotKind, ShotResult
from accounts.models.immunization import MOST_UNITS


def _kinds() -> list[Any]:
    vaccines = [(one.value, one.label) for one in ShotKind if one in VACCINES]
    tests = [(one.value, one.label) for one in ShotKind if one not in VACCINES]
    return [("", _("Choose one")), (_("Vaccines"), vaccines), (_("Tests"), tests)]


class FactForm(forms.Form):
    """A date for a vaccine; a result, or a number, for a test."""

    kind = forms.ChoiceField(
        label=_("Dose or test"),
        choices=_kinds,
        error_messages={"required": _("Choose a dose or a test.")},
    )
    on = forms.DateField(
        label=_("Day"),
        widget=DayInput,
        help_text=_("Of the dose, or when the test was read."),
        error_messages={"required": _("Enter the day.")},
    )
    result = forms.ChoiceField(
        label=_("Result"),
        choices=[("", _("No test, or a number below")), *ShotResult.choices],
        required=False,
        help_text=_("Of a test. A chest X-ray without signs of TB is negative."),
    )
    value = forms.DecimalField(
        label=_("Number, in mIU/mL"),
        min_value=0,
        max_value=MOST_UNITS,
        max_digits=8,
        decimal_places=2,
        required=False,
        help_text=_("Hepatitis B antibodies alone have one. Leave out “>”."),
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01"}),
    )

    def clean_on(self) -> date | None:
        day = check_year(self.cleaned_data["on"])
        # Somewhere it is tomorrow already.
        if day and day > timezone.localdate() + timedelta(days=1):
            raise ValidationError(_("This day has not come yet."), code="future")
        return day

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        kind = facts.get("kind")
        if kind in TESTS and not facts.get("result"):
            self.add_error("result", _("Choose the result of the test."))
        if kind == ShotKind.ANTI_HBS and facts.get("value") is None and "value" not in self.errors:
            self.add_error("value", _("Enter the number on the report."))
        if kind not in TESTS:
            facts["result"] = ""
        if kind != ShotKind.ANTI_HBS:
            facts["value"] = None
        return facts
