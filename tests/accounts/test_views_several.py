"""Several papers of different kinds at once, and their dates read back."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.actions import give_consent
from accounts.forms import MAX_ROWS
from accounts.kinds import ConsentKind, Family, Validity
from accounts.models import Document
from accounts.views.documents import UPLOADS
from audit.models import Event
from tests.factories.accounts import DocumentFactory, DocumentTypeFactory, LearnerFactory
from tests.papers import small_pdf

pytestmark = pytest.mark.django_db
WALLET, SEVERAL = reverse("accounts:wallet"), reverse("accounts:documents_add")
CHECK = reverse("accounts:documents_check")


@pytest.fixture
def amara():
    return LearnerFactory().user


@pytest.fixture
def hers(client, amara):
    client.force_login(amara)
    return client


@pytest.fixture
def cv():
    return DocumentTypeFactory(
        slug="cv", name="CV", validity=Validity.NONE, validity_months=None, is_health=False
    )


@pytest.fixture
def tb(amara):
    give_consent(amara, ConsentKind.HEALTH, version="1", address=None)
    return DocumentTypeFactory(is_health=True)


def pdf(name="paper.pdf", content=None):
    return SimpleUploadedFile(name, small_pdf("A paper") if content is None else content)


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


def test_papers_of_different_kinds_are_added_at_once(hers, amara, cv, tb):
    answer = hers.post(
        SEVERAL,
        {"0-file": pdf("cv.pdf"), "0-kind": "cv", "2-file": [pdf("front.pdf"), pdf("back.pdf")],
         "2-kind": "tb", "2-issued_on": in_days(-9)},
    )  # fmt: skip

    papers = {paper.type.slug: paper for paper in amara.documents.all()}
    assert {slug: (paper.name, paper.pages) for slug, paper in papers.items()} == {
        "cv": ("cv.pdf", 1), "tb": ("front.pdf", 2),
    }  # fmt: skip
    assert answer.url == f"{CHECK}?paper={papers['tb'].code}"


def test_what_is_good_is_kept_and_the_rest_is_asked_again(hers, amara, cv, tb):
    answer = hers.post(
        SEVERAL,
        {"0-file": pdf("cv.pdf"), "0-kind": "cv",
         "1-file": pdf("tb.pdf", b"<script>"), "1-kind": "tb", "1-issued_on": in_days(-9)},
    )  # fmt: skip

    assert answer.status_code == 422
    assert [paper.name for paper in amara.documents.all()] == ["cv.pdf"]
    assert "<title>Error: " in answer.text
    assert "whatever its name says" in answer.text
    assert f'name="1-issued_on" value="{in_days(-9)}"' in answer.text
    assert 'name="0-kind"' not in answer.text
    assert "These are in your wallet" in answer.text


@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        ({"0-file": "a file"}, "kind", "Choose which one it is."),
        ({"0-file": "a file", "0-kind": "made-up"}, "kind", "Select a valid choice"),
        ({"0-kind": "cv"}, "file", "Choose a file."),
        ({"0-kind": "cv", "0-file": b""}, "file", "The file is empty."),
    ],
)
def test_a_row_that_lacks_something_says_so(hers, cv, sent, field, words):
    data = {name: pdf() if value == "a file" else value for name, value in sent.items()}
    if "0-file" in sent and sent["0-file"] == b"":
        data["0-file"] = pdf(content=b"")

    answer = hers.post(SEVERAL, data)

    assert answer.status_code == 422
    (row,) = answer.context["rows"]
    assert words in " ".join(row.errors[field])
    assert not Document.objects.exists()


def test_one_kind_chosen_twice_is_asked_about(hers, amara, cv):
    answer = hers.post(
        SEVERAL, {"0-file": pdf("a.pdf"), "0-kind": "cv", "1-file": pdf("b.pdf"), "1-kind": "cv"}
    )

    assert answer.status_code == 422
    assert "It is there twice." in answer.text
    assert [paper.name for paper in amara.documents.all()] == ["a.pdf"]


def test_nothing_chosen_is_told(hers, cv):
    answer = hers.post(SEVERAL, {})

    assert answer.status_code == 422
    assert "Choose a file." in answer.text
    assert "<title>Error: " in answer.text


def test_no_more_rows_than_the_page_has_are_read(hers, cv):
    hers.post(SEVERAL, {f"{MAX_ROWS}-file": pdf(), f"{MAX_ROWS}-kind": "cv"})

    assert not Document.objects.exists()


def test_rows_count_towards_the_limit_of_an_hour(hers, cv, tb, monkeypatch):
    monkeypatch.setitem(UPLOADS, "upload", "1/h/user")

    answer = hers.post(
        SEVERAL,
        {"0-file": pdf(), "0-kind": "cv", "1-file": pdf(), "1-kind": "tb",
         "1-issued_on": in_days(-9)},
    )  # fmt: skip

    assert "many files in one hour" in answer.text
    assert [paper.type.slug for paper in Document.objects.all()] == ["cv"]


def test_only_what_somebody_like_her_has_is_offered(hers, cv):
    DocumentTypeFactory(slug="rn", name="RN license", families=[Family.NP_STUDENT])

    page = hers.get(SEVERAL).text

    assert 'value="cv"' in page
    assert 'value="rn"' not in page


def test_health_records_are_offered_once_she_has_agreed(hers, amara, cv):
    DocumentTypeFactory(is_health=True)

    page = hers.get(SEVERAL).text
    assert 'value="tb"' not in page
    assert reverse("privacy:health") in page
    row = {"0-file": pdf(), "0-kind": "tb", "0-issued_on": in_days(-9)}
    assert hers.post(SEVERAL, row).status_code == 422
    assert not Document.objects.exists()

    give_consent(amara, ConsentKind.HEALTH, version="1", address=None)
    page = hers.get(SEVERAL).text
    assert 'value="tb"' in page
    assert reverse("privacy:health") not in page


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_asks_as_much_for_three_kinds_as_for_one(hers, number, django_assert_num_queries):
    for kind in range(number):
        DocumentTypeFactory(slug=f"k{kind}", name=f"K {kind}")
    hers.get(SEVERAL)

    with django_assert_num_queries(9):
        assert hers.get(SEVERAL).status_code == 200


def check_of(paper):
    return f"{CHECK}?paper={paper.code}"


def test_dates_are_read_back_in_long_form_and_confirmed(hers, amara, tb):
    paper = DocumentFactory(
        owner=amara, type=tb, issued_on=date(2026, 5, 14), verified_at=None,
        verified_by=None,
    )  # fmt: skip

    page = hers.get(check_of(paper)).text

    assert "Thursday, May 14, 2026" in page
    assert "Thursday, May 13, 2027" in page
    assert reverse("accounts:document_dates", args=[paper.code]) in page
    assert not Event.objects.exists()

    answer = hers.post(CHECK, {"paper": paper.code, "next": "/applications/"})

    assert answer.url == "/applications/"
    event = Event.objects.get(verb="document.dates_confirmed")
    assert (event.subject_id, event.by) == (str(paper.pk), amara)
    assert event.detail["issued_on"] == "2026-05-14"


def test_nobody_confirms_the_dates_of_another(hers, tb):
    paper = DocumentFactory(type=tb)

    assert hers.get(check_of(paper)).url == WALLET
    assert hers.post(CHECK, {"paper": paper.code, "next": "//evil.example"}).url == WALLET
    assert not Event.objects.exists()


def test_nothing_to_read_back_leads_to_the_wallet(hers):
    assert hers.get(CHECK).url == WALLET
