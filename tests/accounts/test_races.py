"""Two uploads of one kind at once leave one current version, and lose neither."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import actions
from accounts.kinds import Scan
from accounts.models import Document, User
from audit.models import Event
from tests.factories.accounts import DocumentFactory, DocumentTypeFactory, LearnerFactory
from tests.papers import small_pdf

pytestmark = pytest.mark.django_db(transaction=True)
RIVALS = 4


def at_once(acts):
    together = Barrier(len(acts))

    def run(act):
        together.wait(timeout=20)
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_two_uploads_of_one_kind_leave_one_current_version():
    """Fails on the unique constraint where the owner's row is not locked first."""
    owner, kind = LearnerFactory().user, DocumentTypeFactory()
    add = reverse("accounts:document_add_type", args=[kind.slug])

    def upload(number):
        client = Client()
        client.force_login(User.objects.get(pk=owner.pk))
        file = SimpleUploadedFile(f"tb{number}.pdf", small_pdf(f"TB test {number}"))
        issued = timezone.localdate() - timedelta(days=30)
        return client.post(add, {"file": file, "issued_on": issued}).status_code

    answers = at_once([lambda number=number: upload(number) for number in range(RIVALS)])

    assert answers == [302] * RIVALS
    papers = owner.documents.order_by("pk")
    assert [paper.superseded_at is None for paper in papers].count(True) == 1
    assert {paper.name for paper in papers} == {f"tb{number}.pdf" for number in range(RIVALS)}
    assert all(paper.file.storage.exists(paper.file.name) for paper in papers)
    assert Event.objects.filter(verb="document.uploaded").count() == RIVALS


def test_a_virus_found_while_a_newer_version_comes_brings_nothing_back(settings):
    settings.CLAMAV_SOCKET = "127.0.0.1:9"
    owner, kind = LearnerFactory().user, DocumentTypeFactory()
    DocumentFactory(owner=owner, type=kind, superseded_at=timezone.now(), scan=Scan.CLEAN)
    waiting = DocumentFactory(
        owner=owner, type=kind, scan=Scan.WAITING, verified_at=None, verified_by=None
    )
    newer = SimpleUploadedFile("new.pdf", small_pdf("TB test"))

    def upload():
        client = Client()
        client.force_login(User.objects.get(pk=owner.pk))
        issued = timezone.localdate() - timedelta(days=30)
        add = reverse("accounts:document_add_type", args=[kind.slug])
        return client.post(add, {"file": newer, "issued_on": issued}).status_code

    def refuse():
        actions.keep_scan(Document.objects.get(pk=waiting.pk), virus="Eicar")

    at_once([upload, refuse])

    assert [paper.name for paper in owner.documents.current()] == ["new.pdf"]
