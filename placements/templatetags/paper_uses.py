"""For the wallet: which rotations ahead a paper is for."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template

from accounts.models import DocumentType, User
from placements.queries import Use, document_uses

register = template.Library()


@register.simple_tag
def uses_of(learner: User, rows: Sequence[Any]) -> dict[str, list[Use]]:
    """By the slug of the kind, for rows of the wallet."""
    return document_uses(learner, [row.document for row in rows if row.document])


@register.filter
def of(uses: Mapping[str, list[Use]], kind: DocumentType) -> list[Use]:
    return uses.get(kind.slug, []) if uses else []


@register.filter
def lasting(uses: Sequence[Use]) -> list[Use]:
    return [use for use in uses or () if not use.problem]


@register.filter
def falling_short(uses: Sequence[Use]) -> list[Use]:
    return [use for use in uses or () if use.problem]


@register.filter
def too_short(uses: Mapping[str, list[Use]]) -> int:
    """How many papers end before a rotation does."""
    return sum(any(use.problem for use in those) for those in uses.values())
