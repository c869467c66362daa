"""Secret calendar addresses: what they show, to whom, and how they end."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.urls import reverse
from icalendar import Calendar

from config.logs import without_secrets
from placements.links import feed_path
from placements.models import CalendarFeed, FeedSide
from placements.states import PlacementStatus, Status
from placements.views.agenda import entries_of
from tests.factories.accounts import LearnerFactory, UserFactory
from tests.factories.placements import ApplicationFactory
from tests.placements.changing import at, listing_with, placed

pytestmark = pytest.mark.django_db
PAGE = "/calendar/"


@pytest.fixture(autouse=True)
def _now():
    cache.clear()
    with time_machine.travel(at(2, 1), tick=False):
        yield


@pytest.fixture
def placement():
    learner = UserFactory(name="Amara Okafor", email="amara@example.com")
    LearnerFactory(
        user=learner,
        phone="(301) 867-5309",
        emergency_name="Ngozi Okafor",
        emergency_relation="Sister",
        emergency_phone="(301) 867-5310",
    )
    start = date(2027, 3, 8)
    listing = listing_with(start)
    return placed(listing, start, application__learner=learner)


def made(user, side):
    return CalendarFeed.objects.create(owner=user, side=side)


def events(response):
    assert response.status_code == 200
    found = Calendar.from_ical(response.content).walk("VEVENT")
    return {str(event["UID"]).split("-", 1)[0]: event for event in found}


def test_a_learner_reads_her_rotation_in_whole_days(client, placement):
    found = events(client.get(feed_path(made(placement.learner, "learner"))))

    event = found["placement"]
    assert event.decoded("dtstart") == date(2027, 3, 8)
    assert event.decoded("dtend") == date(2027, 4, 3)
    assert event["SEQUENCE"] == 0


def test_deadlines_are_instants_that_know_summer_time(client, placement):
    """Due on 6 Feb in Chicago's winter and, for a start in June, on a day of summer."""
    found = events(client.get(feed_path(made(placement.learner, "learner"))))
    assert found["documents"].decoded("dtstart") == datetime(2027, 2, 7, 5, 59, tzinfo=UTC)

    start = date(2027, 6, 21)
    other = placed(listing_with(start), start, application__learner=placement.learner)
    type(placement).objects.filter(pk=placement.pk).update(status=PlacementStatus.COMPLETED)
    cache.clear()
    found = events(client.get(feed_path(CalendarFeed.objects.get())))
    assert found["documents"].decoded("dtstart") == datetime(2027, 5, 23, 4, 59, tzinfo=UTC)
    assert other.code in str(found["documents"]["UID"])


def test_a_preceptor_reads_who_comes_and_nothing_else_about_her(client, placement):
    ApplicationFactory(listing=placement.listing, status=Status.UNDER_REVIEW)
    response = client.get(feed_path(made(placement.preceptor.user, "host")))

    found = events(response)
    assert "Amara Okafor" in str(found["placement"]["SUMMARY"])
    assert "reply" in found
    for secret in (b"amara@example.com", b"867-5309", b"Ngozi", b"illness"):
        assert secret not in response.content


def test_a_moved_rotation_keeps_its_uid_and_grows_its_sequence(client, placement):
    feed = made(placement.learner, "learner")
    before = events(client.get(feed_path(feed)))["placement"]
    type(placement).objects.filter(pk=placement.pk).update(
        start_on=date(2027, 3, 15), end_on=date(2027, 4, 9), sequence=1
    )
    cache.clear()

    after = events(client.get(feed_path(feed)))["placement"]

    assert after["UID"] == before["UID"]
    assert (after["SEQUENCE"], after.decoded("dtstart")) == (1, date(2027, 3, 15))


def test_the_page_makes_renews_and_switches_off(client, placement):
    client.force_login(placement.learner)
    client.post(PAGE, {"side": "learner", "renew": "1"})
    first = feed_path(CalendarFeed.objects.get())
    assert first.encode() in client.get(PAGE).content
    assert client.get(first).status_code == 200

    client.post(PAGE, {"side": "learner", "renew": "1"})
    second = feed_path(CalendarFeed.objects.get())
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200

    client.post(PAGE, {"side": "learner", "stop": "1"})
    assert client.get(second).status_code == 404
    assert not CalendarFeed.objects.exists()


@pytest.mark.parametrize("token", ["nothing", "a:b", "x" * 400])
def test_a_wrong_address_opens_nothing(client, token):
    assert client.get(reverse("placements:feed", args=[token])).status_code == 404


def test_a_closed_account_has_no_calendar(client, placement):
    path = feed_path(made(placement.learner, "learner"))
    type(placement.learner).objects.filter(pk=placement.learner_id).update(is_active=False)

    assert client.get(path).status_code == 404


def test_nobody_makes_a_calendar_of_a_side_that_is_not_hers(client, placement):
    client.force_login(placement.learner)

    assert client.post(PAGE, {"side": "host", "renew": "1"}).status_code == 404


def test_too_many_reads_are_refused(client, placement, monkeypatch):
    monkeypatch.setattr("placements.views.feeds.READS", {"feed": "2/h/ip"})
    path = feed_path(made(placement.learner, "learner"))

    answers = [client.get(path).status_code for _n in range(3)]

    assert answers == [200, 200, 429]


def test_it_may_be_kept_by_its_reader_alone(client, placement):
    response = client.get(feed_path(made(placement.learner, "learner")))

    assert response["Cache-Control"] == "private, max-age=300"
    assert response["X-Robots-Tag"] == "noindex"


def test_the_secret_is_cut_from_logs(placement):
    path = feed_path(made(placement.learner, "learner"))

    assert without_secrets(f"GET {path}") == "GET /feeds/…/rotations.ics"
    assert without_secrets("GET /m/abc:def/") == "GET /m/…/"


@pytest.mark.parametrize("size", [1, 3])
def test_a_feed_takes_as_many_queries_for_three_rotations_as_for_one(
    placement, size, django_assert_num_queries
):
    host = placement.preceptor.user
    for n in range(size - 1):
        start = placement.start_on + timedelta(weeks=5 * (n + 1))
        placed(listing_with(start, preceptor=placement.preceptor), start)
    assert host.practices

    with django_assert_num_queries(2):
        assert len(entries_of(host, FeedSide.HOST)) == size


def test_the_file_is_folded_in_utf8_with_its_zones(client, placement):
    learner = placement.learner
    type(learner).objects.filter(pk=learner.pk).update(name="Nguyễn Thị Minh Khai " * 5)
    ApplicationFactory(listing=placement.listing, status=Status.UNDER_REVIEW)

    response = client.get(feed_path(made(placement.preceptor.user, "host")))

    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    lines = response.content.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert b"\n" not in b"".join(lines)
    assert response.content.count(b"BEGIN:VTIMEZONE") == 1
    (zone,) = Calendar.from_ical(response.content).walk("VTIMEZONE")
    assert zone["TZID"] == str(placement.listing.site.zone)
    assert "Nguyễn Thị Minh Khai" in str(events(response)["placement"]["SUMMARY"])


def test_a_deadline_is_told_in_the_site_s_zone(client, placement):
    found = events(client.get(feed_path(made(placement.learner, "learner"))))

    assert found["documents"]["DTSTART"].params["TZID"] == "America/Chicago"
