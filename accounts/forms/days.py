"""Days, as browsers ask for them."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

YEARS_BACK, YEARS_AHEAD = 70, 30


class DayInput(forms.DateInput):
    """The browser's own date field."""

    def __init__(self, **attrs: str) -> None:
        super().__init__(attrs={"type": "date", **attrs}, format="%Y-%m-%d")


def check_year(day: date | None) -> date | None:
    this_year = timezone.localdate().year
    if day and not this_year - YEARS_BACK < day.year < this_year + YEARS_AHEAD:
        raise ValidationError(_("Check the year."), code="year")
    return day
