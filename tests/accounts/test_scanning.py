"""Nothing is opened before the scanner has seen it, and nothing waits for ever (promise C5)."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.core import checks
from django.core.files.base import ContentFile
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from accounts import actions, tasks
from accounts.kinds import RejectReason, Scan
from accounts.models import Document, Preview
from accounts.queries import documents_to_draw, documents_to_scan, wallet
from accounts.uploads import CleanFile, Refused, scanning
from audit.models import Event
from config import health
from outbox.models import Message
from tests.conftest import free_port
from tests.factories.accounts import DocumentFactory, DocumentTypeFactory, UserFactory
from tests.papers import drawn, small_pdf
from tests.scanner import EICAR, NAME, scanner_at

pytestmark = pytest.mark.django_db
WALLET = reverse("accounts:wallet")


@pytest.fixture
def scanner(settings):
    with scanner_at() as one:
        settings.CLAMAV_SOCKET = one.address
        yield one


@pytest.fixture
def no_scanner(settings):
    """Configured, and away."""
    settings.CLAMAV_SOCKET = f"127.0.0.1:{free_port()}"


def add(content, owner=None, kind=None):
    owner = owner or UserFactory()
    file = CleanFile(content, "application/pdf", "tb.pdf", 1)
    return actions.add_document(owner, kind or DocumentTypeFactory(), file, by=owner)


def paper_of(content, **more):
    return DocumentFactory(file=ContentFile(content, name="paper"), **more)


def opened_by(client, user, paper):
    client.force_login(user)
    answer = client.get(paper.get_absolute_url())
    return answer.status_code == 200 and bool(b"".join(answer))


def test_a_clean_file_is_opened_after_the_scan_and_not_before(client, scanner, staff_client):
    paper = add(small_pdf("TB test"))
    assert paper.scan == Scan.WAITING
    assert not opened_by(client, paper.owner, paper)
    assert staff_client.get(paper.get_absolute_url()).status_code == 404
    assert not documents_to_draw()

    tasks.scan_document(paper.pk)

    paper.refresh_from_db()
    assert (paper.scan, scanner.seen) == (Scan.CLEAN, [small_pdf("TB test")])
    assert opened_by(client, paper.owner, paper)
    assert list(documents_to_draw()) == [paper]
    assert Event.objects.filter(verb="document.scanned", subject_id=paper.pk).count() == 1


def test_a_picture_of_a_page_waits_too(client, scanner):
    paper = drawn(DocumentFactory(scan=Scan.WAITING, verified_at=None, verified_by=None))
    client.force_login(paper.owner)
    page = reverse("accounts:document_page", args=[paper.code, 1])

    assert client.get(page).status_code == 404
    tasks.draw_pages(paper.pk)
    tasks.scan_pending()
    assert b"".join(client.get(page))


def test_a_virus_is_refused_deleted_and_told(
    client, scanner, django_capture_on_commit_callbacks, staff_client
):
    paper = add(EICAR)
    storage, name = paper.file.storage, paper.file.name

    with django_capture_on_commit_callbacks(execute=True):
        tasks.scan_document(paper.pk)

    paper.refresh_from_db()
    assert (paper.scan, paper.virus, paper.state) == (Scan.INFECTED, NAME, "infected")
    assert not storage.exists(name)
    assert not opened_by(client, paper.owner, paper)
    mail = Message.objects.get(user=paper.owner)
    assert mail.template == "accounts/document_infected"
    assert NAME in mail.body
    assert "had a virus, so we deleted it" in client.get(WALLET).text
    listed = staff_client.get(reverse("admin:accounts_document_changelist"), {"scan": "infected"})
    assert list(listed.context["cl"].result_list) == [paper]
    judged = staff_client.get(reverse("admin:accounts_document_change", args=[paper.pk])).text
    assert NAME in judged
    assert "_accept" not in judged


def test_a_virus_in_a_newer_version_leaves_the_one_before(scanner):
    owner, kind = UserFactory(), DocumentTypeFactory()
    good = DocumentFactory(owner=owner, type=kind)
    bad = add(EICAR, owner, kind)

    tasks.scan_pending()

    assert list(owner.documents.current()) == [good]
    (row,) = wallet(owner).rows
    assert (row.document, row.refused) == (good, Document.objects.get(pk=bad.pk))


def test_a_version_between_with_a_virus_brings_nothing_back(scanner):
    owner, kind = UserFactory(), DocumentTypeFactory()
    DocumentFactory(owner=owner, type=kind, superseded_at=timezone.now())
    add(EICAR, owner, kind)
    newest = add(small_pdf("TB test"), owner, kind)

    tasks.scan_pending()

    assert list(owner.documents.current()) == [newest]


def test_a_scanner_that_is_away_loses_nothing(client, no_scanner, settings, caplog):
    paper = add(small_pdf("TB test"))

    tasks.scan_document(paper.pk)
    tasks.scan_pending()

    paper.refresh_from_db()
    assert paper.scan == Scan.WAITING
    assert not opened_by(client, paper.owner, paper)
    assert "being checked for viruses" in client.get(WALLET).text
    assert "The scanner is away" in caplog.text
    with scanner_at() as back:
        settings.CLAMAV_SOCKET = back.address
        tasks.scan_pending()
    paper.refresh_from_db()
    assert paper.scan == Scan.CLEAN


@pytest.mark.parametrize(
    "answers", ["INSTREAM size limit exceeded. ERROR", "stream: Can't allocate memory ERROR", "?"]
)
def test_an_answer_that_is_none_leaves_the_file_waiting(scanner, answers):
    scanner.answers = answers
    paper = add(small_pdf("TB test"))

    tasks.scan_pending()

    paper.refresh_from_db()
    assert paper.scan == Scan.WAITING


def test_a_scanner_that_hangs_is_left(scanner, monkeypatch):
    """And the sweep asks no further: every file would cost as long."""
    monkeypatch.setattr(scanning, "SECONDS", 0.3)
    scanner.hangs = True
    papers = [add(small_pdf("TB test")) for _ in range(3)]

    tasks.scan_pending()

    assert len(scanner.seen) == 1
    assert {paper.scan for paper in Document.objects.all()} == {Scan.WAITING}
    scanner.hangs = False
    tasks.scan_pending()
    assert Document.objects.filter(scan=Scan.CLEAN).count() == len(papers)


def test_a_scanner_behind_a_path_is_asked(settings):
    with TemporaryDirectory() as folder, scanner_at(Path(folder) / "clamd") as one:
        settings.CLAMAV_SOCKET = one.address
        assert scanning.find_virus(EICAR) == NAME
        assert scanning.find_virus(b"x" * 200_000) == ""
        assert len(one.seen[1]) == 200_000
        scanning.ping()
    with pytest.raises(scanning.Unreachable):
        scanning.find_virus(b"x")


def test_without_a_scanner_files_are_unscanned_and_open(client):
    paper = add(small_pdf("TB test"))

    tasks.scan_pending()
    tasks.scan_document(paper.pk)

    paper.refresh_from_db()
    assert paper.scan == Scan.UNSCANNED
    assert opened_by(client, paper.owner, paper)
    assert not documents_to_scan()
    assert not Document.objects.filter(scan=Scan.CLEAN).exists()


def test_a_scanner_that_comes_later_sees_what_was_there(client, scanner):
    good, bad = paper_of(small_pdf("TB test")), paper_of(EICAR)
    assert good.verified_at
    assert not opened_by(client, good.owner, good)

    tasks.scan_pending()

    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.scan, good.state) == (Scan.CLEAN, "verified")
    assert (bad.scan, bad.verified_at) == (Scan.INFECTED, None)


def test_what_waited_for_a_scanner_that_was_taken_away_opens(client):
    paper = DocumentFactory(scan=Scan.WAITING, verified_at=None, verified_by=None)
    assert not opened_by(client, paper.owner, paper)

    tasks.scan_pending()

    assert opened_by(client, paper.owner, paper)


def test_said_twice_it_is_one_verdict(scanner):
    paper = add(small_pdf("TB test"))
    actions.keep_scan(paper, virus="")

    actions.keep_scan(paper, virus=NAME)

    paper.refresh_from_db()
    assert paper.scan == Scan.CLEAN
    assert not Message.objects.exists()


def test_nobody_judges_what_nobody_could_open(scanner, dana):
    paper = add(small_pdf("TB test"))

    for judge in (
        lambda: actions.verify_document(paper, by=dana),
        lambda: actions.reject_document(paper, by=dana, reason=RejectReason.EXPIRED),
    ):
        with pytest.raises(Refused, match="Waits for the virus check"):
            judge()

    paper.refresh_from_db()
    assert paper.state == "uploaded"
    assert not Message.objects.exists()


def test_a_file_that_the_disk_lost_stops_no_other(scanner):
    lost, there = add(small_pdf("Lost")), add(small_pdf("There"))
    lost.file.storage.delete(lost.file.name)

    tasks.scan_pending()

    assert Document.objects.get(pk=there.pk).scan == Scan.CLEAN
    assert Document.objects.get(pk=lost.pk).scan == Scan.WAITING


def test_the_pictures_of_a_virus_go_with_it(scanner, django_capture_on_commit_callbacks):
    paper = drawn(paper_of(EICAR))

    with django_capture_on_commit_callbacks(execute=True):
        tasks.scan_pending()

    assert not Preview.objects.exists()
    assert not paper.file.storage.exists(paper.page_name(1))


@pytest.mark.parametrize("verified", [Scan.WAITING, Scan.INFECTED])
def test_what_is_accepted_has_no_virus(verified):
    more = {"virus": NAME, "superseded_at": timezone.now()} if verified == Scan.INFECTED else {}

    with pytest.raises(IntegrityError, match="document_accepted_has_no_virus"):
        DocumentFactory(scan=verified, **more)


@pytest.mark.parametrize(
    "facts",
    [
        {"scan": Scan.INFECTED, "virus": NAME},
        {"scan": Scan.INFECTED, "superseded_at": timezone.now()},
        {"scan": Scan.CLEAN, "virus": NAME},
    ],
)
def test_a_virus_has_a_name_and_is_never_current(facts):
    with pytest.raises(IntegrityError, match="document_with_a_virus_is_named_and_not_current"):
        DocumentFactory(verified_at=None, verified_by=None, **facts)


def test_the_deployment_check_warns_where_no_scanner_is_set(settings):
    def warnings():
        return [one.id for one in checks.run_checks(include_deployment_checks=True)]

    settings.CLAMAV_SOCKET = ""
    assert "accounts.W001" in warnings()
    settings.CLAMAV_SOCKET = "/run/clamav/clamd.ctl"
    assert "accounts.W001" not in warnings()


def test_readiness_tells_of_the_scanner(client, settings, scanner):
    def part():
        return client.get("/readyz").json()["parts"]["scanner"]

    assert part() == "ok"
    settings.CLAMAV_SOCKET = f"127.0.0.1:{free_port()}"
    assert part() == "unwell"
    settings.CLAMAV_SOCKET = ""
    assert part() == "not set"
    with pytest.raises(health.NotSet):
        health.CHECKS["scanner"]()
