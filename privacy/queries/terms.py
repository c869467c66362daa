"""How long things stay: the rows, and what was shipped where there is none."""

from datetime import timedelta

from privacy.models import RetentionTerm
from privacy.terms import SHIPPED, Term


def days_of(term: Term) -> timedelta:
    days = RetentionTerm.objects.filter(key=term).values_list("days", flat=True).first()
    return timedelta(days=SHIPPED[term].days if days is None else days)


def terms() -> list[RetentionTerm]:
    """Every term in the order of the list, for a page to say."""
    rows = {row.key: row for row in RetentionTerm.objects.all()}
    return [
        rows.get(term) or RetentionTerm(key=term, days=shipped.days, basis=shipped.basis)
        for term, shipped in SHIPPED.items()
    ]
