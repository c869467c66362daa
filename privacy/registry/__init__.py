"""Every table of the portal, as far as it concerns one person: what she gets, what becomes of it.

A test holds these lists against the database: a new model stands in one of them, or the build
fails.
"""

from privacy.registry.copied import NOBODY, NOT_COPIED, RECORDS, Record
from privacy.registry.erased import EXCEPTIONS, FATES, NOT_ERASED, Fate

__all__ = ["EXCEPTIONS", "FATES", "NOBODY", "NOT_COPIED", "NOT_ERASED", "RECORDS", "Fate", "Record"]
