"""A delegate does the office's work in the preceptor's name, and no more than that."""

import pytest
from django.urls import reverse

from accounts.actions import end_delegation
from audit.models import Event
from outbox.models import Message
from placements.actions.applications import start_review, withdraw_application
from placements.links import review_url
from placements.models import HoursEntry, Placement
from placements.states import PlacementStatus, Status
from rotations.kinds import ListingStatus
from rotations.models import Listing
from tests.factories.accounts import DelegationFactory, DocumentFactory, LearnerFactory
from tests.factories.placements import ApplicationFactory, HoursEntryFactory, PlacementFactory
from tests.factories.rotations import ListingFactory, RequirementFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing():
    return ListingFactory()


@pytest.fixture
def delegation(listing):
    return DelegationFactory(preceptor=listing.preceptor)


@pytest.fixture
def asked(listing):
    return ApplicationFactory(listing=listing, status=Status.UNDER_REVIEW)


@pytest.fixture
def hers(client, delegation):
    client.force_login(delegation.person)
    return client


def page_of(name, thing):
    return reverse(f"placements:{name}", args=[thing.code])


def last(verb):
    return Event.objects.filter(verb=verb).latest("pk")


def in_whose_name(verb):
    event = last(verb)
    return event.by, event.on_behalf_of


def test_she_confirms_for_the_preceptor_and_takes_it_back(hers, asked, delegation, listing):
    names = (delegation.person, listing.preceptor.user)

    assert hers.post(page_of("confirm", asked))["Location"] == reverse("placements:inbox")
    assert in_whose_name("application.offered") == names
    hers.post(page_of("undo", asked))

    asked.refresh_from_db()
    assert asked.status == Status.UNDER_REVIEW
    assert in_whose_name("application.under_review") == names


def test_the_learner_reads_who_acted_for_whom(client, hers, asked, delegation):
    hers.post(page_of("confirm", asked))
    client.force_login(asked.learner)

    page = client.get(asked.get_absolute_url())

    host = asked.listing.preceptor.address_as
    assert f"{delegation.person.name} for {host} confirmed" in page.text


def test_a_decline_names_both_too(client, hers, asked, delegation):
    hers.post(page_of("decline", asked), {"reason": "full", "note": ""})
    client.force_login(asked.learner)

    page = client.get(asked.get_absolute_url())

    assert f"{delegation.person.name} for {asked.listing.preceptor.address_as}" in page.text


def test_what_a_preceptor_does_herself_is_in_nobodys_name(client, asked, delegation):
    client.force_login(asked.listing.preceptor.user)
    client.post(page_of("confirm", asked))

    assert last("application.offered").on_behalf_of is None


def test_she_notes_who_arrived_and_signs_hours(hers, delegation, listing):
    placement = PlacementFactory(listing=listing, status=PlacementStatus.ACTIVE)
    entry = HoursEntryFactory(placement=placement)

    hers.post(page_of("arrived", placement))
    hers.post(page_of("sign_hours", placement), {"entry": entry.pk})

    assert Placement.objects.get().arrived_at
    assert HoursEntry.objects.get().attested_by == delegation.person
    names = (delegation.person, listing.preceptor.user)
    assert in_whose_name("placement.arrived") == in_whose_name("hours.attested") == names
    words = f"Signed by {delegation.person.name} for {listing.preceptor.address_as}"
    assert words in hers.get(page_of("sign_hours", placement)).text


def test_the_evaluation_stays_with_the_preceptor(hers, listing):
    placement = PlacementFactory(listing=listing, status=PlacementStatus.WRAP_UP)
    address = page_of("evaluation", placement)

    assert hers.get(address).status_code == hers.post(address, {"sign": "1"}).status_code == 403
    for page in ("placements:learners", "placements:inbox"):
        assert address not in hers.get(reverse(page)).text
    assert address not in hers.get(placement.get_absolute_url()).text


def test_she_pauses_a_listing_and_shows_it_again(hers, delegation, listing):
    hers.post(reverse("rotations:pause_listing", args=[listing.slug]))

    assert Listing.objects.get().status == ListingStatus.PAUSED
    assert in_whose_name("listing.paused") == (delegation.person, listing.preceptor.user)
    assert listing.title in hers.get(reverse("rotations:my_listings")).text


