"""The catalogue's filter."""

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict  # noqa: TID251  the filter is read from the address
from django.utils.translation import gettext_lazy as _

from rotations.kinds import Letterhead, RotationType, Setting
from rotations.models import Specialty, State
from rotations.queries.catalogue import FACETS, Search

TOUCHES = (
    ("hands-on", _("Hands-on")),
    ("observe", _("Observe only")),
    ("remote", _("Remote")),
)
PRICES = (
    ("under-1000", _("Under $1,000")),
    ("1000-1499", _("$1,000 – $1,499")),
    ("1500-up", _("$1,500 or more")),
)
SEATS = (("left", _("Has seats left")),)
LENGTHS = (2, 4, 6, 8, 12)
SORTS = (("soonest", _("Soonest start")), ("price", _("Lowest price")))
MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
FIRST_YEAR, LAST_YEAR = 2000, 2100


class Several(forms.MultipleChoiceField):
    """Checkboxes, or one choice of a list whose first says “any”."""

    def to_python(self, value: Any) -> list[str]:
        return [one for one in super().to_python(value) if one]


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


class CatalogueForm(forms.Form):
    """The form is the filter, and the address is its state.

    What is not valid is left out of the search, ``ignored`` names it, and the rest counts.
    """

    q = forms.CharField(label=_("Search"), max_length=200, required=False)
    start = forms.DateField(label=_("Start on or after"), required=False)
    month = MonthField(label=_("Start in"), required=False)
    weeks = forms.TypedChoiceField(
        label=_("Length"),
        choices=[("", _("Any length"))],
        coerce=int,
        empty_value=None,
        required=False,
    )
    specialty = Several(label=_("Specialty"), required=False)
    touch = Several(label=_("What you do"), choices=TOUCHES, required=False)
    type = Several(label=_("Type of rotation"), choices=RotationType, required=False)
    state = Several(label=_("State"), required=False)
    setting = Several(label=_("Setting"), choices=Setting, required=False)
    price = Several(label=_("Total price"), choices=PRICES, required=False)
    seats = Several(label=_("Seats"), choices=SEATS, required=False)
    letterhead = Several(label=_("Letterhead"), choices=Letterhead, required=False)
    sort = forms.ChoiceField(label=_("Sort by"), choices=SORTS, required=False)

    def __init__(
        self, query: QueryDict, *, specialties: Iterable[Specialty], states: Iterable[State]
    ) -> None:
        super().__init__(query)
        self.query = query
        self.fields["specialty"].choices = [(one.slug, one.name) for one in specialties]  # type: ignore[attr-defined]
        self.fields["state"].choices = [(one.abbr, one.name) for one in states]  # type: ignore[attr-defined]
        self.fields["weeks"].choices += [(n, n) for n in LENGTHS]  # type: ignore[attr-defined]
        self.full_clean()

    def clean_start(self) -> date | None:
        start: date | None = self.cleaned_data["start"]
        if start and not FIRST_YEAR <= start.year < LAST_YEAR:
            raise ValidationError(_("Choose a day of this century."))
        return start

    def clean(self) -> dict[str, Any]:
        """Of several values, those that exist still count."""
        for name in FACETS:
            known = dict(self.fields[name].choices)  # type: ignore[attr-defined]
            given = self.query.getlist(name) if name in self.errors else self.cleaned_data[name]
            self.cleaned_data[name] = [value for value in known if value in given]
        return self.cleaned_data

    @property
    def ignored(self) -> list[str]:
        """The filters that could not be understood."""
        return [str(self.fields[name].label) for name in self.errors if name in self.fields]

    @property
    def search(self) -> Search:
        wanted = self.cleaned_data
        first, last = wanted.get("month") or (None, None)
        starts = [day for day in (first, wanted.get("start")) if day]
        return Search(
            q=wanted.get("q", ""),
            chosen={name: frozenset(wanted[name]) for name in FACETS if wanted[name]},
            start=max(starts, default=None),
            until=last,
            weeks=wanted.get("weeks"),
            sort=wanted.get("sort") or "soonest",
        )

    @property
    def params(self) -> list[tuple[str, str]]:
        """What counts, as it stands in an address."""
        wanted = self.cleaned_data
        found = [("q", wanted["q"])] if wanted.get("q") else []
        found += [(name, value) for name in FACETS for value in wanted[name]]
        if wanted.get("start"):
            found.append(("start", wanted["start"].isoformat()))
        if wanted.get("month"):
            found.append(("month", f"{wanted['month'][0]:%Y-%m}"))
        if wanted.get("weeks"):
            found.append(("weeks", str(wanted["weeks"])))
        if wanted.get("sort") and wanted["sort"] != SORTS[0][0]:
            found.append(("sort", wanted["sort"]))
        return found

    def address(self, *, without: Iterable[tuple[str, str]] = (), page: int = 1) -> str:
        """The query string of this search without some of its filters, or on another page."""
        left_out = set(without)
        pairs = [pair for pair in self.params if pair not in left_out]
        query = urlencode([*pairs, ("page", str(page))] if page > 1 else pairs)
        return f"?{query}" if query else "?"
