"""How hard each rule is now: as shipped, unless an admin's row says otherwise."""

from collections.abc import Mapping

from django.core.cache import caches

from rotations.kinds import SHIPPED
from rotations.models import EligibilityRule

CACHE_KEY = "eligibility-rules"
# So long another process may judge by the rows from before an edit.
SECONDS = 20


def severities() -> Mapping[str, str]:
    """All rows in one query, for this process."""
    cache = caches["local"]
    found: dict[str, str] | None = cache.get(CACHE_KEY)
    if found is None:
        found = dict(EligibilityRule.objects.values_list("rule", "severity"))
        cache.set(CACHE_KEY, found, SECONDS)
    return {str(rule): str(severity) for rule, severity in SHIPPED.items()} | found


def forget_severities() -> None:
    """Ask again: a row was edited."""
    caches["local"].delete(CACHE_KEY)
