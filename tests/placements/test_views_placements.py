from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from placements.models import HoursEntry, Placement
from placements.states import CancelReason, PlacementStatus
from tests.factories.accounts import DocumentFactory
from tests.factories.placements import (
    EvaluationFactory,
    HoursEntryFactory,
    PlacementFactory,
    learner,
)
from tests.factories.rotations import ListingFactory, RequirementFactory
from tests.placements.pages import url

pytestmark = pytest.mark.django_db


def page_of(client, placement):
    client.force_login(placement.learner)
    return client.get(placement.get_absolute_url())


@pytest.mark.parametrize("status", list(PlacementStatus))
def test_placement_page_in_every_status(client, status):
    assert page_of(client, PlacementFactory(status=status)).status_code == 200


@pytest.mark.parametrize("status", list(PlacementStatus))
def test_preceptor_sees_the_page_without_price_and_papers(client, status):
    placement = PlacementFactory(status=status)
    client.force_login(placement.preceptor.user)

    page = client.get(placement.get_absolute_url())

    assert page.status_code == 200
    assert "$1,750" not in page.text
    assert "If you cancel" not in page.text


def test_nobody_else_sees_a_placement(client):
    placement = PlacementFactory()
    client.force_login(learner())

    for name in ("placement", "calendar", "cancel"):
        assert client.get(url(name, placement)).status_code == 404
    assert client.post(url("hours", placement)).status_code == 404


def test_checklist_names_each_paper_and_its_day(client):
    listing = ListingFactory()
    RequirementFactory(listing=listing)

    page = page_of(client, PlacementFactory(listing=listing))

    assert "TB test" in page.text
    assert "1 document missing" in page.text
    assert reverse("accounts:document_add_type", args=["tb"]) in page.text


def test_a_paper_in_review_is_not_missing(client):
    listing = ListingFactory()
    kind = RequirementFactory(listing=listing).type
    placement = PlacementFactory(listing=listing)
    DocumentFactory(
        owner=placement.learner,
        type=kind,
        issued_on=timezone.localdate(),
        verified_at=None,
        verified_by=None,
    )

    page = page_of(client, placement)

    assert "Documents in review" in page.text
    assert "document missing" not in page.text


# Hours


@pytest.fixture
def running(client):
    placement = PlacementFactory(status=PlacementStatus.ACTIVE)
    client.force_login(placement.learner)
    return placement


def test_hours_are_logged_corrected_and_removed(client, running):
    day = {"day": running.start_on.isoformat(), "hours": "8", "note": "Rounds"}

    client.post(url("hours", running), day)
    client.post(url("hours", running), {**day, "hours": "7.5"})

    entry = HoursEntry.objects.get()
    assert entry.hours == Decimal("7.5")
    client.post(url("hours", running), {"remove": entry.pk})
    assert not HoursEntry.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"hours": "25"}, "16"),
        ({"hours": "-1"}, "0.25"),
        ({"hours": "eight"}, "Enter a number"),
        ({"day": ""}, "Enter the day."),
        ({"day": "2020-01-06"}, "outside your rotation"),
    ],
)
def test_hours_that_cannot_be_are_422_and_kept(client, running, wrong, words):
    day = {"day": running.start_on.isoformat(), "hours": "8", "note": "Ward rounds", **wrong}

    response = client.post(url("hours", running), day)

    assert response.status_code == 422
    assert words in response.text
    assert "Ward rounds" in response.text
    assert not HoursEntry.objects.exists()


def test_hours_that_are_signed_stay(client, running):
    entry = HoursEntryFactory(placement=running, signed=True)

    assert client.post(url("hours", running), {"remove": entry.pk}).status_code == 409
    again = {"day": entry.day.isoformat(), "hours": "9"}
    assert client.post(url("hours", running), again).status_code == 422


@pytest.mark.parametrize("pk", ["0", "x", "9" * 30, "-1"])
def test_a_day_that_is_not_there_is_404(client, running, pk):
    assert client.post(url("hours", running), {"remove": pk}).status_code == 404


def test_hours_before_the_start_are_refused(client):
    placement = PlacementFactory()
    client.force_login(placement.learner)
    day = {"day": placement.start_on.isoformat(), "hours": "8"}

    assert client.post(url("hours", placement), day).status_code == 422


def test_hours_are_hers_alone(client, running):
    client.force_login(running.preceptor.user)

    assert client.post(url("hours", running), {}).status_code == 403


@pytest.mark.parametrize("size", [1, 3])
def test_placement_takes_as_many_queries_for_three_days_as_for_one(
    client, django_assert_num_queries, running, size
):
    for n in range(size):
        HoursEntryFactory(placement=running, day=running.start_on + timedelta(days=n))
    client.get(running.get_absolute_url())

    with django_assert_num_queries(20):
        page = client.get(running.get_absolute_url())

    assert len(page.context["hours"]) == size


def test_signed_evaluation_is_shown_without_what_is_private(client):
    evaluation = EvaluationFactory(signed=True)

    page = page_of(client, evaluation.placement)

    assert "Careful histories." in page.text
    assert "4 of 5" in page.text
    assert "support a letter" not in page.text


