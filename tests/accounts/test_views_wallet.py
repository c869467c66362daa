"""A learner's wallet: what she puts in, who opens it, and how it leaves."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.kinds import DocumentGroup, Validity
from accounts.models import Document
from audit.models import Event
from placements.states import Status
from tests.factories.accounts import DocumentFactory, DocumentTypeFactory, UserFactory
from tests.factories.placements import ApplicationFactory, learner
from tests.factories.rotations import ListingFactory, RequirementFactory
from tests.papers import small_pdf

pytestmark = pytest.mark.django_db
WALLET, CHECK = reverse("accounts:wallet"), reverse("accounts:documents_check")


@pytest.fixture
def tb():
    return DocumentTypeFactory()


@pytest.fixture
def passport():
    return DocumentTypeFactory(
        slug="passport",
        name="Passport",
        group=DocumentGroup.IDENTITY,
        is_identity=True,
        validity=Validity.PRINTED,
        validity_months=None,
    )


@pytest.fixture
def amara():
    return learner()


@pytest.fixture
def hers(client, amara):
    client.force_login(amara)
    return client


def add(kind):
    return reverse("accounts:document_add_type", args=[kind.slug])


def paper_form(name="tb.pdf", content=None, **more):
    content = small_pdf("TB test") if content is None else content
    issued = timezone.localdate() - timedelta(days=30)
    file = SimpleUploadedFile(name, content)
    return {"file": file, "issued_on": issued, **more}


def read(answer):
    """To the end, which closes the file."""
    return b"".join(answer)


def test_a_paper_goes_into_the_wallet(hers, amara, tb):
    answer = hers.post(add(tb), paper_form(), follow=True)

    paper = Document.objects.get()
    assert answer.redirect_chain == [(f"{CHECK}?paper={paper.code}", 302)]
    assert (paper.owner, paper.type, paper.state, paper.pages) == (amara, tb, "uploaded", 1)
    assert paper.get_absolute_url() in hers.get(WALLET).text


def test_a_newer_version_takes_its_place(hers, tb):
    for name in ("old.pdf", "new.pdf"):
        hers.post(add(tb), paper_form(name))

    assert list(Document.objects.current().values_list("name", flat=True)) == ["new.pdf"]
    assert Document.objects.count() == 2
    page = hers.get(WALLET).text
    assert "new.pdf" in page
    assert "old.pdf" not in page


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tb.pdf", b""),
        ("tb.pdf", b"<script>alert(1)</script>"),
        ("tb.exe", b"MZ"),
        ("tb.png", small_pdf("TB test")),
    ],
)
def test_a_file_that_is_refused_stores_nothing_and_keeps_the_date(hers, tb, name, content):
    sent = paper_form(name, content)

    answer = hers.post(add(tb), sent)

    assert answer.status_code == 422
    assert f'value="{sent["issued_on"]}"' in answer.text
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    "more",
    [
        {"issued_on": ""},
        {"issued_on": "2999-01-01"},
        {"issued_on": "yesterday"},
        {"file": ""},
    ],
)
def test_what_is_missing_or_wrong_is_asked_for(hers, tb, more):
    answer = hers.post(add(tb), paper_form(**more))

    assert answer.status_code == 422
    assert not Document.objects.exists()


def test_a_kind_that_does_not_exist_is_not_found(hers):
    assert hers.get(reverse("accounts:document_add_type", args=["made-up"])).status_code == 404


@pytest.mark.parametrize(
    "target",
    ["https://evil.example", "//evil.example", "javascript:alert(1)", "wallet", "placements:inbox"],
)
def test_afterwards_she_stays_on_this_site(hers, tb, target):
    checked = hers.post(add(tb), paper_form(next=target)).url

    assert checked.startswith(f"{CHECK}?paper=")
    assert hers.post(checked, {"paper": "", "next": target}).url == WALLET


def test_a_file_leaves_as_a_download_and_nothing_else(hers, amara):
    paper = DocumentFactory(owner=amara, name='tb "Ñwosu"\u2019s;.pdf')

    answer = hers.get(paper.get_absolute_url())

    assert read(answer).startswith(b"%PDF-")
    assert answer["Content-Disposition"].startswith("attachment; filename")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert Event.objects.filter(verb="document.read", by=amara).count() == 1


def test_others_do_not_find_a_paper(client, amara):
    paper = DocumentFactory(owner=amara)
    strangers = [learner(), ListingFactory().preceptor.user, UserFactory()]

    for person in strangers:
        client.force_login(person)
        assert client.get(paper.get_absolute_url()).status_code == 404
        remove = reverse("accounts:document_remove", args=[paper.code])
        assert client.post(remove).status_code == 404
    client.logout()
    assert client.get(paper.get_absolute_url()).url.startswith(reverse("account_login"))
    assert Document.objects.exists()
    assert not Event.objects.filter(verb="document.read").exists()


def sent_to_her(owner, kind, *, sees, status=Status.UNDER_REVIEW):
    listing = ListingFactory()
    RequirementFactory(listing=listing, type=kind, site_sees_file=sees)
    application = ApplicationFactory(learner=owner, listing=listing, status=status)
    paper = DocumentFactory(owner=owner, type=kind)
    application.sent_documents.create(document=paper)
    return paper, listing.preceptor.user


@pytest.mark.parametrize(
    ("sees", "status", "found"),
    [
        (True, Status.UNDER_REVIEW, True),
        (True, Status.OFFERED, True),
        (False, Status.UNDER_REVIEW, False),
        (True, Status.SUBMITTED, False),
        (True, Status.WITHDRAWN, False),
        (True, Status.DECLINED, False),
    ],
)
def test_a_preceptor_opens_what_her_listing_shows_while_it_runs(
    client, amara, tb, sees, status, found
):
    paper, host = sent_to_her(amara, tb, sees=sees, status=status)
    client.force_login(host)

    answer = client.get(paper.get_absolute_url())

    assert (answer.status_code == 200) == found
    assert found or answer.status_code == 404
    read(answer)


def test_a_preceptor_never_opens_a_passport(client, amara, passport):
    paper, host = sent_to_her(amara, passport, sees=True)
    client.force_login(host)

    assert client.get(paper.get_absolute_url()).status_code == 404


def test_another_papers_rule_opens_no_other_paper(client, amara, tb):
    _shown, host = sent_to_her(amara, tb, sees=True)
    application = amara.applications.get()
    hidden = DocumentTypeFactory(slug="flu", name="Flu shot")
    RequirementFactory(listing=application.listing, type=hidden, site_sees_file=False)
    paper = DocumentFactory(owner=amara, type=hidden)
    application.sent_documents.create(document=paper)
    client.force_login(host)

    assert client.get(paper.get_absolute_url()).status_code == 404


def test_staff_open_papers_but_passports_only_with_a_right_of_its_own(
    client, amara, passport, dana
):
    client.force_login(dana)
    paper = DocumentFactory(owner=amara)
    identity = DocumentFactory(owner=amara, type=passport)

    opened = client.get(paper.get_absolute_url())

    assert opened.status_code == 200
    read(opened)
    assert client.get(identity.get_absolute_url()).status_code == 404
    event = Event.objects.get(verb="document.read")
    assert (event.by, event.subject_id) == (dana, str(paper.pk))


def test_a_paper_that_was_sent_is_not_deleted(hers, amara, tb):
    paper, _host = sent_to_her(amara, tb, sees=False)
    remove = reverse("accounts:document_remove", args=[paper.code])

    answer = hers.post(remove, follow=True)

    assert "stays in the record" in answer.text
    assert Document.objects.filter(pk=paper.pk).exists()
    assert hers.get(remove).status_code == 405


def test_a_paper_that_went_nowhere_is_deleted(hers, amara):
    paper = DocumentFactory(owner=amara)

    hers.post(reverse("accounts:document_remove", args=[paper.code]))

    assert not Document.objects.exists()


@pytest.mark.parametrize("number", [1, 3])
def test_the_wallet_asks_as_much_for_three_as_for_one(
    hers, amara, number, django_assert_num_queries
):
    for kind in range(number):
        DocumentFactory(owner=amara, type=DocumentTypeFactory(slug=f"k{kind}", name=f"K {kind}"))
    hers.get(WALLET)

    with django_assert_num_queries(10):
        assert hers.get(WALLET).status_code == 200


def test_the_wallet_asks_who_one_is(client):
    assert client.get(WALLET).url.startswith(reverse("account_login"))
