import pytest
from django.urls import reverse

from letters.models import IssuedDocument
from letters.states import LetterStatus
from tests.factories.letters import IssuedDocumentFactory, LetterRequestFactory, MatchSeasonFactory

pytestmark = pytest.mark.django_db

CERTIFICATES = reverse("admin:letters_issueddocument_changelist")
LETTERS = reverse("admin:letters_letterrequest_changelist")


def run(client, url, action, row, **more):
    return client.post(url, {"action": action, "_selected_action": [row.pk], **more}, follow=True)


@pytest.mark.parametrize("model", ["issueddocument", "letterrequest", "matchseason"])
def test_lists_and_pages_open(staff_client, model):
    rows = {
        "issueddocument": IssuedDocumentFactory,
        "letterrequest": LetterRequestFactory,
        "matchseason": MatchSeasonFactory,
    }
    row = rows[model]()
    assert staff_client.get(reverse(f"admin:letters_{model}_changelist")).status_code == 200
    change = reverse(f"admin:letters_{model}_change", args=[row.pk])
    assert staff_client.get(change).status_code == 200


def test_revoke_asks_why(staff_client):
    document = IssuedDocumentFactory()
    asked = run(staff_client, CERTIFICATES, "revoke", document)
    assert 'name="reason"' in asked.text

    run(staff_client, CERTIFICATES, "revoke", document, reason="Invented hours", asked="1")
    document.refresh_from_db()
    assert document.state == "revoked"
    assert document.revoke_reason == "Invented hours"


def test_reissue_replaces(staff_client):
    document = IssuedDocumentFactory()
    run(staff_client, CERTIFICATES, "reissue", document)
    document.refresh_from_db()
    assert document.state == "replaced"

    again = run(staff_client, CERTIFICATES, "reissue", document)
    assert "no longer valid" in again.text
    assert IssuedDocument.objects.count() == 2


def test_render_again_forgets_the_tries(staff_client):
    document = IssuedDocumentFactory(tries=12)
    run(staff_client, CERTIFICATES, "render_once_more", document)
    document.refresh_from_db()
    assert document.tries == 0


def test_nobody_writes_a_certificate_by_hand(staff_client):
    document = IssuedDocumentFactory()
    change = reverse("admin:letters_issueddocument_change", args=[document.pk])
    assert staff_client.post(change, {"number": "1"}).status_code == 403
    assert staff_client.get(reverse("admin:letters_issueddocument_add")).status_code == 403


def test_staff_cancel_but_never_read_the_private_note(staff_client):
    letter = LetterRequestFactory(decline_note="Too weak, frankly.")
    change = reverse("admin:letters_letterrequest_change", args=[letter.pk])
    page = staff_client.get(change).text
    assert "frankly" not in page
    assert letter.token not in page

    run(staff_client, LETTERS, "cancel", letter)
    letter.refresh_from_db()
    assert letter.status == LetterStatus.CANCELLED
