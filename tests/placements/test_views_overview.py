"""The learner's dashboard."""

from datetime import timedelta

import pytest
from django.urls import reverse

from placements.states import PlacementStatus, Status
from tests.factories.placements import ApplicationFactory, PlacementFactory, learner
from tests.factories.rotations import ListingFactory, RequirementFactory, soonest_start
from tests.placements.pages import url

pytestmark = pytest.mark.django_db


def test_dashboard_of_somebody_new_shows_three_steps(client):
    client.force_login(learner())

    page = client.get(reverse("placements:my_applications"))

    assert "Three steps to a rotation" in page.text


def test_dashboard_puts_an_open_offer_before_all_else(client):
    person = learner()
    ApplicationFactory(learner=person)
    offer = ApplicationFactory(learner=person, status=Status.OFFERED)
    PlacementFactory(learner=person, status=PlacementStatus.COMPLETED)
    client.force_login(person)

    page = client.get(reverse("placements:my_applications"))

    assert page.context["next"].url == url("offer", offer)
    assert "One offer waits for your answer." in page.text
    assert "Stage 3 of 6" in page.text
    assert len(page.context["finished"]) == 1


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize(
    ("make", "queries"),
    [
        (lambda person: ApplicationFactory(learner=person), 10),
        (lambda person: ApplicationFactory(learner=person, status=Status.OFFERED), 10),
        (lambda person: ApplicationFactory(learner=person, status=Status.CHANGES_REQUESTED), 11),
    ],
)
def test_dashboard_takes_as_many_queries_for_three_as_for_one(
    client, django_assert_num_queries, size, make, queries
):
    person = learner()
    for _ in range(size):
        make(person)
    client.force_login(person)
    client.get(reverse("placements:my_applications"))

    with django_assert_num_queries(queries):
        page = client.get(reverse("placements:my_applications"))

    assert len(page.context["going"]) == size


@pytest.mark.parametrize("size", [1, 3])
def test_dashboard_of_placements_takes_as_many_queries_for_three_as_for_one(
    client, django_assert_num_queries, size
):
    person = learner()
    for n in range(size):
        listing = ListingFactory()
        RequirementFactory(listing=listing)
        start = soonest_start(listing) + timedelta(weeks=5 * n)
        PlacementFactory(learner=person, listing=listing, start_on=start)
    client.force_login(person)
    client.get(reverse("placements:my_applications"))

    with django_assert_num_queries(15):
        page = client.get(reverse("placements:my_applications"))

    assert len(page.context["going"]) == size
    assert len(page.context["wallet"].missing) == 1
