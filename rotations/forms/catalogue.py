"""The catalogue's filter."""

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict  # noqa: TID251  the filter is read from the address
from django.utils.translation import gettext_lazy as _

from accounts.kinds import Family
from rotations import places
from rotations.kinds import HandsOn, Letterhead, RotationType, Setting
from rotations.models import Specialty, State
from rotations.places import Place
from rotations.search import FACETS, Search
from rotations.search.asked import USUAL_RADIUS
from rotations.search.find import LENGTHS

# By what the work and the visa rules ask (handbook 3.5); information, not legal advice.
VISAS = (("none", _("No visa needed (remote)")), ("visitor", _("Fits a visitor visa (B-1/B-2)")))
PRICES = (
    ("under-300", _("Under $300 a week")),
    ("300-399", _("$300 – $399 a week")),
    ("400-499", _("$400 – $499 a week")),
    ("500-up", _("$500 a week or more")),
)
ANSWERS = (
    ("day", _("Within a day")),
    ("three-days", _("Within 3 days")),
    ("week", _("Within a week")),
)
SEATS = (("left", _("Has seats left")),)
RADII = (10, 25, 50, 100, 250)
SORTS = (
    ("soonest", _("Soonest start")),
    ("price", _("Lowest price per week")),
    ("answers", _("Fastest answer")),
)
RELEVANCE, DISTANCE = ("relevance", _("Best match")), ("distance", _("Nearest"))
MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_WEEKS = 52


class Several(forms.MultipleChoiceField):
    """Checkboxes, or one choice of a list whose first says “any”."""

    def to_python(self, value: Any) -> list[str]:
        return [one for one in super().to_python(value) if one]


class AnyOf(Several):
    """Values that the data makes, not a list: cities, languages."""

    def valid_value(self, value: str) -> bool:
        return 0 < len(value) <= 100  # noqa: PLR2004


class MonthField(forms.CharField):
    """“2027-03”: its first and its last day."""

    def clean(self, value: Any) -> tuple[date, date] | None:
        text = super().clean(value)
        if not text:
            return None
        found = MONTH.fullmatch(text)
        if found is None:
            raise ValidationError(_("Write a month as 2027-03."))
        year, month = int(found[1]), int(found[2])
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])


class DayField(forms.DateField):
    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day and not FIRST_YEAR <= day.year < LAST_YEAR:
            raise ValidationError(_("Choose a day of this century."))
        return day


class PlaceField(forms.CharField):
    """A ZIP, or a city with its state."""

    def clean(self, value: Any) -> Place | None:
        text = super().clean(value)
        if not text:
            return None
        place = places.find(text)
        if place is None:
            raise ValidationError(_("Write a ZIP code, or a city and its state: Houston, TX."))
        return place


