"""A preceptor's weeks: opened in a pattern, closed for a while."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayInput
from rotations.forms.listing import MOST_SEATS, WeeksForm


class OwnWeeksForm(WeeksForm):
    """Her weeks: from one day to another, so many seats, blocks that start in a rhythm."""

    first = forms.DateField(label=_("From the week of"), widget=DayInput)
    last = forms.DateField(label=_("To the week of"), widget=DayInput)
    capacity = forms.IntegerField(
        label=_("Seats in each week"),
        min_value=1,
        max_value=MOST_SEATS,
        help_text=_("So many learners at a time."),
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    every = forms.TypedChoiceField(
        label=_("A rotation starts"),
        coerce=int,
        choices=[
            (1, _("on any Monday")),
            (2, _("on every second Monday, counted from the first week above")),
            (4, _("on every fourth Monday, counted from the first week above")),
        ],
        widget=forms.RadioSelect,
    )

    def clean_first(self) -> date:
        return _not_past(self.cleaned_data["first"])


class ClosedWeeksForm(WeeksForm):
    """Weeks in which nobody comes: a holiday, a move."""

    first = forms.DateField(label=_("From the week of"), widget=DayInput)
    last = forms.DateField(label=_("To the week of"), widget=DayInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["capacity"]

    def clean_first(self) -> date:
        return _not_past(self.cleaned_data["first"])


def _not_past(day: date) -> date:
    today = timezone.localdate()
    if day < today - timedelta(days=today.weekday()):
        raise ValidationError(_("This week has passed."), code="past")
    return day
