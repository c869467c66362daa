import hashlib
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from audit.models import Event
from letters import tasks
from letters.actions.issuing import (
    NotCompleted,
    NotValid,
    issue_certificate,
    reissue_certificate,
    render_again,
    revoke_document,
)
from letters.models import IssuedDocument
from letters.queries import AT_ONCE, MOST_TRIES, certificates_to_render, is_worth_a_try
from letters.signing import Signature, is_genuine
from outbox.models import Message
from placements.states import PlacementStatus
from rotations.kinds import HandsOn, RotationType
from tests.factories.accounts import StaffFactory
from tests.factories.letters import IssuedDocumentFactory
from tests.factories.placements import PlacementFactory, log_all_hours
from tests.letters.requests import mails

pytestmark = pytest.mark.django_db


def completed(**more):
    return PlacementFactory(status=PlacementStatus.COMPLETED, **more)


def stored(document):
    document.refresh_from_db()
    with document.file.open() as file:
        return file.read()


def test_issue_certificate_freezes_and_signs_what_is_true():
    placement = completed()
    log_all_hours(placement)

    document = issue_certificate(placement, by=None)

    facts = document.facts
    assert facts["name"] == placement.learner.name
    assert facts["hours"] == "160"
    assert facts["preceptor"] == placement.preceptor.title
    assert (facts["code"], facts["number"]) == (document.code, document.number)
    assert is_genuine(facts, Signature(document.key_id, document.signature))
    assert Event.objects.filter(verb="certificate.issued").count() == 1
    assert not Message.objects.exists()


def test_issue_certificate_never_states_a_number_of_hers():
    placement = completed()
    profile = placement.learner.learner_profile
    profile.aamc_id, profile.usmle_id = "14702398", "09876543"
    profile.save()
    placement.preceptor.npi = "1987654328"
    placement.preceptor.save()

    said = str(issue_certificate(placement, by=None).facts)

    for secret in ("14702398", "09876543", "1987654328", placement.learner.email):
        assert secret not in said


@pytest.mark.parametrize(
    ("rotation_type", "hands_on", "words"),
    [
        (RotationType.EXTERNSHIP, HandsOn.EXAMINE, "supervised hands-on"),
        (RotationType.ELECTIVE, HandsOn.HISTORY, "supervised hands-on"),
        (RotationType.OBSERVERSHIP, HandsOn.OBSERVE, "observation only"),
        (RotationType.TELEROTATION, HandsOn.REMOTE, "observation only"),
        (RotationType.RESEARCH, HandsOn.REMOTE, "no patient care"),
    ],
)
def test_issue_certificate_says_what_the_hands_did(rotation_type, hands_on, words):
    placement = completed(listing__rotation_type=rotation_type, listing__hands_on=hands_on)
    assert issue_certificate(placement, by=None).facts["practice"] == words


@pytest.mark.parametrize("status", sorted(set(PlacementStatus) - {PlacementStatus.COMPLETED}))
def test_issue_certificate_refuses_what_is_not_completed(status):
    placement = PlacementFactory(status=status)
    with pytest.raises(NotCompleted):
        issue_certificate(placement, by=None)
    assert not IssuedDocument.objects.exists()


def test_issue_certificate_twice_issues_once():
    placement = completed()
    first, second = (issue_certificate(placement, by=None) for _ in range(2))
    assert first == second
    assert IssuedDocument.objects.count() == 1


def test_numbers_follow_one_another():
    numbers = [issue_certificate(completed(), by=None).number for _ in range(3)]
    counts = [int(number.partition("-")[2]) for number in numbers]
    assert counts == [counts[0], counts[0] + 1, counts[0] + 2]


def test_reissue_replaces_the_old_one():
    placement, staff = completed(), StaffFactory()
    old = issue_certificate(placement, by=None)
    placement.learner.name = "Amara Nwosu-Okafor"
    placement.learner.save()

    new = reissue_certificate(old, by=staff)

    old.refresh_from_db()
    assert (old.state, old.replaced_by) == ("replaced", new)
    assert (new.state, new.facts["name"]) == ("valid", "Amara Nwosu-Okafor")
    assert new.number != old.number
    with pytest.raises(NotValid):
        reissue_certificate(old, by=staff)
    assert Event.objects.get(verb="certificate.replaced").by == staff


