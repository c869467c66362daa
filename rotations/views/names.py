"""Specialties and states, as filters show them."""

from django.core.cache import caches

from rotations.models import Specialty, State

# They may be so many seconds old in a filter.
KEPT = 60


def names() -> tuple[list[Specialty], list[State]]:
    """All specialties and states, from memory for a while: a filter shows each of them."""
    found: tuple[list[Specialty], list[State]] | None = caches["local"].get("names")
    if found is None:
        fields = Specialty.objects.defer("about", "looks_for")
        found = (list(fields), list(State.objects.defer("note")))
        caches["local"].set("names", found, KEPT)
    return found
