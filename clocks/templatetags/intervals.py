"""A timer's numbers in the words of pages and mails."""

from django import template

from clocks.intervals import declared
from clocks.queries import in_words

register = template.Library()


@register.simple_tag
def interval(key: str) -> str:
    """“10 business days”."""
    return in_words(declared()[key])
