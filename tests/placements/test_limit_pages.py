"""A preceptor reads that a limit is reached before she taps, and what it is."""

import pytest
from django.urls import reverse

from audit.models import Event
from placements.actions.applications import start_review
from placements.actions.offers import offer_seat
from placements.links import review_url
from placements.models import Application
from placements.states import Status
from rotations.models import FamilyLimit
from tests.factories.rotations import ListingFactory, RatioFactory
from tests.placements.limiting import asks, host_of, two_listings
from tests.placements.pages import url
from tests.placements.waiting import in_weeks, status_of

pytestmark = pytest.mark.django_db
INBOX = reverse("placements:inbox")
RULE = "Texas allows one NP student per preceptor at a time: Maria Santos ("


@pytest.fixture
def asked():
    """The second NP student, where a rule allows one."""
    RatioFactory()
    here, there = two_listings()
    first = asks(here, name="Maria Santos")
    offer_seat(first, by=host_of(first))
    return asks(there)


@pytest.fixture
def hers(client, asked):
    client.force_login(host_of(asked))
    return client


def test_the_inbox_says_it_and_does_not_offer_to_confirm(hers, asked):
    page = hers.get(INBOX)

    assert RULE in page.text
    assert f'action="{url("confirm", asked)}"' in page.text
    assert "</svg>Confirm" not in page.text


def test_the_page_says_it_and_offers_the_waitlist(hers, asked):
    page = hers.get(url("review", asked))

    assert RULE in page.text
    assert "Put on the waitlist" in page.text
    assert f"Confirm {asked.learner.short_name}" not in page.text


def test_by_the_link_in_the_mail_it_says_so_too(client, asked):
    Application.objects.filter(pk=asked.pk).update(status=Status.SUBMITTED)
    asked.refresh_from_db()
    start_review(asked, by=None)
    address = review_url(asked, host_of(asked)).removeprefix("http://testserver")
    address = "/" + address.split("/", 3)[-1] if address.startswith("http") else address

    assert RULE in client.get(address).text
    answer = client.post(address)

    assert answer.status_code == 422
    assert RULE in answer.text


def test_the_tap_is_refused_with_the_same_words(hers, asked):
    answer = hers.post(url("confirm", asked))

    assert answer.status_code == 422
    assert RULE in answer.text
    assert "Source: preceptor guidelines of NP programs." in answer.text
    assert status_of(asked) == Status.UNDER_REVIEW


def test_from_the_page_she_is_put_on_the_waitlist(hers, asked):
    assert hers.post(url("waitlist", asked)).status_code == 302

    assert status_of(asked) == Status.WAITLISTED


def test_another_of_her_dates_can_still_be_confirmed(hers, asked):
    later = in_weeks(30)
    asked.starts = [asked.start_on, later]
    asked.save()
    asked.listing.weeks.model.objects.bulk_create(
        asked.listing.weeks.model(listing=asked.listing, monday=in_weeks(30 + n), capacity=1)
        for n in range(4)
    )

    page = hers.get(url("review", asked))
    assert RULE in page.text
    assert f'value="{later}"' in page.text
    hers.post(url("confirm", asked), {"start": f"{later}"})

    assert status_of(asked) == Status.OFFERED


def test_staff_read_it_when_they_act_for_her(staff_client, asked):
    answer = staff_client.post(
        reverse("admin:placements_application_changelist"),
        {"action": "confirm", "_selected_action": [asked.pk]},
        follow=True,
    )

    assert RULE in answer.text
    assert status_of(asked) == Status.UNDER_REVIEW


def step(listing):
    return reverse("rotations:listing_step", args=[listing.slug, "limits"])


def test_the_step_keeps_a_number_for_each_kind_also_while_published(client):
    listing = ListingFactory(families=["np_student", "pa_student"])
    RatioFactory()
    client.force_login(listing.preceptor.user)

    page = client.get(step(listing))
    assert "Texas allows one NP student per preceptor at a time. Source:" in page.text
    answer = client.post(step(listing), {"np_student": "1", "pa_student": ""})

    assert answer.status_code == 302
    assert list(listing.family_limits.values_list("family", "most")) == [("np_student", 1)]
    event = Event.objects.get(verb="listing.limits_set")
    assert event.detail == {"limits": {"np_student": 1}}
    assert client.get(step(listing)).context["form"]["np_student"].initial == 1


def test_the_step_refuses_what_is_no_number_and_keeps_it(client):
    listing = ListingFactory(families=["np_student"])
    client.force_login(listing.preceptor.user)

    answer = client.post(step(listing), {"np_student": "0"})

    assert answer.status_code == 422
    assert 'value="0"' in answer.text
    assert not FamilyLimit.objects.exists()


def test_the_step_asks_for_the_kinds_first(client):
    listing = ListingFactory(families=[], status="draft", published_at=None)
    client.force_login(listing.preceptor.user)

    assert "Say first to whom the listing is open" in client.get(step(listing)).text


def test_only_an_admin_writes_the_rules(client, dana, staff_client):
    rule = RatioFactory()
    client.force_login(dana)
    page = reverse("admin:rotations_ratio_change", args=[rule.pk])

    assert client.get(page).status_code == 403
    assert staff_client.get(page).status_code == 200
    assert "Texas" in staff_client.get(reverse("admin:rotations_ratio_changelist")).text
