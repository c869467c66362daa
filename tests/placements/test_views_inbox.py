"""A preceptor's start: what waits, who is with her, who comes."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from placements.states import PlacementStatus, Status
from tests.factories.accounts import PreceptorFactory, StaffFactory
from tests.factories.placements import (
    ApplicationFactory,
    EvaluationFactory,
    HoursEntryFactory,
    PlacementFactory,
    learner,
)
from tests.factories.rotations import ListingFactory, open_seats

pytestmark = pytest.mark.django_db
INBOX, LEARNERS = reverse("placements:inbox"), reverse("placements:learners")


@pytest.fixture
def listing():
    return ListingFactory()


@pytest.fixture
def hers(client, listing):
    client.force_login(listing.preceptor.user)
    return client


def waiting(listing, *, days=2, **more):
    asked = timezone.now() - timedelta(days=days)
    return ApplicationFactory(
        listing=listing, status=Status.UNDER_REVIEW, review_started_at=asked, **more
    )


def test_requests_stand_oldest_first(hers, listing):
    newer, oldest, middle = (waiting(listing, days=days) for days in (1, 5, 3))

    page = hers.get(INBOX)

    assert [case.application for case in page.context["cases"]] == [oldest, middle, newer]
    assert "3 requests" in page.text


def test_only_her_own_waiting_requests_are_there(hers, listing):
    waiting(ListingFactory())
    for status in set(Status) - {Status.UNDER_REVIEW}:
        ApplicationFactory(listing=listing, status=status, weeks_capacity=9)

    assert hers.get(INBOX).context["cases"] == []


def test_an_empty_inbox_says_so(hers):
    page = hers.get(INBOX)

    assert page.status_code == 200
    assert "No requests" in page.text
    assert "Nobody at the moment." in page.text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_inbox_asks_as_much_for_three_as_for_one(
    hers, listing, rows, django_assert_num_queries
):
    open_seats(listing, 12)
    for _row in range(rows):
        waiting(listing)
        placement = PlacementFactory(
            listing=listing, status=PlacementStatus.WRAP_UP, application__weeks_capacity=9
        )
        HoursEntryFactory(placement=placement)
    hers.get(INBOX)

    with django_assert_num_queries(20):
        assert hers.get(INBOX).status_code == 200


def test_who_is_there_waits_for_arrival_hours_and_evaluation(hers, listing):
    active = PlacementFactory(listing=listing, status=PlacementStatus.ACTIVE)
    over = PlacementFactory(listing=listing, status=PlacementStatus.WRAP_UP)
    done = PlacementFactory(listing=listing, status=PlacementStatus.WRAP_UP)
    EvaluationFactory(placement=done, signed=True)
    HoursEntryFactory(placement=active)

    page = hers.get(INBOX)

    assert reverse("placements:arrived", args=[active.code]) in page.text
    assert reverse("placements:sign_hours", args=[active.code]) in page.text
    assert page.context["to_evaluate"] == [over]


def test_a_fresh_offer_can_be_taken_back_from_the_inbox(hers, listing):
    fresh = ApplicationFactory(
        listing=listing, status=Status.OFFERED, offered_at=timezone.now() - timedelta(seconds=100)
    )
    ApplicationFactory(
        listing=listing, status=Status.OFFERED, offered_at=timezone.now() - timedelta(seconds=121)
    )

    page = hers.get(INBOX)

    assert [offer for offer, _until in page.context["undoable"]] == [fresh]
    assert reverse("placements:undo", args=[fresh.code]) in page.text


def test_names_are_shown_as_text(hers, listing):
    person = waiting(listing).learner
    person.name = "<script>O'Brien</script>"
    person.save()

    page = hers.get(INBOX)

    assert "&lt;script&gt;O&#x27;Brien&lt;/script&gt;" in page.text
    assert "<script>O" not in page.text


@pytest.mark.parametrize("url", [INBOX, LEARNERS])
def test_a_learner_has_no_inbox(client, url):
    client.force_login(learner())

    assert client.get(url).status_code == 403


@pytest.mark.parametrize("url", [INBOX, LEARNERS])
def test_an_inbox_asks_who_one_is(client, url):
    assert client.get(url).url.startswith(reverse("account_login"))
    assert client.post(url).status_code == 405


def test_staff_who_host_nobody_have_no_inbox(client, second_factor):
    client.force_login(second_factor(StaffFactory()))

    assert client.get(INBOX).status_code == 403


def test_learners_stand_by_where_they_are(hers, listing):
    there = PlacementFactory(listing=listing, status=PlacementStatus.ACTIVE)
    coming = PlacementFactory(listing=listing)
    over = PlacementFactory(listing=listing, status=PlacementStatus.COMPLETED)
    PlacementFactory(listing=ListingFactory(), status=PlacementStatus.ACTIVE)

    page = hers.get(LEARNERS)

    assert page.context["running"] == [there]
    assert page.context["coming"] == [coming]
    assert list(page.context["finished"]) == [over]


@pytest.mark.parametrize("rows", [1, 3])
def test_learners_ask_as_much_for_three_as_for_one(hers, listing, rows, django_assert_num_queries):
    for status in (PlacementStatus.ACTIVE, PlacementStatus.ONBOARDING, PlacementStatus.COMPLETED):
        for _row in range(rows):
            PlacementFactory(listing=listing, status=status, application__weeks_capacity=9)
    hers.get(LEARNERS)

    with django_assert_num_queries(10):
        assert hers.get(LEARNERS).status_code == 200


def test_a_preceptor_without_a_listing_has_an_empty_inbox(client):
    client.force_login(PreceptorFactory().user)

    assert client.get(INBOX).status_code == 200
    assert client.get(LEARNERS).status_code == 200