def test_a_paper_that_she_reads_is_read_for_the_office(hers, delegation, listing):
    paper = DocumentFactory()
    RequirementFactory(listing=listing, type=paper.type, site_sees_file=True)
    application = ApplicationFactory(
        learner=paper.owner, listing=listing, status=Status.UNDER_REVIEW
    )
    application.sent_documents.get_or_create(document=paper)

    response = hers.get(paper.get_absolute_url())

    assert response.status_code == 200
    b"".join(response.streaming_content)
    assert in_whose_name("document.read") == (delegation.person, listing.preceptor.user)


def test_a_right_that_ended_is_gone_at_the_next_request(hers, asked, delegation, listing):
    """Promise B5."""
    placement = PlacementFactory(listing=listing, status=PlacementStatus.ACTIVE)
    link = review_url(asked, delegation.person)
    assert hers.get(page_of("review", asked)).status_code == 200
    assert hers.get(link).status_code == 200

    end_delegation(delegation, by=listing.preceptor.user)

    assert hers.get(reverse("placements:inbox")).status_code == 403
    assert hers.get(reverse("rotations:my_listings")).status_code == 404
    for name, thing in (("review", asked), ("confirm", asked), ("sign_hours", placement)):
        assert hers.post(page_of(name, thing)).status_code in {404, 405}
    assert hers.post(link).status_code == 404
    asked.refresh_from_db()
    assert asked.status == Status.UNDER_REVIEW


def test_a_preceptor_who_was_deactivated_has_no_office(hers, listing):
    host = listing.preceptor.user
    host.is_active = False
    host.save()

    assert hers.get(reverse("placements:inbox")).status_code == 403


def test_nobody_answers_her_own_request(client, listing):
    ana = LearnerFactory().user
    DelegationFactory(preceptor=listing.preceptor, person=ana)
    own = ApplicationFactory(learner=ana, listing=listing, status=Status.UNDER_REVIEW)
    client.force_login(ana)

    assert client.post(page_of("confirm", own)).status_code == 403
    assert client.get(review_url(own, ana)).status_code == 404
    withdraw_application(own, by=ana)
    assert last("application.withdrawn").on_behalf_of is None


class TestMail:
    @pytest.fixture
    def sent(self, listing):
        return ApplicationFactory(listing=listing, status=Status.SUBMITTED)

    def test_goes_to_the_preceptor_alone_at_first(self, sent, delegation):
        start_review(sent, by=None)

        assert (
            Message.objects.get(template="placements/review_request").user
            == sent.listing.preceptor.user
        )

    def test_goes_to_each_once_when_she_says_so(self, client, sent, delegation, listing):
        listing.preceptor.office_gets_mail = True
        listing.preceptor.save()
        gone = DelegationFactory(preceptor=listing.preceptor)
        end_delegation(gone, by=gone.person)

        start_review(sent, by=None)

        mails = Message.objects.filter(template="placements/review_request")
        to = {message.user: message for message in mails}
        assert set(to) == {listing.preceptor.user, delegation.person}
        assert len(mails) == 2
        hers = to[delegation.person]
        assert f"for the office of {listing.preceptor.address_as}" in hers.body
        assert hers.body.startswith("Hello Ana O’Ruiz")
        link = next(line for line in hers.body.splitlines() if "/r/" in line).split(": ")[-1]
        client.post(link.removeprefix("http://testserver"), {"confirm": "1"})
        assert in_whose_name("application.offered") == (delegation.person, listing.preceptor.user)


@pytest.mark.parametrize("size", [1, 3])
def test_the_inbox_of_several_preceptors_says_whose_each_row_is(
    client, size, django_assert_max_num_queries
):
    first = DelegationFactory()
    ana = first.person
    offices = [first, *DelegationFactory.create_batch(size - 1, person=ana)]
    for office in offices:
        ApplicationFactory(
            listing=ListingFactory(preceptor=office.preceptor), status=Status.UNDER_REVIEW
        )
    client.force_login(ana)
    client.get(reverse("placements:inbox"))

    with django_assert_max_num_queries(20):
        page = client.get(reverse("placements:inbox"))

    assert len(page.context["cases"]) == size
    for office in offices:
        assert f"for {office.preceptor.address_as}" in page.text
