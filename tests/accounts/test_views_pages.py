"""Papers are looked at as pictures of their pages, by those who may open the file (promise C7)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.kinds import DocumentGroup
from accounts.models import Preview
from accounts.models.preview import MOST_TRIES
from accounts.uploads.drawing import Trouble
from audit.models import Event
from placements.states import Status
from tests.factories.accounts import DocumentFactory, DocumentTypeFactory, UserFactory
from tests.factories.placements import ApplicationFactory, learner
from tests.factories.rotations import ListingFactory, RequirementFactory
from tests.papers import drawn

pytestmark = pytest.mark.django_db


def address(paper, number=1):
    return reverse("accounts:document_page", args=[paper.code, number])


def see(client, paper, number=1):
    answer = client.get(address(paper, number))
    if answer.streaming:
        assert b"".join(answer) == b"\xff\xd8\xff"
    return answer


def sent_to_a_host(paper, *, sees=True, status=Status.UNDER_REVIEW):
    """The application with which it went, of a listing that shows her the file or does not."""
    listing = ListingFactory()
    RequirementFactory(listing=listing, type=paper.type, site_sees_file=sees)
    application = ApplicationFactory(learner=paper.owner, listing=listing, status=status)
    application.sent_documents.create(document=paper)
    return application


def failed(paper):
    return Preview.objects.create(document=paper, tries=MOST_TRIES, trouble=Trouble.HEAVY)


def test_a_page_is_a_picture_and_nothing_else(client):
    paper = drawn(DocumentFactory(owner=learner()))
    client.force_login(paper.owner)

    answer = see(client, paper)

    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_each_look_is_remembered(client):
    paper = drawn(DocumentFactory(owner=learner()), pages=2)
    client.force_login(paper.owner)

    see(client, paper, 2)
    for close in client.head(address(paper))._resource_closers:
        close()

    event = Event.objects.get(verb="document.read")
    assert (event.by, event.subject_id, event.detail["page"]) == (paper.owner, str(paper.pk), 2)


@pytest.mark.parametrize("number", [0, 2, 11, 999_999])
def test_a_page_that_was_not_drawn_is_not_found(client, number):
    paper = drawn(DocumentFactory(owner=learner()))
    client.force_login(paper.owner)

    assert see(client, paper, number).status_code == 404
    assert not Event.objects.filter(verb="document.read").exists()


def test_others_find_no_page(client):
    paper = drawn(DocumentFactory(owner=learner()))

    for person in (learner(), ListingFactory().preceptor.user, UserFactory()):
        client.force_login(person)
        assert see(client, paper).status_code == 404
    client.logout()
    assert see(client, paper).url.startswith(reverse("account_login"))
    assert not Event.objects.filter(verb="document.read").exists()


@pytest.mark.parametrize(
    ("sees", "status", "found"),
    [
        (True, Status.UNDER_REVIEW, 200),
        (False, Status.UNDER_REVIEW, 404),
        (True, Status.SUBMITTED, 404),
        (True, Status.WITHDRAWN, 404),
    ],
)
def test_a_preceptor_sees_what_her_listing_shows_while_it_runs(client, sees, status, found):
    paper = drawn(DocumentFactory(owner=learner()))
    host = sent_to_a_host(paper, sees=sees, status=status).listing.preceptor.user
    client.force_login(host)

    assert see(client, paper).status_code == found


def test_a_passport_shows_to_no_preceptor_and_to_no_coordinator(client, dana):
    kind = DocumentTypeFactory(
        slug="passport", name="Passport", group=DocumentGroup.IDENTITY, is_identity=True
    )
    paper = drawn(DocumentFactory(owner=learner(), type=kind))
    host = sent_to_a_host(paper).listing.preceptor.user

    for person in (host, dana):
        client.force_login(person)
        assert see(client, paper).status_code == 404


def test_staff_see_the_pages_beside_what_they_judge(client, dana):
    paper = drawn(DocumentFactory(owner=learner(), pages=12), pages=10)
    application = sent_to_a_host(paper)
    client.force_login(dana)

    page = client.get(reverse("admin:accounts_document_change", args=[paper.pk])).text

    assert all(f'src="{address(paper, number)}"' in page for number in range(1, 11))
    assert address(paper, 11) not in page
    assert "These are the first 10 of 12 pages." in page
    assert application.listing.title in page
    assert paper.get_absolute_url() in page


def judging(client, paper, dana):
    client.force_login(dana)
    return client.get(reverse("admin:accounts_document_change", args=[paper.pk]))


def answering(client, paper, _dana):
    application = sent_to_a_host(paper)
    client.force_login(application.listing.preceptor.user)
    return client.get(reverse("placements:review", args=[application.code]))


@pytest.mark.parametrize("look", [judging, answering])
@pytest.mark.parametrize(
    ("prepare", "says"),
    [
        (lambda _paper: None, "The pages are being drawn."),
        (
            lambda paper: Preview.objects.create(document=paper, begun_at=timezone.now(), tries=1),
            "The pages are being drawn.",
        ),
        (failed, "Drawing the file takes too much time or memory."),
        (drawn, "Page 1 of 1"),
    ],
    ids=["owed", "begun", "failed", "ready"],
)
def test_the_page_says_how_the_pictures_stand_and_offers_the_file(
    client, dana, look, prepare, says
):
    paper = DocumentFactory(owner=learner())
    prepare(paper)

    page = look(client, paper, dana)

    assert page.status_code == 200
    assert says in page.text
    assert f'href="{paper.get_absolute_url()}"' in page.text
    assert (f'src="{address(paper)}"' in page.text) == (prepare is drawn)
