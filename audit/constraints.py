"""Checks that several tables share."""

from django.db.models import CheckConstraint, Q


def both_or_neither(name: str, *fields: str) -> CheckConstraint:
    """A moment and its author are set together, or not at all."""
    none = Q(**{f"{field}__isnull": True for field in fields})
    both = Q(**{f"{field}__isnull": False for field in fields})
    return CheckConstraint(name=name, condition=none | both)
