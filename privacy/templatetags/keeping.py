"""How long things stay, in words."""

from django import template
from django.utils.translation import ngettext

register = template.Library()

YEAR, LEAP_DAYS = 365, 5


@register.filter
def span(days: int) -> str:
    """“90 days”, “7 years”; a leap day or two makes no difference."""
    years, rest = divmod(days, YEAR)
    if years and rest <= LEAP_DAYS:
        return ngettext("%(n)d year", "%(n)d years", years) % {"n": years}
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
