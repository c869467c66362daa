"""Keeping a search: under which name, and how often to hear of it."""

from urllib.parse import urlencode

from django import forms
from django.http import QueryDict  # noqa: TID251  a search is kept as it stands in an address
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rotations.forms.catalogue import CatalogueForm
from rotations.kinds import Often
from rotations.models import Specialty, State

# They say how results are shown, not which.
ORDER = ("sort", "page")
LONGEST_NAME = 160


class OftenForm(forms.Form):
    often = forms.ChoiceField(
        label=gettext_lazy("How often"), choices=Often, widget=forms.RadioSelect
    )


class SearchForm(OftenForm):
    """Of a new alert, so without “no mails”."""

    often = forms.ChoiceField(
        label=gettext_lazy("When something opens, write to me"),
        choices=[(one.value, one.label) for one in (Often.AT_ONCE, Often.DAILY)],
        initial=Often.AT_ONCE,
        widget=forms.RadioSelect,
    )


def read_search(query: str) -> CatalogueForm:
    """The filter of the catalogue, filled in from an address."""
    return CatalogueForm(
        QueryDict(query), specialties=Specialty.objects.all(), states=State.objects.all()
    )


def kept_query(filters: CatalogueForm) -> str:
    """What counts of it, always written alike, so that the same search is the same text."""
    return urlencode(sorted(pair for pair in filters.params if pair[0] not in ORDER))


def name_of(filters: CatalogueForm) -> str:
    """“Cardiology, Texas, 4 weeks”: the filters in the words of the page."""
    words = [_word(filters, name, value) for name, value in filters.params if name not in ORDER]
    return ", ".join(words)[:LONGEST_NAME] or _("All rotations")


def _word(filters: CatalogueForm, name: str, value: str) -> str:
    if name == "q":
        return f"“{value}”"
    if name == "weeks" and value.isdigit():
        return ngettext("%(n)d week", "%(n)d weeks", int(value)) % {"n": int(value)}
    if day := parse_date(f"{value}-01" if name == "month" else value):
        words = date_format(day, "F Y" if name == "month" else "M j, Y")
        return words if name == "month" else f"{filters.fields[name].label} {words}"
    choices = {str(key): label for key, label in getattr(filters.fields[name], "choices", [])}
    return str(choices.get(value, f"{filters.fields[name].label}: {value}"))