def test_revoke_says_when_by_whom_and_why():
    document, staff = issue_certificate(completed(), by=None), StaffFactory()

    revoke_document(document, by=staff, reason=" Hours were invented. ")

    document.refresh_from_db()
    assert document.state == "revoked"
    assert (document.revoked_by, document.revoke_reason) == (staff, "Hours were invented.")
    mail = mails("certificate_revoked").get()
    assert mail.recipient == document.placement.learner.email
    assert "invented" not in mail.body
    with pytest.raises(NotValid):
        revoke_document(document, by=staff, reason="Again")


def test_revoke_needs_a_reason():
    document = issue_certificate(completed(), by=None)
    with pytest.raises(Exception, match="Say why"):
        revoke_document(document, by=StaffFactory(), reason="  ")
    document.refresh_from_db()
    assert document.state == "valid"


def test_the_table_knows_one_valid_certificate_per_placement():
    document = IssuedDocumentFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        IssuedDocumentFactory(placement=document.placement)


def test_the_table_wants_a_hash_with_a_file():
    document = IssuedDocumentFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        IssuedDocument.objects.filter(pk=document.pk).update(sha256="abc")


def test_render_document_attaches_once_and_tells_once():
    document = issue_certificate(completed(), by=None)

    tasks.render_document(document.pk)
    first = stored(document)
    tasks.render_document(document.pk)

    assert stored(document) == first
    assert document.sha256 == hashlib.sha256(first).hexdigest()
    assert document.tries == 1
    mail = mails("certificate_issued").get()
    assert mail.subject == "Your certificate is ready"
    assert f"/certificates/{document.code}/" in mail.body
    assert document.get_absolute_url() in mail.body


def test_render_document_counts_a_try_that_fails(monkeypatch):
    document = IssuedDocumentFactory(facts={})
    with pytest.raises(KeyError):
        tasks.render_document(document.pk)
    document.refresh_from_db()
    assert (document.tries, document.rendered_at) == (1, None)
    assert not Message.objects.exists()


def test_a_revoked_one_is_not_rendered():
    document = issue_certificate(completed(), by=None)
    revoke_document(document, by=StaffFactory(), reason="A test")
    tasks.render_document(document.pk)
    document.refresh_from_db()
    assert not document.file
    assert not mails("certificate_issued").exists()


def test_a_page_that_fails_is_tried_ever_more_rarely(soon):
    now = soon
    assert all(is_worth_a_try(tries, now, now) for tries in range(AT_ONCE))
    assert not is_worth_a_try(AT_ONCE + 1, now, now)
    assert not is_worth_a_try(MOST_TRIES, now.replace(year=2000), now)


def test_render_again_gives_it_another_chance():
    document = IssuedDocumentFactory(tries=MOST_TRIES)
    render_again(document, by=StaffFactory())
    document.refresh_from_db()
    assert document.tries == 0
    assert certificates_to_render().get() == document


def test_every_completed_placement_gets_its_certificate():
    placement = completed()
    PlacementFactory(status=PlacementStatus.WRAP_UP)
    revoked = issue_certificate(completed(), by=None)
    revoke_document(revoked, by=StaffFactory(), reason="A test")

    for pk in tasks.placements_owed_a_certificate().values_list("pk", flat=True):
        tasks.issue_due_certificate(pk)
        tasks.issue_due_certificate(pk)

    assert placement.issued_documents.count() == 1
    assert IssuedDocument.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_issued_by_two_workers_at_once_it_is_issued_once():
    placement = completed()
    together = Barrier(2)

    def issue(_n):
        try:
            together.wait(timeout=5)
            tasks.issue_due_certificate(placement.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(issue, range(2)))

    assert IssuedDocument.objects.count() == 1