def test_evaluation_in_draft_is_not_shown(client):
    evaluation = EvaluationFactory()

    assert "Careful histories." not in page_of(client, evaluation.placement).text


def test_letter_can_be_asked_for_at_half_time(client):
    ask = "letters:ask"
    early = PlacementFactory(status=PlacementStatus.READY)
    late = PlacementFactory(status=PlacementStatus.WRAP_UP)

    assert reverse(ask, args=[early.code]) not in page_of(client, early).text
    assert reverse(ask, args=[late.code]) in page_of(client, late).text


# The calendar


def calendar_of(client, placement):
    client.force_login(placement.learner)
    response = client.get(url("calendar", placement))
    (event,) = Calendar.from_ical(response.content).walk("VEVENT")
    return response, event


def test_calendar_holds_whole_days_with_an_exclusive_end(client):
    placement = PlacementFactory()

    response, event = calendar_of(client, placement)

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"].startswith("attachment")
    assert event["DTSTART"].params["VALUE"] == "DATE"
    assert event["DTEND"].params["VALUE"] == "DATE"
    assert event.decoded("DTSTART") == placement.start_on
    assert event.decoded("DTEND") == placement.end_on + timedelta(days=1)
    assert event["UID"].startswith(f"placement-{placement.code}@")
    assert event["SEQUENCE"] == 0
    assert event.decoded("DTSTAMP") == placement.updated_at.replace(microsecond=0)
    assert event["STATUS"] == "CONFIRMED"


def test_calendar_keeps_to_the_letter_of_the_standard(client):
    listing = ListingFactory(site__name="Szpital św. Łukasza; Ward 3, East\nWing " + "ż" * 60)
    placement = PlacementFactory(listing=listing)

    response, event = calendar_of(client, placement)

    lines = response.content.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert lines[-1] == b""
    assert b"\n" not in response.content.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in lines)
    assert event["LOCATION"].startswith(listing.site.name)


def test_calendar_is_the_same_file_while_nothing_changes(client):
    placement = PlacementFactory()
    with time_machine.travel(timezone.now(), tick=False):
        first, _ = calendar_of(client, placement)
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
        second, _ = calendar_of(client, placement)

    assert first.content == second.content


def test_calendar_of_a_canceled_placement_strikes_it_out(client):
    placement = PlacementFactory(status=PlacementStatus.CANCELLED, sequence=1)

    _response, event = calendar_of(client, placement)

    assert event["STATUS"] == "CANCELLED"
    assert event["SEQUENCE"] == 1


# An early end


def test_cancel_shows_the_amount_then_asks_again_then_ends_it(client):
    placement = PlacementFactory(status=PlacementStatus.READY)
    client.force_login(placement.learner)
    reason = {"reason": CancelReason.ILLNESS, "note": "I broke my leg; I’m sorry."}

    first = client.get(url("cancel", placement))
    second = client.post(url("cancel", placement), reason)
    assert Placement.objects.get().status == PlacementStatus.READY
    third = client.post(url("cancel", placement), {**reason, "sure": "1"})

    assert "$1,600 (USD) comes back" in first.text
    assert "Are you sure?" in second.text
    assert "I broke my leg" in second.text
    assert third.url == placement.get_absolute_url()
    placement.refresh_from_db()
    assert placement.status == PlacementStatus.CANCELLED
    assert (placement.cancelled_by, placement.cancel_reason) == ("learner", "illness")
    assert placement.sequence == 1
    assert "$1,600 (USD) comes back" in client.get(placement.get_absolute_url()).text


def test_cancel_without_a_reason_is_422(client):
    placement = PlacementFactory()
    client.force_login(placement.learner)

    response = client.post(url("cancel", placement), {"note": "Sorry", "sure": "1"})

    assert response.status_code == 422
    assert "Sorry" in response.text
    placement.refresh_from_db()
    assert placement.status == PlacementStatus.ONBOARDING


def test_cancel_near_the_start_gives_back_less(client):
    placement = PlacementFactory(status=PlacementStatus.READY)
    client.force_login(placement.learner)
    near = timezone.now() + (placement.start_on - timezone.localdate()) - timedelta(days=20)

    with time_machine.travel(near, tick=False):
        client.force_login(placement.learner)
        page = client.get(url("cancel", placement))

    assert "$800 (USD) comes back" in page.text


def test_cancel_of_what_has_ended_is_409(client):
    placement = PlacementFactory(status=PlacementStatus.COMPLETED)
    client.force_login(placement.learner)
    sure = {"reason": CancelReason.ILLNESS, "sure": "1"}

    assert client.get(url("cancel", placement)).url == placement.get_absolute_url()
    assert client.post(url("cancel", placement), sure).status_code == 409


def test_preceptor_cannot_cancel_in_her_name(client):
    placement = PlacementFactory()
    client.force_login(placement.preceptor.user)

    assert client.post(url("cancel", placement), {}).status_code == 403
