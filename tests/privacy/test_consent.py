"""Health records: asked on their own, taken back as easily, and what follows."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.actions import add_document, give_consent, has_consented
from accounts.kinds import ConsentKind
from accounts.models import Document
from clocks.models import Due
from guides.models import Page
from outbox.models import Message
from placements.models import ApplicationDocument
from placements.states import Status
from privacy.models import FileToDelete
from tests.factories.accounts import DocumentFactory, DocumentTypeFactory
from tests.factories.placements import ApplicationFactory
from tests.privacy.lives import _file

pytestmark = pytest.mark.django_db
HEALTH = reverse("privacy:health")


@pytest.fixture
def tb():
    return DocumentTypeFactory(is_health=True)


def agree(person):
    give_consent(person, ConsentKind.HEALTH, version="1", address=None)


def test_it_is_asked_alone_and_not_ticked(hers, amara):
    page = hers.get(HEALTH)

    assert list(page.context["form"].fields) == ["agree"]
    assert "checked" not in page.text
    answer = hers.post(HEALTH, {})
    assert answer.status_code == 422
    assert "Tick the box if you agree" in answer.text
    assert not has_consented(amara, ConsentKind.HEALTH)


def test_a_yes_is_recorded_with_version_time_and_address(hers, amara):
    Page.objects.create(slug="privacy", title="Privacy", body="", version="7")

    hers.post(HEALTH, {"agree": "on"}, REMOTE_ADDR="203.0.113.5")
    hers.post(HEALTH, {"agree": "on"})

    consent = amara.consents.get(kind=ConsentKind.HEALTH)
    assert (consent.version, consent.address) == ("7", "203.0.113.5")
    assert consent.at


@pytest.mark.parametrize(
    ("target", "lands"),
    [("/wallet/add/tb/", "/wallet/add/tb/"), ("https://evil.example/", "/privacy/your-data/")],
)
def test_she_goes_back_to_where_she_was_asked(hers, target, lands):
    assert hers.post(HEALTH, {"agree": "on", "next": target}).url == lands


def test_without_it_none_is_taken_by_whatever_way(amara, tb):
    with pytest.raises(ValidationError, match="only if their owner agrees"):
        add_document(amara, tb, _file("tb.pdf"), by=amara)
    assert not Document.objects.exists()

    agree(amara)
    add_document(amara, tb, _file("tb.pdf"), by=amara)
    assert Document.objects.count() == 1


def test_taken_back_the_records_are_deleted_at_once(hers, amara, tb):
    agree(amara)
    health = DocumentFactory(owner=amara, type=tb)
    other = DocumentFactory(owner=amara, type=DocumentTypeFactory(slug="cv", name="CV"))
    application = ApplicationFactory(learner=amara, status=Status.UNDER_REVIEW)
    ApplicationDocument.objects.create(application=application, document=health)
    assert "Your one health record is deleted at once" in hers.get(HEALTH).text

    hers.post(HEALTH, {"withdraw": "1"})

    assert list(Document.objects.all()) == [other]
    assert FileToDelete.objects.filter(name=health.file.name).exists()
    assert not has_consented(amara, ConsentKind.HEALTH)
    assert amara.consents.get(kind=ConsentKind.HEALTH).withdrawn_at
    assert Message.objects.get(template="privacy/health_withdrawn").user == amara
    assert Due.objects.filter(kind="learner.documents_changed", subject_id=amara.pk).exists()
    assert "May we keep your health records?" in hers.get(HEALTH).text


def test_taken_back_twice_is_taken_back_once(hers, amara):
    agree(amara)
    for _ in range(2):
        hers.post(HEALTH, {"withdraw": "1"})

    assert Message.objects.filter(template="privacy/health_withdrawn").count() == 1


def test_the_draft_asks_before_it_offers_an_upload(hers, amara, tb):
    draft = ApplicationFactory(learner=amara)
    draft.listing.requirements.create(type=tb)
    page = reverse("placements:documents", args=[draft.code])

    assert f"{HEALTH}?next={page}" in hers.get(page).text
    assert 'type="file"' not in hers.get(page).text
    agree(amara)
    assert 'type="file"' in hers.get(page).text
