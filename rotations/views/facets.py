"""The filters beside the catalogue with their counts, and the chips above it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.dateformat import format as format_date
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from rotations.forms.catalogue import CatalogueForm
from rotations.search import Found
from rotations.search.find import LENGTHS

# So many options stand open; a link asks for all of a filter.
SHOWN = 4
# A list of so many fixed choices is shown whole, what is empty included: people see what exists.
FEW = 5
# Asked for less often: behind one link, unless something in them is chosen.
MORE = ("setting", "letterhead", "language")
CHECKBOXES = (
    "level", "specialty", "type", "family", "visa", "price", "seats", "answers", "setting",
    "letterhead", "area", "language",
)  # fmt: skip
OPTION = '<label><input type=checkbox name={} value="{}"{}>{} <i>({})</i></label>'
# An option ends where the next one begins.
LINE = '<option value="{}"{}>{} ({})'


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    count: int
    is_chosen: bool

    @property
    def is_disabled(self) -> bool:
        return self.count == 0 and not self.is_chosen

    @property
    def state(self) -> SafeString:
        if self.is_chosen:
            return SafeString(" checked")
        return SafeString(" disabled" if self.is_disabled else "")


@dataclass(frozen=True)
class Facet:
    """One filter, drawn; ``more`` leads to all of its options."""

    name: str
    legend: str
    options: SafeString
    number_more: int
    more: str


@dataclass(frozen=True)
class Chip:
    """An active filter; its address is the search without it."""

    label: str
    address: str


def options_of(name: str, filters: CatalogueForm, found: Found) -> list[Option]:
    """A fixed list's choices in their order, or what the data has."""
    counts, chosen = found.counts[name], found.search.chosen.get(name, frozenset())
    choices = filters.fields[name].choices or [  # type: ignore[attr-defined]
        (value, value) for value in sorted({*counts, *chosen})
    ]
    return [
        Option(str(value), str(label), counts[str(value)], str(value) in chosen)
        for value, label in choices
    ]


def state_lines(filters: CatalogueForm, found: Found) -> SafeString:
    """The states that have something, as lines of a select; drawn once while nothing changes."""
    key = ("states", found.search.key, get_language())
    known: SafeString | None = found.sets.answers.get(key)
    if known is None:
        lines = (
            (one.value, SafeString(" selected" if one.is_chosen else ""), one.label, one.count)
            for one in options_of("state", filters, found)
            if not one.is_disabled
        )
        known = found.sets.answers[key] = format_html_join("", LINE, lines)
    return known


def lengths(found: Found) -> list[tuple[int, int, bool]]:
    """Common lengths of stay with their counts; another one that is asked for stays."""
    asked = found.search.weeks
    counted = [(weeks, found.lengths[weeks], weeks == asked) for weeks in LENGTHS]
    if asked and asked not in LENGTHS:
        counted.append((asked, len(found), True))
    return sorted(counted)


def facets(filters: CatalogueForm, found: Found, *, whole: str = "") -> list[Facet]:
    """All filters with their counts; ``whole`` names the one to show with all its options."""
    key = ("facets", found.search.key, whole, filters.address(), get_language())
    known = found.sets.answers.get(key)
    if known is None:
        names = [name for name in CHECKBOXES if _is_shown(name, found, whole)]
        drawn = [_facet(name, filters, found, is_whole=name == whole) for name in names]
        known = found.sets.answers[key] = [facet for facet in drawn if facet]
    return known


def _is_shown(name: str, found: Found, whole: str) -> bool:
    """Areas to whoever has chosen a state; what few ask for, when they do."""
    chosen = found.search.chosen
    if name == "area":
        return bool(chosen.get("state") or chosen.get("area"))
    return name not in MORE or whole in {"more", *MORE} or name in chosen


def _facet(name: str, filters: CatalogueForm, found: Found, *, is_whole: bool) -> Facet | None:
    options = options_of(name, filters, found)
    if all(option.is_disabled for option in options):
        return None
    shown = options if is_whole or len(options) <= FEW else _foremost(options)
    return Facet(
        name=name,
        legend=str(filters.fields[name].label),
        options=_drawn(name, shown),
        number_more=len(options) - len(shown),
        more=filters.address(also=[("all", name)]),
    )


def _foremost(options: Sequence[Option]) -> list[Option]:
    """The chosen ones, then those that leave most; in the order of the list."""
    ranked = sorted(options, key=lambda option: (not option.is_chosen, -option.count))
    number = max(SHOWN, sum(option.is_chosen for option in options))
    kept = {option.value for option in ranked[:number]}
    return [option for option in options if option.value in kept]


def _drawn(name: str, options: Iterable[Option]) -> SafeString:
    return format_html_join(
        "", OPTION, ((name, one.value, one.state, one.label, one.count) for one in options)
    )


def chips(filters: CatalogueForm) -> list[Chip]:
    """One for each active filter; how it is sorted is none."""
    pairs = [pair for pair in filters.params if pair[0] not in {"sort", "radius"}]
    return [Chip(label_of(filters, *pair), filters.address(without=[pair])) for pair in pairs]


def label_of(filters: CatalogueForm, name: str, value: str) -> str:
    """A filter as a person would say it: “Texas”, “From Mon, Mar 29, 2027”."""
    wanted = filters.cleaned_data
    if name == "q":
        return f"“{value}”"
    if name in {"start", "end_by"}:
        day = {"day": format_date(wanted[name], "D, M j, Y")}
        return (_("From %(day)s") if name == "start" else _("Until %(day)s")) % day
    if name == "month":
        month = format_date(wanted["month"][0], "F Y")
        return _("Starts in %(month)s") % {"month": month}
    if name == "weeks":
        return ngettext("%(n)d week", "%(n)d weeks", wanted["weeks"]) % {"n": wanted["weeks"]}
    if name == "near":
        return _("Within %(n)d miles of %(place)s") % {
            "n": filters.miles,
            "place": wanted["near"].name,
        }
    labels: Iterable[tuple[str, str]] = filters.fields[name].choices  # type: ignore[attr-defined]
    return str({str(one): label for one, label in labels}.get(value, value))
