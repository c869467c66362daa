"""The numbers that timers count by now."""

from datetime import timedelta

from django.core.cache import caches

from clocks.intervals import Declared
from clocks.models import Interval

CACHE_KEY = "intervals"
# So long another process may count by the numbers from before an edit.
SECONDS = 20


def _kept() -> dict[str, list[int]]:
    """All rows in one query, for this process."""
    cache = caches["local"]
    found: dict[str, list[int]] | None = cache.get(CACHE_KEY)
    if found is None:
        found = dict(Interval.objects.values_list("key", "numbers"))
        cache.set(CACHE_KEY, found, SECONDS)
    return found


def forget_numbers() -> None:
    """Ask again: a row was edited."""
    caches["local"].delete(CACHE_KEY)


def numbers(interval: Declared) -> tuple[int, ...]:
    return tuple(_kept().get(interval.key, interval.default))


def number(interval: Declared) -> int:
    """Of a span."""
    return numbers(interval)[0]


def lengths(interval: Declared) -> list[timedelta]:
    return [interval.length(number) for number in numbers(interval)]


def length(interval: Declared) -> timedelta:
    return lengths(interval)[0]


def in_words(interval: Declared) -> str:
    return interval.in_words(numbers(interval))
