"""Other dates on pages and by the link in a mail."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clocks.calendar import next_monday
from placements.actions.reschedules import ask_reschedule, offer_extension
from placements.links import move_url
from placements.models import RescheduleRequest
from placements.states import PlacementStatus, RescheduleReason, RescheduleStatus
from rotations.blocks import Block
from tests.factories.accounts import PreceptorFactory
from tests.placements.changing import listing_with, placed

pytestmark = pytest.mark.django_db
FIRST = next_monday(timezone.localdate()) + timedelta(weeks=8)
LATER = FIRST + timedelta(weeks=8)


@pytest.fixture
def placement():
    return placed(listing_with(FIRST, LATER), FIRST)


@pytest.fixture
def asked(placement):
    return ask_reschedule(
        placement, Block(LATER, 4), by=placement.learner, reason=RescheduleReason.WISH
    )


def path(asked, reader):
    return "/" + move_url(asked, reader).split("/", 3)[3]


def test_a_learner_asks_on_the_page(client, placement):
    client.force_login(placement.learner)
    page = f"{placement.get_absolute_url()}move/"
    assert f'value="{LATER}"' in client.get(page).text
    assert "Ask for other dates" in client.get(placement.get_absolute_url()).text

    assert client.post(page, {"start_on": f"{LATER}"}).status_code == 422
    answer = client.post(page, {"start_on": f"{LATER}", "reason": "wish", "note": "My exam"})

    assert answer.status_code == 302
    assert RescheduleRequest.objects.get().note == "My exam"
    shown = client.get(placement.get_absolute_url()).text
    assert "Other dates are asked for" in shown
    assert "Take it back" in shown


def test_dates_that_were_filled_meanwhile_are_refused(client, placement):
    page = f"{placement.get_absolute_url()}move/"
    placed(placement.listing, LATER)
    client.force_login(placement.learner)

    answer = client.post(page, {"start_on": f"{LATER}", "reason": "wish"})

    assert answer.status_code == 422
    assert "These dates are not free any more" in answer.text


@pytest.mark.parametrize(("button", "status"), [("approve", "approved"), ("decline", "declined")])
def test_a_preceptor_answers_on_the_page(client, placement, asked, button, status):
    host = placement.preceptor.user
    client.force_login(host)
    assert "asks for other dates" in client.get("/inbox/").text

    page = f"{placement.get_absolute_url()}answer/"
    assert client.post(page, {"request": asked.code, button: "1"}).status_code == 302

    asked.refresh_from_db()
    assert (asked.status, asked.answered_by) == (status, host)
    again = client.post(page, {"request": asked.code, button: "1"})
    assert again.status_code == 409
    assert "This request for other dates is over" in again.text


def test_who_asks_does_not_answer(client, placement, asked):
    client.force_login(placement.learner)
    page = f"{placement.get_absolute_url()}answer/"

    assert client.post(page, {"request": asked.code, "approve": "1"}).status_code == 403
    assert client.post(page, {"request": asked.code, "take_back": "1"}).status_code == 302
    asked.refresh_from_db()
    assert asked.status == RescheduleStatus.CANCELLED


def test_a_link_about_other_dates_answers_once(client, placement, asked):
    address = path(asked, placement.preceptor.user)
    for _look in range(3):
        assert client.get(address).status_code == 200
    asked.refresh_from_db()
    assert asked.is_pending

    assert client.post(address, {"approve": "1"}).status_code == 302
    asked.refresh_from_db()
    assert asked.status == RescheduleStatus.APPROVED
    assert "This question is answered" in client.get(address).text
    assert client.post(address, {"decline": "1"}).status_code == 409


def test_nobody_else_answers_by_it(client, placement, asked):
    for stranger in (placement.learner, PreceptorFactory().user):
        assert client.post(path(asked, stranger), {"approve": "1"}).status_code == 404
    host = placement.preceptor.user
    address = path(asked, host)
    host.set_password("another one")
    host.save()

    assert client.get(address).status_code == 404


def test_more_weeks_are_offered_on_the_page_and_agreed_to_by_a_link(client):
    start = next_monday(timezone.localdate()) - timedelta(weeks=2)
    placement = placed(
        listing_with(start, start + timedelta(weeks=4)), start, status=PlacementStatus.ACTIVE
    )
    client.force_login(placement.preceptor.user)
    page = f"{placement.get_absolute_url()}extend/"
    assert "Offer a later last day" in client.get(page).text
    assert client.post(page, {}).status_code == 422
    answer = client.post(page, {"end_on": f"{placement.end_on + timedelta(days=1)}", "note": ""})
    assert (answer.status_code, "Choose a weekday." in answer.text) == (422, True)
    last = start + timedelta(weeks=5, days=2)
    assert client.post(page, {"end_on": f"{last}", "note": ""}).status_code == 302
    client.logout()
    asked = RescheduleRequest.objects.get()

    client.post(path(asked, placement.learner), {"approve": "1"})

    placement.refresh_from_db()
    assert (placement.end_on, placement.weeks) == (last, 6)


@pytest.mark.parametrize("page", ["move", "extend"])
def test_what_has_ended_answers_409(client, page):
    placement = placed(listing_with(FIRST), FIRST, status=PlacementStatus.CANCELLED)
    client.force_login(placement.learner if page == "move" else placement.preceptor.user)

    answer = client.post(f"{placement.get_absolute_url()}{page}/", {})

    assert answer.status_code == 409
    assert "It has ended" in answer.text


def test_an_offer_of_more_weeks_can_be_taken_back(client):
    start = next_monday(timezone.localdate()) - timedelta(weeks=2)
    placement = placed(
        listing_with(start, start + timedelta(weeks=4)), start, status=PlacementStatus.ACTIVE
    )
    asked = offer_extension(
        placement, placement.end_on + timedelta(weeks=1), by=placement.preceptor.user
    )
    client.force_login(placement.preceptor.user)

    client.post(f"{placement.get_absolute_url()}answer/", {"request": asked.code, "take_back": "1"})

    asked.refresh_from_db()
    assert asked.status == RescheduleStatus.CANCELLED
