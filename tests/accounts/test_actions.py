"""What changes about people and papers: who did it, who is told, and what a refusal leaves."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.utils import timezone

from accounts import actions
from accounts.kinds import RejectReason
from accounts.models import Document, PreceptorProfile
from accounts.uploads import MAX_FILES, CleanFile, Refused
from audit.models import Event
from clocks.models import Due
from outbox.models import Message
from placements.states import Status
from tests.factories.accounts import (
    DocumentFactory,
    DocumentTypeFactory,
    LicenceFactory,
    PreceptorFactory,
    StaffFactory,
    UserFactory,
)
from tests.factories.placements import ApplicationFactory

pytestmark = pytest.mark.django_db
PAPER = CleanFile(b"%PDF-1.7 a", "application/pdf", "tb.pdf", 1)
LOOK = "learner.documents_changed"


@pytest.fixture
def amara():
    return UserFactory(name="Amara O'Nwosu", call_me="Amara")


@pytest.fixture
def dana():
    return StaffFactory(name="Dana D'Angelo")


@pytest.fixture
def paper(amara):
    kind = DocumentTypeFactory(slug="titer", name="Hepatitis B titer & O'Brien form")
    return DocumentFactory(owner=amara, type=kind, verified_at=None, verified_by=None)


def mails():
    return sorted(Message.objects.values_list("template", flat=True))


def test_the_newer_paper_replaces_the_older(amara):
    kind = DocumentTypeFactory()
    first, second = (actions.add_document(amara, kind, PAPER, by=amara) for _ in range(2))

    first.refresh_from_db()
    assert (first.state, second.state) == ("superseded", "uploaded")
    assert list(amara.documents.current()) == [second]
    assert first.file.name != second.file.name
    with second.file.open("rb") as kept:
        assert kept.read() == PAPER.content
    assert "tb" not in second.file.name
    assert Due.objects.filter(kind=LOOK, subject_id=amara.pk).count() == 2


def test_a_full_wallet_takes_nothing_more(amara):
    DocumentFactory.create_batch(MAX_FILES, owner=amara, superseded_at=timezone.now())

    with pytest.raises(Refused, match="full"):
        actions.add_document(amara, DocumentTypeFactory(), PAPER, by=amara)
    assert not amara.documents.current().exists()
    assert not Event.objects.exists()


def test_an_accepted_paper_counts_and_she_is_told_once(paper, amara, dana):
    for _time in range(2):
        actions.verify_document(paper, by=dana)

    paper.refresh_from_db()
    assert (paper.state, paper.verified_by) == ("verified", dana)
    mail = Message.objects.get()
    assert (mail.template, mail.user) == ("accounts/document_verified", amara)
    assert "Hepatitis B titer & O'Brien form" in mail.body
    assert "because you keep documents at" in mail.body
    assert "&amp;" not in mail.body + mail.subject
    assert "&#x27;" not in mail.body + mail.subject
    assert Due.objects.filter(kind=LOOK, subject_id=amara.pk).count() == 1
    assert Event.objects.get().verb == "document.verified"


def test_a_refused_paper_says_why(paper, amara, dana):
    actions.reject_document(
        paper, by=dana, reason=RejectReason.UNREADABLE, note="It's too dark & cut off."
    )

    paper.refresh_from_db()
    assert (paper.state, paper.rejected_by) == ("rejected", dana)
    mail = Message.objects.get()
    assert mail.user == amara
    assert "It cannot be read." in mail.body
    assert "It's too dark & cut off." in mail.body
    assert Due.objects.filter(kind=LOOK, subject_id=amara.pk).exists()


def test_staff_can_change_their_mind_both_ways(paper, dana):
    actions.reject_document(paper, by=dana, reason=RejectReason.EXPIRED)
    actions.verify_document(paper, by=dana)
    assert (paper.state, paper.reject_reason, paper.rejected_by) == ("verified", "", None)
    actions.reject_document(paper, by=dana, reason=RejectReason.EXPIRED)
    assert (paper.state, paper.verified_by) == ("rejected", None)
    assert len(mails()) == 3


def test_a_paper_that_went_nowhere_is_deleted_with_its_file(
    amara, django_capture_on_commit_callbacks
):
    paper = actions.add_document(amara, DocumentTypeFactory(), PAPER, by=amara)
    name, storage = paper.file.name, paper.file.storage

    with django_capture_on_commit_callbacks(execute=True):
        actions.remove_document(paper, by=amara)

    assert not Document.objects.exists()
    assert not storage.exists(name)
    assert Event.objects.filter(verb="document.removed", by=amara).exists()


def test_a_paper_that_was_sent_stays(paper, amara):
    application = ApplicationFactory(learner=amara, status=Status.UNDER_REVIEW)
    application.sent_documents.create(document=paper)

    with pytest.raises(Refused, match="stays in the record"):
        actions.remove_document(paper, by=amara)

    assert Document.objects.filter(pk=paper.pk).exists()
    assert paper.file.storage.exists(paper.file.name)
    assert not Event.objects.filter(verb="document.removed").exists()


def test_reading_is_remembered(paper, dana):
    actions.read_document(paper, by=dana, address="198.51.100.7")

    event = Event.objects.get(verb="document.read")
    assert (event.by, event.subject_id) == (dana, str(paper.pk))


@pytest.mark.parametrize("lacking", ["npi", "licence", "seen", "valid"])
def test_nobody_is_verified_without_npi_and_license(dana, lacking):
    profile = PreceptorFactory(
        verified_at=None,
        verified_by=None,
        npi=None if lacking == "npi" else "1234567893",
        licence_in="",
    )
    yesterday = timezone.localdate() - timedelta(days=1)
    if lacking == "seen":
        LicenceFactory(preceptor=profile, verified_at=None, verified_by=None)
    elif lacking == "valid":
        LicenceFactory(preceptor=profile, expires_on=yesterday)
    elif lacking == "npi":
        LicenceFactory(preceptor=profile)

    with pytest.raises(ValidationError):
        actions.verify_preceptor(profile, by=dana)

    assert PreceptorProfile.objects.get(pk=profile.pk).verified_at is None
    assert mails() == []
    assert not Event.objects.exists()


def test_a_verified_preceptor_is_told(dana):
    profile = PreceptorFactory(
        user__name="Helen O'Castellano", verified_at=None, verified_by=None, npi="1234567893"
    )

    actions.verify_preceptor(profile, by=dana)

    assert (profile.verified_by, mails()) == (dana, ["accounts/preceptor_verified"])
    assert PreceptorProfile.objects.public().get() == profile
    assert "&#x27;" not in Message.objects.get().body


def test_a_suspension_hides_and_is_lifted(dana):
    profile = PreceptorFactory(user__name="Helen O'Castellano")

    actions.suspend_preceptor(profile, by=dana)
    assert not PreceptorProfile.objects.public().exists()
    assert mails() == ["accounts/preceptor_suspended"]

    actions.lift_suspension(profile, by=dana)
    assert PreceptorProfile.objects.public().get() == profile
    assert [event.verb for event in Event.objects.order_by("pk")] == [
        "preceptor.suspended",
        "preceptor.reinstated",
    ]


def test_coordinators_open_no_passports_and_delete_nothing():
    actions.ensure_groups()
    actions.ensure_groups()

    from django.contrib.auth.models import Group  # noqa: PLC0415

    rights = Group.objects.get(name=actions.COORDINATORS).permissions
    assert not rights.filter(codename="view_identity_document").exists()
    assert not rights.filter(codename__startswith="delete_").exists()
    assert rights.filter(codename="change_document").exists()


@pytest.mark.django_db(transaction=True)
def test_two_uploads_at_once_leave_one_current_version():
    """Fails with ``IntegrityError`` where the owner's row is not locked."""
    owner, kind = UserFactory(), DocumentTypeFactory()
    together = Barrier(6)

    def upload(_number):
        together.wait(timeout=10)
        try:
            actions.add_document(owner, kind, PAPER, by=owner)
        except IntegrityError as error:
            return type(error).__name__
        finally:
            connection.close()
        return "kept"

    with ThreadPoolExecutor(6) as pool:
        outcomes = Counter(pool.map(upload, range(6)))

    assert outcomes == {"kept": 6}
    assert owner.documents.count() == 6
    assert owner.documents.current().count() == 1
