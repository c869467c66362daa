"""An application's page, and what its learner may do there once it is sent."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse

from placements.states import Status
from rotations.kinds import Screening
from rotations.models import SeatWeek
from tests.factories.accounts import (
    StaffFactory,
)
from tests.factories.placements import ApplicationFactory, PlacementFactory, learner
from tests.factories.rotations import ListingFactory
from tests.placements.pages import url

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.ACCEPTED}))
def test_application_page_in_every_status(client, status):
    application = ApplicationFactory(status=status)
    client.force_login(application.learner)

    assert client.get(application.get_absolute_url()).status_code == 200


def test_application_page_says_who_acts_by_when_and_what_happens_otherwise(client):
    application = ApplicationFactory(status=Status.UNDER_REVIEW)
    client.force_login(application.learner)

    page = client.get(application.get_absolute_url())

    assert "Dr. 0" not in page.text
    assert "answers your request" in page.text
    assert "If no answer comes by then" in page.text
    assert page.text.count('aria-current="step"') == 1


def test_application_page_with_screening_says_that_a_coordinator_looks_first(client):
    listing = ListingFactory(screening=Screening.COORDINATOR)
    application = ApplicationFactory(status=Status.SUBMITTED, listing=listing)
    client.force_login(application.learner)

    assert "A coordinator checks it" in client.get(application.get_absolute_url()).text


def test_application_page_after_acceptance_leads_to_the_placement(client):
    placement = PlacementFactory()
    client.force_login(placement.learner)

    page = client.get(placement.application.get_absolute_url())

    assert placement.get_absolute_url() in page.text


def test_preceptor_is_led_to_her_own_page(client):
    application = ApplicationFactory(status=Status.UNDER_REVIEW)
    client.force_login(application.listing.preceptor.user)

    assert client.get(application.get_absolute_url()).url == url("review", application)
    assert client.post(url("withdraw", application)).status_code == 403


@pytest.mark.parametrize(
    "name", ["application", "dates", "about", "documents", "send", "sent", "withdraw", "offer"]
)
def test_nobody_else_sees_an_application(client, name):
    application = ApplicationFactory(status=Status.OFFERED)
    client.force_login(learner())

    assert client.get(url(name, application)).status_code == 404


def test_withdraw_asks_first_and_then_frees_the_seat(client):
    application = ApplicationFactory(status=Status.OFFERED)
    client.force_login(application.learner)

    page = client.get(url("withdraw", application))
    response = client.post(url("withdraw", application))

    assert "Withdraw this application?" in page.text
    assert response.url == reverse("placements:my_applications")
    application.refresh_from_db()
    assert application.status == Status.WITHDRAWN
    assert not SeatWeek.objects.filter(taken__gt=0).exists()


def test_withdraw_of_what_has_ended_is_409(client):
    application = ApplicationFactory(status=Status.DECLINED)
    client.force_login(application.learner)

    assert client.post(url("withdraw", application)).status_code == 409


def test_a_draft_is_discarded_by_the_same_door(hers, draft):
    assert "Discard this draft?" in hers.get(url("withdraw", draft)).text

    hers.post(url("withdraw", draft))

    draft.refresh_from_db()
    assert draft.status == Status.WITHDRAWN


@pytest.mark.parametrize("name", ["application", "dates", "about", "documents", "send", "withdraw"])
def test_asking_for_the_head_alone_changes_nothing(hers, draft, name):
    assert hers.head(url(name, draft)).status_code == 200
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT


def test_staff_see_an_application_as_its_learner_does(client):
    application = ApplicationFactory(status=Status.UNDER_REVIEW)
    staff = StaffFactory()
    TOTP.activate(staff, "JBSWY3DPEHPK3PXP")
    client.force_login(staff)

    page = client.get(application.get_absolute_url())

    assert f"You see this page as {application.learner.name} does." in page.text
