"""Adding, replacing, dating and deleting papers, page by page."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.actions import give_consent
from accounts.kinds import ConsentKind, Family, Validity
from accounts.models import Document
from accounts.uploads import MAX_AT_ONCE
from accounts.views.documents import UPLOADS
from audit.models import Event
from tests.factories.accounts import DocumentFactory, DocumentTypeFactory, LearnerFactory
from tests.factories.placements import ApplicationFactory
from tests.papers import small_pdf

pytestmark = pytest.mark.django_db
WALLET, CHOOSE = reverse("accounts:wallet"), reverse("accounts:document_add")


@pytest.fixture
def amara():
    return LearnerFactory().user


@pytest.fixture
def hers(client, amara):
    client.force_login(amara)
    return client


def kind_of(validity=Validity.NONE, slug="paper", **more):
    months = 12 if validity == Validity.MONTHS else None
    return DocumentTypeFactory(
        slug=slug, name=slug.title(), validity=validity, validity_months=months, **more
    )


def add(kind):
    return reverse("accounts:document_add_type", args=[kind.slug])


def dates(paper):
    return reverse("accounts:document_dates", args=[paper.code])


def pdf(name="paper.pdf"):
    return SimpleUploadedFile(name, small_pdf("A paper"))


def photo(name="page.jpg"):
    out = BytesIO()
    Image.new("RGB", (60, 40)).save(out, "JPEG")
    return SimpleUploadedFile(name, out.getvalue())


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


def test_she_chooses_which_paper_it_is(hers, amara):
    kind_of(slug="diploma", families=[Family.IMG_GRADUATE])
    kind_of(slug="rn", families=[Family.NP_STUDENT])
    late = kind_of(Validity.PRINTED, slug="passport")
    DocumentFactory(owner=amara, type=late, expires_on=in_days(-1))

    page = hers.get(CHOOSE, {"next": WALLET}).text

    for kind in ("diploma", "passport"):
        assert f"/wallet/add/{kind}/?next=/wallet/" in page
    assert "/wallet/add/rn/" not in page


def test_a_link_may_name_the_paper(hers):
    kind = kind_of(slug="tb")

    assert hers.get(CHOOSE, {"type": "tb"}).url == add(kind)
    assert hers.get(CHOOSE, {"type": "tb", "next": WALLET}).url == f"{add(kind)}?next=%2Fwallet%2F"
    assert hers.get(CHOOSE, {"type": "unknown\x01"}).status_code == 200


@pytest.mark.parametrize(
    ("validity", "asked"),
    [
        (Validity.NONE, ["issued_on"]),
        (Validity.MONTHS, ["issued_on", "expires_on"]),
        (Validity.PRINTED, ["expires_on"]),
        (Validity.POLICY, ["expires_on"]),
        (Validity.SEASON, ["issued_on"]),
        (Validity.BLOCK, []),
        (Validity.PLACEMENT, []),
    ],
)
def test_only_the_dates_that_count_are_asked(hers, validity, asked):
    page = hers.get(add(kind_of(validity)))

    fields = page.context["form"].fields
    assert [name for name in ("issued_on", "expires_on") if name in fields] == asked


@pytest.mark.parametrize(
    ("validity", "sent", "field", "words"),
    [
        (Validity.MONTHS, {}, "issued_on", "Enter the date on it"),
        (Validity.PRINTED, {}, "expires_on", "Enter until when it is valid."),
        (Validity.POLICY, {"expires_on": "soon"}, "expires_on", "Enter a valid date."),
        (Validity.SEASON, {}, "issued_on", "Enter the day of your dose."),
        (Validity.PRINTED, {"expires_on": -9}, "expires_on", "It has expired on this day."),
        (Validity.MONTHS, {"issued_on": 9}, "issued_on", "This day has not come yet."),
        (Validity.MONTHS, {"issued_on": "0001-01-01"}, "issued_on", "Check the year."),
        (Validity.MONTHS, {"issued_on": "10000-01-01"}, "issued_on", "Enter a valid date."),
        (Validity.PRINTED, {"expires_on": "9999-12-31"}, "expires_on", "Check the year."),
        (
            Validity.MONTHS,
            {"issued_on": 0, "expires_on": -1},
            "expires_on",
            "It cannot expire before it was issued.",
        ),
    ],
)
def test_dates_that_are_missing_or_wrong(hers, validity, sent, field, words):
    days = {name: in_days(day) if isinstance(day, int) else day for name, day in sent.items()}

    answer = hers.post(add(kind_of(validity)), {"file": pdf(), **days})

    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    assert "<title>Error: " in answer.text
    assert not Document.objects.exists()


def test_all_problems_are_told_at_once(hers):
    kind = kind_of(Validity.MONTHS)

    answer = hers.post(add(kind), {"file": SimpleUploadedFile("a.svg", b"<svg/>")})

    assert set(answer.context["form"].errors) == {"file", "issued_on"}


@pytest.mark.parametrize("method", ["get", "post"])
def test_health_records_wait_for_a_yes_of_their_own(hers, amara, method):
    kind = kind_of(is_health=True)

    answer = getattr(hers, method)(add(kind), {"file": pdf()} if method == "post" else {})

    assert answer.url.startswith("/privacy/health/?next=")
    assert not Document.objects.exists()
    assert not amara.consents.exists()


def test_after_the_yes_health_records_are_taken(hers, amara):
    give_consent(amara, ConsentKind.HEALTH, version="1", address=None)

    assert hers.post(add(kind_of(is_health=True)), {"file": pdf()}).url == WALLET


def test_several_pictures_become_one_document(hers, amara):
    hers.post(add(kind_of()), {"file": [photo("front.jpg"), photo("back.jpg"), pdf()]})

    paper = amara.documents.get()
    assert (paper.name, paper.content_type, paper.pages) == ("front.pdf", "application/pdf", 3)


def test_one_bad_picture_among_several_is_named(hers):
    bad = SimpleUploadedFile("back.gif", b"GIF89a")

    answer = hers.post(add(kind_of()), {"file": [photo("front.jpg"), bad]})

    assert answer.status_code == 422
    assert "back.gif: Save the picture as JPG or PNG" in answer.text
    assert not Document.objects.exists()


def test_more_files_than_a_document_has_pages_are_refused(hers):
    answer = hers.post(
        add(kind_of()), {"file": [photo(f"{n}.jpg") for n in range(MAX_AT_ONCE + 1)]}
    )

    assert answer.status_code == 422
    assert f"Choose {MAX_AT_ONCE} files at most." in answer.text


def test_a_huge_file_is_refused_whole(hers):
    huge = SimpleUploadedFile("paper.pdf", b"%PDF-1.7\n" + b"0" * 25_000_000)

    answer = hers.post(add(kind_of()), {"file": huge})

    assert answer.status_code == 422
    assert "larger than 20 MB" in answer.text


def test_too_many_uploads_in_an_hour_wait(hers, monkeypatch):
    monkeypatch.setitem(UPLOADS, "upload", "1/h/user")
    kind = kind_of()
    hers.post(add(kind), {"file": pdf()})

    answer = hers.post(add(kind), {"file": pdf("second.pdf")})

    assert answer.status_code == 429
    assert "many files in one hour" in answer.text
    assert Document.objects.count() == 1


def test_afterwards_she_is_where_she_came_from(hers):
    back = reverse("placements:my_applications")

    assert f'value="{back}"' in hers.get(add(kind_of()), {"next": back}).text
    assert hers.post(add(kind_of()), {"file": pdf(), "next": back}).url == back


def test_the_page_of_a_paper_shows_what_is_there_and_what_was(hers, amara):
    kind = kind_of()
    sent = DocumentFactory(owner=amara, type=kind, name="old.pdf", superseded_at=timezone.now())
    ApplicationFactory(learner=amara).sent_documents.create(document=sent)
    now = DocumentFactory(owner=amara, type=kind, name="new.pdf")

    page = hers.get(add(kind)).text

    assert "1 earlier version" in page
    assert sent.get_absolute_url() in page
    assert reverse("accounts:document_remove", args=[now.code]) in page
    assert reverse("accounts:document_remove", args=[sent.code]) not in page


def test_dates_are_corrected_and_looked_at_again(hers, amara):
    paper = DocumentFactory(owner=amara, type=kind_of(Validity.PRINTED), issued_on=None)
    assert hers.get(dates(paper)).status_code == 200

    answer = hers.post(dates(paper), {"expires_on": in_days(400)})

    paper.refresh_from_db()
    assert answer.url == WALLET
    assert (paper.expires_on, paper.state) == (in_days(400), "uploaded")
    assert Event.objects.filter(verb="document.dated", by=amara).count() == 1


def test_the_same_dates_change_nothing(hers, amara):
    paper = DocumentFactory(
        owner=amara, type=kind_of(Validity.PRINTED), issued_on=None, expires_on=in_days(9)
    )

    hers.post(dates(paper), {"expires_on": in_days(9)})

    paper.refresh_from_db()
    assert paper.state == "verified"
    assert not Event.objects.exists()


def test_wrong_dates_are_told_and_kept(hers, amara):
    paper = DocumentFactory(owner=amara, type=kind_of(Validity.PRINTED), issued_on=None)

    answer = hers.post(dates(paper), {"expires_on": "2001-02-03"})

    assert answer.status_code == 422
    assert 'value="2001-02-03"' in answer.text
    paper.refresh_from_db()
    assert paper.expires_on is None


def test_dates_of_papers_that_are_not_hers_or_have_none_are_not_found(hers, amara):
    papers = [
        DocumentFactory(type=kind_of(Validity.PRINTED)),
        DocumentFactory(owner=amara, type=kind_of(Validity.BLOCK, slug="approval")),
        DocumentFactory(owner=amara, type=kind_of(slug="cv"), superseded_at=timezone.now()),
    ]

    assert [hers.get(dates(paper)).status_code for paper in papers] == [404, 404, 404]


def test_a_file_that_the_disk_lost_is_not_found(hers, amara):
    paper = DocumentFactory(owner=amara)
    paper.file.storage.delete(paper.file.name)

    assert hers.get(paper.get_absolute_url()).status_code == 404
    assert not Event.objects.filter(verb="document.read").exists()


@pytest.mark.parametrize("name", ["tb \u202e.pdf", "Nwọ́sù’s “TB”; test.pdf", 'a"b.pdf', "x" * 100])
def test_any_name_leaves_safely(hers, amara, name):
    paper = DocumentFactory(owner=amara, name=name)

    answer = hers.get(paper.get_absolute_url())

    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert "\n" not in answer["Content-Disposition"]
    answer.close()
