"""A listing's weeks: opened in a pattern with weeks off, or ticked one by one."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from accounts.forms import DayInput
from clocks.calendar import next_monday
from rotations.blocks import WEEK
from rotations.kinds import MOST_SEATS
from rotations.models import Listing, SeatWeek
from rotations.queries import Wish

YEAR = 52
MOST_WEEKS = 110
YEARS_AHEAD = 3
RANGES_OFF = 3
MOST_RANGES = 12
WEEKDAYS = 5
RHYTHMS = (1, 2, 3, 4, 6, 8, 12)
LONGEST_REASON = SeatWeek._meta.get_field("closed_for").max_length


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _ahead(day: date) -> date:
    """Neither in a week that has passed nor so far ahead that it must be a slip."""
    today = timezone.localdate()
    if day < monday_of(today):
        raise ValidationError(_("This week has passed."), code="past")
    if day.year > today.year + YEARS_AHEAD:
        raise ValidationError(_("Check the year."), code="year")
    return day


def _seats(**more: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Seats in each week"),
        min_value=1,
        max_value=MOST_SEATS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        **more,
    )


def usual_seats(listing: Listing) -> int:
    """What most of its open weeks have."""
    counts = Counter(listing.weeks.filter(capacity__gt=0).values_list("capacity", flat=True))
    return counts.most_common(1)[0][0] if counts else 1


class PatternForm(forms.Form):
    """From one week to another, so many seats in each; blocks start in a rhythm."""

    first = forms.DateField(label=_("From the week of"), widget=DayInput)
    last = forms.DateField(label=_("To the week of"), widget=DayInput)
    capacity = _seats()
    every = forms.TypedChoiceField(label=_("A rotation starts"), coerce=int)
    anchor = forms.DateField(
        label=_("Counted from the week of"),
        widget=DayInput,
        required=False,
        help_text=_("If a rotation does not start on any Monday. Empty: from the first week."),
    )
    reopens = forms.BooleanField(label=_("Open weeks that are closed now, too"), required=False)

    def __init__(self, *args: Any, listing: Listing, seats: int, **kwargs: Any) -> None:
        first = next_monday(timezone.localdate())
        super().__init__(*args, **kwargs)
        self.initial = {
            "first": first,
            "last": first + (YEAR - 1) * WEEK,
            "capacity": seats,
            "every": listing.starts_every,
            "anchor": listing.anchor,
        }
        rhythms = sorted({*RHYTHMS, listing.starts_every})
        self.fields["every"].choices = [(n, _rhythm(n)) for n in rhythms]  # type: ignore[attr-defined]

    @property
    def main_fields(self) -> list[forms.BoundField]:
        """What everybody chooses; the rest is folded away."""
        return [self[name] for name in ("first", "last", "capacity", "every")]

    @property
    def says_more(self) -> bool:
        return bool({"anchor", "reopens"} & {*self.changed_data, *self.errors})

    def clean_first(self) -> date:
        return _ahead(self.cleaned_data["first"])

    def clean_last(self) -> date:
        return _ahead(self.cleaned_data["last"])

    def clean_anchor(self) -> date | None:
        day: date | None = self.cleaned_data["anchor"]
        return day and monday_of(day)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        first, last = found.get("first"), found.get("last")
        if not first or not last:
            return found
        if first > last:
            raise ValidationError(_("The last week lies before the first."))
        if (last - first).days > MOST_WEEKS * 7:
            raise ValidationError(_("That is more than two years. Choose fewer weeks."))
        if not self.mondays:
            raise ValidationError(_("There is no Monday between these days."))
        return found

    @property
    def mondays(self) -> list[date]:
        """Every Monday from the one day to the other, both included."""
        return list(_mondays(self.cleaned_data["first"], self.cleaned_data["last"]))

    @property
    def start(self) -> date:
        """From where the rhythm counts."""
        return self.cleaned_data["anchor"] or self.mondays[0]


def _rhythm(number: int) -> Any:
    if number == 1:
        return _("on any Monday")
    words = ngettext_lazy("every %(n)d week", "every %(n)d weeks", number)
    return words % {"n": number}


def _mondays(first: date, last: date) -> Iterator[date]:
    monday = next_monday(first)
    while monday <= last:
        yield monday
        monday += WEEK


class OffForm(forms.Form):
    """Days on which nobody comes. A week counts if one of its weekdays lies in them."""

    first = forms.DateField(label=_("From"), widget=DayInput, required=False)
    last = forms.DateField(label=_("To"), widget=DayInput, required=False)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean_first(self) -> date | None:
        day: date | None = self.cleaned_data["first"]
        return day and _ahead(day)

    def clean_last(self) -> date | None:
        day: date | None = self.cleaned_data["last"]
        return day and _ahead(day)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        first, last = found.get("first"), found.get("last")
        if not first and (last or found.get("reason")) and "first" not in self.errors:
            self.add_error("first", ValidationError(_("Say from which day on."), code="required"))
        if first and last and first > last:
            self.add_error("last", ValidationError(_("This day lies before the first.")))
        return found

    @property
    def mondays(self) -> list[date]:
        first = self.cleaned_data.get("first")
        if first is None:
            return []
        begin = monday_of(first) if first.weekday() < WEEKDAYS else next_monday(first)
        return list(_mondays(begin, self.cleaned_data["last"] or first))


OffFormSet = forms.formset_factory(
    OffForm, extra=RANGES_OFF, max_num=MOST_RANGES, absolute_max=MOST_RANGES
)


def wishes_of(pattern: PatternForm, off: Any) -> dict[date, Wish]:
    """A pattern and its weeks off, both valid: what is wished for each week."""
    seats = Wish(pattern.cleaned_data["capacity"], reopens=pattern.cleaned_data["reopens"])
    wishes = dict.fromkeys(pattern.mondays, seats)
    for form in off:
        reason = form.cleaned_data.get("reason", "")
        wishes |= dict.fromkeys(form.mondays, Wish(0, reason))
    return wishes


class TickedForm(forms.Form):
    """Weeks ticked in the year, and what to do with them."""

    do = forms.ChoiceField(
        choices=[("more", ""), ("fewer", ""), ("open", ""), ("close", "")], widget=forms.HiddenInput
    )
    week = forms.TypedMultipleChoiceField(
        label=_("Weeks"),
        coerce=date.fromisoformat,
        error_messages={"required": _("Tick a week first.")},
    )
    between = forms.BooleanField(label=_("All weeks between the ticked ones, too"), required=False)
    capacity = _seats(required=False)
    reason = forms.CharField(
        label=_("Reason, if you close them"), required=False, max_length=LONGEST_REASON
    )

    def __init__(self, *args: Any, seats: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"capacity": seats}
        first = monday_of(timezone.localdate())
        last = date(first.year + YEARS_AHEAD, 12, 31)
        weeks = [(f"{day}", f"{day}") for day in _mondays(first, last)]
        self.fields["week"].choices = weeks  # type: ignore[attr-defined]

    def clean_capacity(self) -> int:
        return int(self.cleaned_data["capacity"] or self.initial["capacity"])

    @property
    def ticked(self) -> list[str]:
        """What was sent, right or wrong: the boxes stay as they were."""
        return list(self["week"].value() or [])

    @property
    def mondays(self) -> list[date]:
        ticked: list[date] = sorted(self.cleaned_data["week"])
        if self.cleaned_data["between"]:
            return list(_mondays(ticked[0], ticked[-1]))
        return ticked
