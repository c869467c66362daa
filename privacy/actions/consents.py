"""A yes to keeping health records is given on its own, and taken back as easily."""

from django.db import transaction
from django.utils import timezone

from accounts.actions import give_consent, has_consented
from accounts.kinds import ConsentKind
from accounts.models import Document, ImmunizationFact, User
from accounts.queries import page_version
from audit.actions import record
from clocks.actions import schedule
from placements.models import ApplicationDocument
from privacy import emails
from privacy.actions.files import delete_with_files
from privacy.actions.history import drop


@transaction.atomic
def agree_to_health(person: User, *, address: str | None) -> None:
    """Said twice, it is one consent."""
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    if not has_consented(person, ConsentKind.HEALTH):
        version = page_version(ConsentKind.PRIVACY)
        give_consent(person, ConsentKind.HEALTH, version=version, address=address)


@transaction.atomic
def withdraw_health(person: User, *, by: User) -> int:
    """Her health records are deleted, also where they went with an application; how many.

    What she has ahead is looked at again at once: a rotation that asks for them says so.
    """
    given = person.consents.filter(kind=ConsentKind.HEALTH, withdrawn_at=None)
    if not given.update(withdrawn_at=timezone.now()):
        return 0
    papers = Document.objects.filter(owner=person, type__is_health=True)
    ApplicationDocument.objects.filter(document__in=papers).delete()
    number = delete_with_files(papers)
    facts = person.immunization_facts.all()
    keys = list(facts.values_list("pk", flat=True))
    facts.delete()
    drop(ImmunizationFact, keys)
    event = record("privacy.health_withdrawn", person, by=by, documents=number)
    emails.health_withdrawn(person, occasion=event, number=number)
    schedule("learner.documents_changed", person.pk, at=event.at, occurrence=str(event.pk))
    return number
