"""What the timers count by (handbook 4.3).

Each is declared beside the code that uses it, in an app's ``deadlines``, with what it is for and
the numbers it ships with. Those that count stand in a row, which an admin edits.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

MOST_NUMBERS = 8


class Unit(TextChoices):
    HOURS = "hours", gettext_lazy("hours")
    DAYS = "days", gettext_lazy("days")
    BUSINESS_DAYS = "business_days", gettext_lazy("business days")


# Beyond these it is a slip of the finger.
MOST = {Unit.HOURS: 24 * 14, Unit.DAYS: 365, Unit.BUSINESS_DAYS: 60}


@dataclass(frozen=True)
class Declared:
    """A span has one number, reminders have several."""

    key: str
    default: tuple[int, ...]
    unit: Unit
    purpose: str | Promise
    least: int
    within: "Declared | None"

    @property
    def is_span(self) -> bool:
        return len(self.default) == 1

    @property
    def most(self) -> int:
        return MOST[self.unit]

    def length(self, number: int) -> timedelta:
        """Business days count as days, which is enough to compare."""
        return timedelta(hours=number) if self.unit == Unit.HOURS else timedelta(days=number)

    def in_order(self, numbers: list[int]) -> list[int]:
        """As the shipped ones stand: up, or down to the end."""
        return sorted(numbers, reverse=self.default[0] > self.default[-1])

    def in_words(self, numbers: tuple[int, ...] | list[int]) -> str:
        """“10 business days”, “72, 24 and 3 hours”."""
        *others, last = [str(number).replace("-", "−") for number in numbers]
        said = last
        if others:
            said = _("%(others)s and %(last)s") % {"others": ", ".join(others), "last": last}
        return _unit_words(self.unit, numbers[-1] if not others else 2) % {"n": said}


def _unit_words(unit: Unit, number: int) -> str:
    words = {
        Unit.HOURS: ngettext("%(n)s hour", "%(n)s hours", number),
        Unit.DAYS: ngettext("%(n)s day", "%(n)s days", number),
        Unit.BUSINESS_DAYS: ngettext("%(n)s business day", "%(n)s business days", number),
    }
    return words[unit]


_declared: dict[str, Declared] = {}


def interval(
    key: str,
    default: int | tuple[int, ...],
    *,
    unit: Unit,
    purpose: str | Promise,
    least: int = 1,
    within: Declared | None = None,
) -> Declared:
    """Declare a timer's numbers. None of them may be longer than the span it lies ``within``."""
    if key in _declared:
        raise ValueError(key)
    shipped = (default,) if isinstance(default, int) else default
    _declared[key] = Declared(key, shipped, unit, purpose, least, within)
    return _declared[key]


def declared() -> dict[str, Declared]:
    """All of them, once the apps are ready."""
    return dict(_declared)
