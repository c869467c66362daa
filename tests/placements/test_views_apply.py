"""From a listing to a draft."""

import pytest
from django.urls import reverse

from placements.models import Application
from rotations.kinds import ListingStatus
from tests.factories.accounts import (
    PreceptorFactory,
    StaffFactory,
)
from tests.factories.placements import learner
from tests.factories.rotations import ListingFactory, soonest_start

pytestmark = pytest.mark.django_db


def apply_to(listing, **choice):
    return reverse("placements:apply", args=[listing.slug]), choice


def test_apply_starts_a_draft_with_the_chosen_block(client):
    listing, person = ListingFactory(weeks=12), learner()
    client.force_login(person)
    start = soonest_start(listing)

    response = client.post(*apply_to(listing, start=start.isoformat(), weeks=4))

    application = Application.objects.get()
    assert response.url == application.get_absolute_url()
    assert (application.start_on, application.weeks) == (start, 4)
    assert application.done == ["dates"]


def test_apply_asks_visitors_to_sign_in_and_keeps_their_dates(client):
    listing = ListingFactory(weeks=12)
    start = soonest_start(listing).isoformat()

    response = client.post(*apply_to(listing, start=start, weeks=4))

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))
    client.force_login(learner())
    back = client.get(f"{apply_to(listing)[0]}?start={start}&weeks=4")
    assert back.status_code == 200
    assert f'value="{start}"' in back.text
    assert not Application.objects.exists()


def test_apply_twice_finds_the_same_draft(client):
    listing = ListingFactory(weeks=12)
    client.force_login(learner())

    first = client.post(*apply_to(listing)).url
    second = client.post(*apply_to(listing)).url

    assert first == second


def test_apply_makes_a_new_person_a_learner(client):
    listing, person = ListingFactory(weeks=12), StaffFactory(is_staff=False, is_superuser=False)
    client.force_login(person)

    client.post(*apply_to(listing))

    assert person.learner_profile
    assert Application.objects.get().learner == person


def test_apply_tells_a_preceptor_that_this_is_for_learners(client):
    client.force_login(PreceptorFactory().user)

    response = client.post(*apply_to(ListingFactory(weeks=12)))

    assert response.status_code == 403
    assert "Applications are for learners" in response.text


def test_apply_to_a_listing_that_is_not_published_is_404(client):
    client.force_login(learner())

    assert client.post(*apply_to(ListingFactory(status=ListingStatus.PAUSED))).status_code == 404


@pytest.mark.parametrize("start", ["", "tomorrow", "2027-13-45", "0001-01-01"])
def test_apply_with_dates_that_make_no_sense_still_starts(client, start):
    client.force_login(learner())

    response = client.post(*apply_to(ListingFactory(weeks=12), start=start, weeks="x"))

    assert response.status_code == 302
    assert Application.objects.get().start_on is None
