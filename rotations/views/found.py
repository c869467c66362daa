"""Where search engines shall find a search: filters make thousands of addresses of one page."""

from collections.abc import Iterable
from typing import NamedTuple

from django.http import QueryDict
from django.urls import reverse

from rotations.models import Specialty

# What shows the same rotations in another order or portion.
SAME_ROTATIONS = frozenset({"after", "all", "before", "page", "sort"})


class FoundAt(NamedTuple):
    path: str
    is_indexed: bool


def found_at(query: QueryDict, specialties: Iterable[Specialty]) -> FoundAt:
    """The whole catalogue, or the field's page if nothing but one field is asked for."""
    asked = {
        (name, value)
        for name, values in query.lists()
        for value in values
        if value and name not in SAME_ROTATIONS
    }
    fields = {("specialty", one.slug): one for one in specialties}
    if len(asked) == 1 and (field := fields.get(next(iter(asked)))):
        return FoundAt(field.get_absolute_url(), is_indexed=False)
    return FoundAt(reverse("rotations:catalogue"), is_indexed=not asked)
