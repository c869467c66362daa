from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.kinds import ConsentKind
from outbox.models import Message
from placements.models import Application, Placement
from placements.states import Status
from rotations.models import SeatWeek
from tests.factories.placements import ApplicationFactory, PlacementFactory, learner
from tests.factories.rotations import ListingFactory, soonest_start
from tests.placements.pages import url

pytestmark = pytest.mark.django_db
READ = {"policy": "on"}


@pytest.fixture
def offer():
    return ApplicationFactory(status=Status.OFFERED)


@pytest.fixture
def hers(client, offer):
    client.force_login(offer.learner)
    return client


def test_offer_says_dates_price_refunds_and_the_deadline(hers, offer):
    offer.learner.time_zone = "Africa/Lagos"
    offer.learner.save()

    page = hers.get(url("offer", offer))

    assert page.status_code == 200
    for words in ("offers you a seat", "$1,750", "$1,600 back", "in Houston", "in Lagos"):
        assert words in page.text


def test_offer_names_what_collides_and_what_fits(hers, offer):
    clash = ApplicationFactory(
        learner=offer.learner, status=Status.UNDER_REVIEW, start_on=offer.start_on
    )
    later = ApplicationFactory(
        learner=offer.learner,
        status=Status.UNDER_REVIEW,
        start_on=offer.start_on + timedelta(weeks=4),
    )

    page = hers.get(url("offer", offer))

    others = {other.application: other.collides for other in page.context["others"]}
    assert others == {clash: True, later: False}
    assert "It is withdrawn when you accept." in page.text
    assert "Starts after this one ends. Both fit." in page.text


def test_accept_makes_a_placement_once(hers, offer):
    answers = [hers.post(url("accept", offer), READ) for _ in range(3)]

    placement = Placement.objects.get()
    assert {answer.url for answer in answers} == {placement.get_absolute_url()}
    assert offer.learner.consents.get(kind=ConsentKind.OFFER).subject_id == offer.pk
    assert Message.objects.filter(template="placements/application_accepted").count() == 1


def test_accept_without_having_read_the_price_is_422(hers, offer):
    response = hers.post(url("accept", offer))

    assert response.status_code == 422
    assert "Read the price and the refunds" in response.text
    assert not Placement.objects.exists()


def test_accept_withdraws_what_collides_only_after_she_has_agreed(hers, offer):
    clash = ApplicationFactory(
        learner=offer.learner, status=Status.UNDER_REVIEW, start_on=offer.start_on
    )

    refused = hers.post(url("accept", offer), READ)
    accepted = hers.post(url("accept", offer), {**READ, "give_up": "on"})

    assert refused.status_code == 422
    assert accepted.status_code == 302
    clash.refresh_from_db()
    assert clash.status == Status.WITHDRAWN


def test_accept_on_days_that_are_confirmed_elsewhere_is_refused(hers, offer):
    PlacementFactory(learner=offer.learner, start_on=offer.start_on)

    page = hers.get(url("offer", offer))
    response = hers.post(url("accept", offer), READ)

    assert "You cannot have both." in page.text
    assert response.status_code == 422
    assert "You have a confirmed rotation on some of these days." in response.text


def test_accept_after_the_end_says_when_and_shows_others(client):
    over = timezone.now() - timedelta(minutes=1)
    other = ListingFactory(weeks=12, title="Clinic in Dallas")
    offer = ApplicationFactory(status=Status.OFFERED, offer_expires_at=over)
    client.force_login(offer.learner)

    page = client.get(url("offer", offer))
    response = client.post(url("accept", offer), READ)

    assert page.status_code == 200
    assert response.status_code == 409
    for words in ("This offer has ended", "went to the next person", other.title):
        assert words in page.text
        assert words in response.text


def test_decline_frees_the_seat(hers, offer):
    response = hers.post(url("decline_offer", offer))

    assert response.url == offer.get_absolute_url()
    offer.refresh_from_db()
    assert offer.status == Status.OFFER_DECLINED
    assert not SeatWeek.objects.filter(taken__gt=0).exists()


def test_decline_of_what_is_accepted_is_409(client):
    placement = PlacementFactory()
    client.force_login(placement.learner)

    assert client.post(url("decline_offer", placement.application)).status_code == 409


@pytest.mark.parametrize("name", ["accept", "decline_offer"])
def test_answers_are_hers_alone(client, name):
    offer = ApplicationFactory(status=Status.OFFERED)

    client.force_login(offer.listing.preceptor.user)
    assert client.post(url(name, offer), READ).status_code == 403
    client.force_login(learner())
    assert client.post(url(name, offer), READ).status_code == 404
    assert Application.objects.get().status == Status.OFFERED


@pytest.mark.parametrize("name", ["accept", "decline_offer"])
def test_a_look_changes_nothing(hers, offer, name):
    assert hers.get(url(name, offer)).status_code == 405


def test_offer_of_an_accepted_application_leads_to_the_placement(client):
    placement = PlacementFactory()
    client.force_login(placement.learner)

    assert client.get(url("offer", placement.application)).url == placement.get_absolute_url()


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.ACCEPTED, Status.OFFERED}))
def test_offer_page_without_an_open_offer_is_no_error(client, status):
    application = ApplicationFactory(
        status=status, start_on=soonest_start(listing := ListingFactory()), listing=listing
    )
    client.force_login(application.learner)

    assert client.get(url("offer", application)).status_code in {200, 302}
