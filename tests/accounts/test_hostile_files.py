"""A corpus of hostile files, sent as a learner would: each is refused in words, and nothing stays."""

import re
import time

import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.kinds import Validity
from accounts.models import Document
from audit.models import Event
from clocks.models import Due
from outbox.models import Message
from tests.factories.accounts import DocumentTypeFactory, LearnerFactory
from tests.hostile import CORPUS, PAPER
from tests.papers import refused

pytestmark = pytest.mark.django_db
JARGON = re.compile(
    r"polyglot|magic|parse|MIME|exception|error|invalid|payload|header|None|\{|%\(", re.IGNORECASE
)


@pytest.fixture
def cv():
    return DocumentTypeFactory(
        slug="cv", name="CV", is_health=False, validity=Validity.NONE, validity_months=None
    )


@pytest.fixture
def hers(client):
    client.force_login(LearnerFactory().user)
    return client


def stored():
    """Everything that lies in the private storage, however deep."""
    storage, found, folders = storages["private"], set(), [""]
    while folders:
        folder = folders.pop()
        if folder and not storage.exists(folder):
            continue
        inner, files = storage.listdir(folder or ".")
        folders += [f"{folder}/{name}".lstrip("/") for name in inner]
        found |= {f"{folder}/{name}" for name in files}
    return found


def test_the_corpus_is_large_enough():
    assert len(CORPUS) >= 40


@pytest.mark.parametrize("what", CORPUS)
def test_a_hostile_file_is_refused_in_words_and_nothing_stays(hers, cv, what):
    name, content, code = CORPUS[what]
    before, began = stored(), time.process_time()
    add = reverse("accounts:document_add_type", args=[cv.slug])

    answer = hers.post(add, {"file": SimpleUploadedFile(name, content)})

    assert time.process_time() - began < 3
    assert answer.status_code == 422
    errors = answer.context["form"].errors
    assert {field: [one.code for one in errors.as_data()[field]] for field in errors} == {
        "file": [code]
    }
    (words,) = errors["file"]
    assert words.endswith((".", "?"))
    assert not JARGON.search(words), words
    assert '<span class="invalid-feedback d-block">' in answer.text
    assert not Document.objects.exists()
    assert not Event.objects.exists()
    assert not Message.objects.exists()
    assert not Due.objects.exists()
    assert stored() == before


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("../../etc/cron.d/cv.pdf", "cv.pdf"),
        (r"C:\Users\amara\cv.pdf", "cv.pdf"),
        ("cv\u202efdp.exe.pdf", "cvfdp.exe.pdf"),
        ("\u2066cv\u2069\u200f.pdf", "cv.pdf"),
    ],
)
def test_a_path_or_a_direction_mark_never_arrives(hers, cv, sent, shown):
    """The framework's parser cuts both off, so there is no name left to refuse."""
    before = stored()
    upload = SimpleUploadedFile("cv.pdf", PAPER)
    upload._name = sent

    hers.post(reverse("accounts:document_add_type", args=[cv.slug]), {"file": upload})

    assert Document.objects.get().name == shown
    (new,) = stored() - before
    assert re.fullmatch(r"documents/[\w-]{22}", new.lstrip("/"))


def test_a_refusal_says_nothing_of_the_name_it_was_given():
    refusal = refused(b"x", "<script>.pdf")

    assert "script" not in refusal.messages[0]
