"""Questions about what is held about a person, who looked at it, and for how long it stays."""

from privacy.queries.copies import files_of, lists_of, readme
from privacy.queries.holdups import Holdup, holdups
from privacy.queries.readings import Reading, in_words, readings
from privacy.queries.terms import days_of, terms

__all__ = [
    "Holdup",
    "Reading",
    "days_of",
    "files_of",
    "holdups",
    "in_words",
    "lists_of",
    "readings",
    "readme",
    "terms",
]
