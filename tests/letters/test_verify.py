import hashlib
import re

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from letters.actions.issuing import revoke_document
from letters.models import IssuedDocument
from tests.factories.accounts import StaffFactory
from tests.factories.letters import IssuedDocumentFactory

pytestmark = pytest.mark.django_db

FILE = b"%PDF-1.7 as we issued it"
URL = reverse("letters:verify")


@pytest.fixture
def document():
    issued = IssuedDocumentFactory()
    issued.file.save("c.pdf", ContentFile(FILE), save=False)
    issued.sha256, issued.rendered_at = hashlib.sha256(FILE).hexdigest(), timezone.now()
    issued.save()
    return issued


def page_of(client, code):
    return client.get(reverse("letters:verify_code", args=[code]))


def test_a_genuine_one_shows_what_is_printed(client, document):
    response = page_of(client, document.code)
    said = response.text

    assert response.status_code == 200
    assert "This certificate is genuine" in said
    for part in (
        document.facts["name"],
        "Observership in internal medicine, observation only",
        "160 approved hours, 4 weeks",
        document.number,
        document.printed_code,
        document.sha256,
    ):
        assert part in said


def test_nothing_beyond_the_paper(client, document):
    learner = document.placement.learner
    learner.learner_profile.aamc_id, learner.learner_profile.usmle_id = "14702398", "09876543"
    learner.learner_profile.save()
    said = page_of(client, document.code).text

    for secret in (learner.email, "14702398", "09876543", document.placement.code, "Lagos"):
        assert secret not in said


def test_what_is_frozen_counts(client, document):
    """Another name in the account, other dates in the placement: the page says what was issued."""
    learner = document.placement.learner
    was, learner.name = learner.name, "Somebody Else"
    learner.save()
    said = page_of(client, document.code).text

    assert was in said
    assert "Somebody Else" not in said


def test_it_is_kept_out_of_search_and_cache(client, document):
    response = page_of(client, document.code)

    assert "noindex" in response["X-Robots-Tag"]
    assert '<meta name="robots" content="noindex">' in response.text
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("spell", [str.lower, lambda c: "-".join(re.findall("..?.?.?", c))])
def test_case_and_dashes_do_not_matter(client, document, spell):
    typed = client.get(URL, {"code": f" {spell(document.code)} "})
    assert typed["Location"] == document.get_absolute_url()

    assert page_of(client, spell(document.code))["Location"] == document.get_absolute_url()


def test_the_square_in_capitals_leads_there(client, document):
    for path in (f"/VERIFY/{document.code}", f"/VERIFY/{document.code}/"):
        assert client.get(path)["Location"] == document.get_absolute_url()


def test_an_unknown_code_says_so(client):
    response = page_of(client, "W7QF3KX9MTREP6V2H")

    assert response.status_code == 404
    assert "There is no certificate with this code" in response.text
    assert "genuine</b>" not in response.text


@pytest.mark.parametrize("code", ["x", "0" * 500, "%00", "é" * 17, "..", "-", "W7QF 3KX9"])
def test_nonsense_is_unknown(client, code):
    assert client.get(f"/verify/{code}/", follow=True).status_code in {400, 404}


@pytest.mark.parametrize(
    ("code", "words"),
    [("", "under the square"), ("W7QF", "This one has 4"), ("O0I1", "no 0, 1, I")],
)
def test_a_mistyped_code_is_explained(client, code, words):
    response = client.get(URL, {"code": code})

    assert response.status_code == 422
    assert words in response.text
    assert "Error: " in response.text


def test_a_withdrawn_one_says_since_when_and_not_why(client, document):
    revoke_document(document, by=StaffFactory(), reason="The hours were invented.")
    said = page_of(client, document.code).text

    assert "This certificate was withdrawn" in said
    assert "genuine" not in said
    assert "invented" not in said


def test_a_replaced_one_names_the_number_that_counts(client, document):
    newer = IssuedDocumentFactory(revoked_at=timezone.now(), revoked_by=StaffFactory())
    IssuedDocument.objects.filter(pk=document.pk).update(replaced_by=newer)
    said = page_of(client, document.code).text

    assert "replaced by a newer one" in said
    assert newer.number in said
    assert newer.code not in said
    assert "genuine" not in said


def test_changed_facts_do_not_pass(client, document):
    document.facts["hours"] = "161"
    document.save()
    said = page_of(client, document.code).text

    assert "does not pass our own check" in said
    assert "161" not in said


def test_under_a_key_that_was_withdrawn_the_row_counts(client, document, settings):
    settings.CERTIFICATE_KEY = "YW5vdGhlciBzZWVkIG9mIHRoaXJ0eS10d28gYnl0ZXM="
    assert "This certificate is genuine" in page_of(client, document.code).text


@pytest.mark.parametrize(
    ("content", "words"),
    [(FILE, "the one we issued, to the last byte"), (FILE + b" ", "not the file we issued")],
)
def test_a_file_is_compared(client, document, content, words):
    file = SimpleUploadedFile("c.pdf", content, content_type="application/pdf")
    response = client.post(reverse("letters:compare", args=[document.code]), {"file": file})

    assert response.status_code == 200
    assert words in response.text


def test_a_compared_file_is_not_kept(client, document, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1
    file = SimpleUploadedFile("c.pdf", b"x" * 3_000_000)
    client.post(reverse("letters:compare", args=[document.code]), {"file": file})

    assert list(tmp_path.iterdir()) == []


def test_a_large_file_is_refused_in_words(client, document):
    url = reverse("letters:compare", args=[document.code])
    file = SimpleUploadedFile("c.pdf", b"x" * 10_000_001)
    assert "is 10.0 MB" in client.post(url, {"file": file}).text

    response = client.post(url, {"file": SimpleUploadedFile("c.pdf", b"x" * 11_000_000)})
    assert response.status_code == 413
    assert "too large" in response.text


def test_no_file_is_asked_for(client, document):
    response = client.post(reverse("letters:compare", args=[document.code]), {})
    assert response.status_code == 422
    assert "Choose the PDF file" in response.text


def test_comparing_needs_the_forms_token(document):
    file = SimpleUploadedFile("c.pdf", FILE)
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(reverse("letters:compare", args=[document.code]), {"file": file})
    assert response.status_code == 403


def test_thirty_tries_a_minute(client, document):
    cache.clear()  # a test that committed may have looked a moment ago
    answers = [page_of(client, document.code).status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]

    response = page_of(client, document.code)
    assert response["Retry-After"] == "60"
    other = client.get(document.get_absolute_url(), REMOTE_ADDR="192.0.2.7")
    assert other.status_code == 200


def test_a_verdict_takes_few_queries_most_for_the_limit(
    client, document, django_assert_max_num_queries
):
    page_of(client, document.code)
    with django_assert_max_num_queries(14):
        page_of(client, document.code)


def test_keys_are_published(client):
    response = client.get("/.well-known/certificate-keys.json")

    assert response["Content-Type"] == "application/json"
    assert response.json()["keys"][0]["crv"] == "Ed25519"
