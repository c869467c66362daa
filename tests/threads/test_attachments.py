"""Files of messages: as hostile as any upload, for those who are part of it, and remembered."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.actions import add_document, refuse_hoard
from accounts.codes import new_code
from accounts.kinds import Scan
from accounts.uploads import CleanFile, Refused
from audit.models import Event
from tests.accounts.test_hostile_files import stored
from tests.factories.accounts import DocumentFactory, DocumentTypeFactory, LearnerFactory
from tests.hostile import CORPUS
from tests.papers import small_pdf
from tests.scanner import EICAR, scanner_at
from tests.threads.conftest import say
from threads.models import Attachment, Message
from threads.tasks import scan_attachments

pytestmark = pytest.mark.django_db
PDF = CleanFile(small_pdf("A letter"), "application/pdf", "letter.pdf", 1)


def posted(*files, text="See the file"):
    return {"text": text, "key": new_code(), "after": 0, "attachments": list(files)}


def upload(name="letter.pdf", content=None):
    return SimpleUploadedFile(name, small_pdf("A letter") if content is None else content)


def address(attachment):
    return reverse("threads:attachment", args=[attachment.code])


def test_it_leaves_as_a_download_to_those_who_are_part_of_it(client, talking):
    client.force_login(talking.learner)
    assert client.post(talking.url, posted(upload("O'Hara.pdf"))).status_code == 302
    attachment = Attachment.objects.get()
    assert attachment.file.name.startswith("attachments/")
    assert "O'Hara" not in attachment.file.name

    for person in (talking.learner, talking.host, talking.delegate):
        client.force_login(person)
        assert "O&#x27;Hara.pdf" in client.get(talking.url).text
        answer = client.get(address(attachment))
        assert answer.status_code == 200
        assert answer["Content-Disposition"].startswith("attachment;")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    readers = Event.objects.filter(verb="attachment.read").values_list("by", flat=True)
    assert set(readers) == {talking.learner.pk, talking.host.pk, talking.delegate.pk}
    event = Event.objects.get(verb="attachment.read", by=talking.delegate)
    assert event.on_behalf_of == talking.host


@pytest.mark.parametrize("who", ["nobody", "other learner"])
def test_to_others_it_does_not_exist(client, talking, who):
    attachment = say(talking.application, talking.learner, files=[PDF]).attachments.get()
    if who == "other learner":
        client.force_login(LearnerFactory().user)

    assert client.get(address(attachment)).status_code == (302 if who == "nobody" else 404)
    assert not Event.objects.filter(verb="attachment.read").exists()


@pytest.mark.parametrize("what", CORPUS)
def test_a_hostile_file_is_refused_in_words_and_nothing_stays(client, talking, what):
    name, content, _code = CORPUS[what]
    before = stored()
    client.force_login(talking.learner)

    page = client.post(talking.url, posted(upload(name, content), text="My words"))

    assert page.status_code == 422
    assert page.context["form"].errors["attachments"]
    assert "My words" in page.text
    assert "Choose the files once more" in page.text
    assert stored() == before
    assert not Message.objects.exists()


def test_three_files_a_message(client, talking):
    client.force_login(talking.learner)

    four = client.post(talking.url, posted(*(upload(f"{n}.pdf") for n in range(4))))
    three = client.post(talking.url, posted(*(upload(f"{n}.pdf") for n in range(3))))

    assert four.status_code == 422
    assert "Choose 3 files at most." in four.text
    assert three.status_code == 302
    assert Attachment.objects.count() == 3


def test_they_count_with_the_papers_of_the_wallet(client, talking):
    kind = DocumentTypeFactory(is_health=False)
    for n in range(99):
        DocumentFactory(owner=talking.learner, type=kind, superseded_at="2026-01-01T00:00Z", size=n)
    say(talking.application, talking.learner, files=[PDF])
    before = stored()

    with pytest.raises(Refused):
        add_document(talking.learner, kind, PDF, by=talking.learner)
    client.force_login(talking.learner)
    page = client.post(talking.url, posted(upload(), text="My words"))

    assert page.status_code == 422
    assert "100 files" in page.text
    assert "My words" in page.text
    assert Message.objects.count() == 1
    assert stored() == before


def test_their_bytes_count_together(talking):
    refuse_hoard(talking.learner, 300_000_000)
    say(talking.application, talking.learner, files=[PDF])

    with pytest.raises(Refused):
        refuse_hoard(talking.learner, 300_000_000)


def test_with_a_scanner_nobody_opens_what_it_has_not_seen(client, talking, settings):
    settings.CLAMAV_SOCKET = "/nowhere"
    attachment = say(talking.application, talking.learner, files=[PDF]).attachments.get()
    client.force_login(talking.host)

    assert attachment.scan == Scan.WAITING
    assert client.get(address(attachment)).status_code == 404
    assert "being checked for viruses" in client.get(talking.url).text


@pytest.mark.parametrize("virus", [False, True])
def test_the_scanner_s_word_opens_a_file_or_deletes_it(
    client, talking, settings, virus, django_capture_on_commit_callbacks
):
    content = EICAR if virus else PDF.content
    with scanner_at() as scanner, django_capture_on_commit_callbacks(execute=True):
        settings.CLAMAV_SOCKET = scanner.address
        file = CleanFile(content, "application/pdf", "letter.pdf", 1)
        attachment = say(talking.application, talking.learner, files=[file]).attachments.get()
        scan_attachments()
    attachment.refresh_from_db()
    client.force_login(talking.host)

    assert attachment.scan == (Scan.INFECTED if virus else Scan.CLEAN)
    answer = client.get(address(attachment))
    assert answer.status_code == (404 if virus else 200)
    if not virus:
        assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert ("had a virus, deleted" in client.get(talking.url).text) is virus
    assert attachment.file.storage.exists(attachment.file.name) is not virus