class CatalogueForm(forms.Form):
    """The form is the filter, and the address is its state.

    What is not valid is left out of the search, ``ignored`` names it, and the rest counts.
    """

    q = forms.CharField(label=_("Search"), max_length=200, required=False)
    start = DayField(label=_("From"), required=False)
    end_by = DayField(label=_("Until"), required=False)
    month = MonthField(label=_("Start in"), required=False)
    weeks = forms.IntegerField(label=_("Weeks"), min_value=1, max_value=MOST_WEEKS, required=False)
    near = PlaceField(label=_("Near"), max_length=80, required=False)
    radius = forms.TypedChoiceField(
        label=_("Within"), choices=[(n, n) for n in RADII], coerce=int, required=False,
    )  # fmt: skip
    specialty = Several(label=_("Specialty"), required=False)
    level = Several(label=_("What you do"), choices=HandsOn, required=False)
    type = Several(label=_("Type of rotation"), choices=RotationType, required=False)
    state = Several(label=_("State"), required=False)
    area = AnyOf(label=_("Area"), required=False)
    setting = Several(label=_("Setting"), choices=Setting, required=False)
    family = Several(label=_("Open to"), choices=Family, required=False)
    price = Several(label=_("Price"), choices=PRICES, required=False)
    letterhead = Several(label=_("Letterhead"), choices=Letterhead, required=False)
    visa = Several(label=_("Visa"), choices=VISAS, required=False)
    language = AnyOf(label=_("Languages on site"), required=False)
    answers = Several(label=_("Usually answers"), choices=ANSWERS, required=False)
    seats = Several(label=_("Seats"), choices=SEATS, required=False)
    sort = forms.ChoiceField(
        label=_("Sort by"), choices=[*SORTS, RELEVANCE, DISTANCE], required=False
    )

    def __init__(
        self, query: QueryDict, *, specialties: Iterable[Specialty], states: Iterable[State]
    ) -> None:
        super().__init__(query)
        self.query = query
        self.fields["specialty"].choices = [(one.slug, one.name) for one in specialties]  # type: ignore[attr-defined]
        self.fields["state"].choices = [(one.abbr, one.name) for one in states]  # type: ignore[attr-defined]
        self.full_clean()

    def clean(self) -> dict[str, Any]:
        """Of several values, those that exist still count; a window that is none is left out."""
        for name in FACETS:
            known = self.fields[name]
            given = self.query.getlist(name) if name in self.errors else self.cleaned_data[name]
            self.cleaned_data[name] = [
                value
                for value in dict.fromkeys(given)
                if known.valid_value(value)  # type: ignore[attr-defined]
            ]
        start, end_by = self.cleaned_data.get("start"), self.cleaned_data.get("end_by")
        if start and end_by and end_by < start:
            self.add_error("end_by", _("The last day lies before the first."))
        return self.cleaned_data

    @property
    def ignored(self) -> list[str]:
        """The filters that could not be understood."""
        return [str(self.fields[name].label) for name in self.errors if name in self.fields]

    @property
    def hints(self) -> list[str]:
        """How to write what people type by hand."""
        typed = ("start", "end_by", "near", "weeks")
        return [str(sentence) for name in typed for sentence in self.errors.get(name, [])]

    @property
    def sorts(self) -> list[tuple[str, Any]]:
        """Only what makes sense: how well words match, or how far away it is."""
        wanted = self.cleaned_data
        found = [RELEVANCE] if wanted.get("q") else []
        found += SORTS
        return [*found, DISTANCE] if wanted.get("near") else found

    @property
    def miles(self) -> int:
        return self.cleaned_data.get("radius") or USUAL_RADIUS

    @property
    def order(self) -> str:
        usual = self.sorts[0][0]
        chosen = self.cleaned_data.get("sort") or usual
        return chosen if chosen in dict(self.sorts) else usual

    @property
    def search(self) -> Search:
        """A first day with a length means that week; with a last day, any time between."""
        wanted = self.cleaned_data
        first, last = wanted.get("month") or (None, None)
        start, end_by, weeks = (wanted.get(name) for name in ("start", "end_by", "weeks"))
        if start and weeks and not end_by:
            within = start + timedelta(days=6)
            last = min(last, within) if last else within
        starts = [day for day in (first, start) if day]
        return Search(
            q=wanted.get("q", ""),
            chosen={name: frozenset(wanted[name]) for name in FACETS if wanted[name]},
            start=max(starts, default=None),
            until=last,
            end_by=end_by,
            weeks=weeks,
            near=wanted.get("near"),
            radius=self.miles,
            sort=self.order,
        )

    @property
    def params(self) -> list[tuple[str, str]]:
        """What counts, as it stands in an address."""
        wanted = self.cleaned_data
        found = [("q", wanted["q"])] if wanted.get("q") else []
        found += [(name, value) for name in FACETS for value in wanted[name]]
        for name in ("start", "end_by"):
            if wanted.get(name):
                found.append((name, wanted[name].isoformat()))
        if wanted.get("month"):
            found.append(("month", f"{wanted['month'][0]:%Y-%m}"))
        if wanted.get("weeks"):
            found.append(("weeks", str(wanted["weeks"])))
        if wanted.get("near"):
            found.append(("near", self.data["near"]))
            if self.miles != USUAL_RADIUS:
                found.append(("radius", str(self.miles)))
        if self.order != self.sorts[0][0]:
            found.append(("sort", self.order))
        return found

    def address(
        self,
        *,
        without: Iterable[str | tuple[str, str]] = (),
        also: Iterable[tuple[str, str]] = (),
    ) -> str:
        """The query string of this search without some filters, or some of their values."""
        left_out = set(without)
        pairs = [pair for pair in self.params if pair not in left_out and pair[0] not in left_out]
        query = urlencode([*pairs, *also])
        return f"?{query}" if query else "?"


__all__ = ["LENGTHS", "CatalogueForm"]
