"""A learner's doses and tests: entered by her, seen on the paper by staff."""

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions.people import has_consented
from accounts.kinds import ConsentKind
from accounts.models import ImmunizationFact, User
from audit.actions import record

MOST_FACTS = 100


class ConsentMissing(ValidationError):
    """Health data are kept only after her yes to that."""

    def __init__(self) -> None:
        super().__init__(_("We may keep health records only if you agree."), code="consent")


@transaction.atomic
def add_fact(
    owner: User, *, by: User, kind: str, on: date, result: str = "", value: Decimal | None = None
) -> ImmunizationFact:
    """Keep one dose or test. Refuses with ``ConsentMissing``, twice the same, or too many."""
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    if not has_consented(owner, ConsentKind.HEALTH):
        raise ConsentMissing
    facts = owner.immunization_facts
    if facts.filter(kind=kind, on=on).exists():
        raise ValidationError(_("This is entered already."), code="twice")
    if facts.count() >= MOST_FACTS:
        raise ValidationError(_("That is more than a record can have."), code="many")
    fact = facts.create(kind=kind, on=on, result=result, value=value)
    record("immunization.added", fact, by=by)
    return fact


@transaction.atomic
def remove_fact(fact: ImmunizationFact, *, by: User) -> None:
    record("immunization.removed", fact, by=by)
    fact.delete()


@transaction.atomic
def see_fact(fact: ImmunizationFact, *, by: User) -> None:
    """Staff compared it with the paper."""
    fact.verified_at, fact.verified_by = timezone.now(), by
    fact.save(update_fields=["verified_at", "verified_by"])
    record("immunization.seen", fact, by=by)
