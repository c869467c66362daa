"""The filters beside the catalogue with their counts, and the chips above it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rotations.forms.catalogue import CatalogueForm
from rotations.queries import Found

# So many options stand open; the others are folded away.
SHOWN = 5
CHECKBOXES = ("specialty", "touch", "type", "setting", "price", "seats", "letterhead")


@dataclass(frozen=True)
class Option:
    name: str
    value: str
    label: str
    count: int
    is_chosen: bool

    @property
    def id(self) -> str:
        return f"f-{self.name}-{self.value}"

    @property
    def is_disabled(self) -> bool:
        return self.count == 0 and not self.is_chosen


@dataclass(frozen=True)
class Facet:
    """One filter: the options that are shown, and those folded away."""

    legend: str
    shown: list[Option]
    folded: list[Option]

    @property
    def is_unfolded(self) -> bool:
        """Something inside is chosen."""
        return any(option.is_chosen for option in self.folded)


@dataclass(frozen=True)
class Chip:
    """An active filter; its address is the search without it."""

    label: str
    address: str


def options_of(name: str, filters: CatalogueForm, found: Found) -> list[Option]:
    counts, chosen = found.counts[name], filters.search.chosen.get(name, frozenset())
    return [
        Option(name, str(value), str(label), counts[str(value)], value in chosen)
        for value, label in filters.fields[name].choices  # type: ignore[attr-defined]
    ]


def facets(filters: CatalogueForm, found: Found) -> list[Facet]:
    return [_facet(name, filters, found) for name in CHECKBOXES]


def _facet(name: str, filters: CatalogueForm, found: Found) -> Facet:
    options = options_of(name, filters, found)
    by_count = sorted(options, key=lambda option: (-option.count, option.label))
    top = {option.value for option in by_count[:SHOWN]}
    few = len(options) <= SHOWN + 1
    return Facet(
        legend=str(filters.fields[name].label),
        shown=options if few else [option for option in by_count if option.value in top],
        folded=[] if few else [option for option in options if option.value not in top],
    )


def chips(filters: CatalogueForm) -> list[Chip]:
    """One for each active filter; how it is sorted is none."""
    pairs = [pair for pair in filters.params if pair[0] != "sort"]
    return [Chip(_label(filters, *pair), filters.address(without=[pair])) for pair in pairs]


def _label(filters: CatalogueForm, name: str, value: str) -> str:
    wanted = filters.cleaned_data
    if name == "q":
        return f"“{value}”"
    if name == "start":
        return _("Starts on or after %(day)s") % {"day": format_date(wanted["start"], "D, M j, Y")}
    if name == "month":
        month = format_date(wanted["month"][0], "F Y")
        return _("Starts in %(month)s") % {"month": month}
    if name == "weeks":
        return ngettext("%(n)d week", "%(n)d weeks", wanted["weeks"]) % {"n": wanted["weeks"]}
    labels: Iterable[tuple[str, str]] = filters.fields[name].choices  # type: ignore[attr-defined]
    return str(dict(labels)[value])
