"""Who may download a certificate."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from letters.actions.issuing import revoke_document
from tests.factories.accounts import LearnerFactory, PreceptorFactory, StaffFactory
from tests.factories.letters import IssuedDocumentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def document():
    issued = IssuedDocumentFactory()
    issued.file.save("c.pdf", ContentFile(b"%PDF-1.7 certificate"), save=False)
    issued.sha256, issued.rendered_at = "0" * 64, timezone.now()
    issued.save()
    return issued


def certificate_url(document):
    return reverse("letters:certificate", args=[document.code])


def test_certificates_are_for_those_whom_they_concern(client, document, staff_client):
    placement = document.placement
    for user, status in (
        (placement.learner, 200),
        (placement.preceptor.user, 200),
        (LearnerFactory().user, 404),
        (PreceptorFactory().user, 404),
    ):
        client.force_login(user)
        response = client.get(certificate_url(document))
        assert response.status_code == status
        if status == 200:
            assert b"".join(response.streaming_content) == b"%PDF-1.7 certificate"
            assert (
                f'filename="certificate-{document.number}.pdf"' in (response["Content-Disposition"])
            )
    response = staff_client.get(certificate_url(document))
    assert response.status_code == 200
    response.close()


def test_a_certificate_asks_for_sign_in(client, document):
    assert "/accounts/login/" in client.get(certificate_url(document))["Location"]


def test_a_certificate_that_is_being_made_says_so(client):
    document = IssuedDocumentFactory()
    client.force_login(document.placement.learner)
    response = client.get(certificate_url(document))
    assert response.status_code == 202
    assert "being made" in response.text


def test_a_withdrawn_certificate_is_not_handed_out(client, document):
    revoke_document(document, by=StaffFactory(), reason="A test")
    client.force_login(document.placement.learner)
    assert client.get(certificate_url(document))["Location"] == document.get_absolute_url()
