"""A preceptor signs hours, sends a day back, and taps that somebody arrived."""

from datetime import timedelta

import pytest
from django.urls import reverse

from placements.models import HoursEntry
from placements.states import PlacementStatus
from tests.factories.accounts import StaffFactory
from tests.factories.placements import HoursEntryFactory, PlacementFactory, learner, log_all_hours
from tests.factories.rotations import ListingFactory
from tests.placements.pages import url

pytestmark = pytest.mark.django_db


@pytest.fixture
def running():
    return PlacementFactory(status=PlacementStatus.ACTIVE)


@pytest.fixture
def over():
    return PlacementFactory(status=PlacementStatus.WRAP_UP)


def sign_in(client, placement):
    client.force_login(placement.preceptor.user)
    return client


def states(placement):
    return [entry.state for entry in placement.hours.all()]


def test_one_tap_signs_every_day_that_waits(client, over):
    log_all_hours(over, signed=False)
    saturday = over.start_on + timedelta(days=5)
    disputed = HoursEntryFactory(placement=over, day=saturday, disputed=True)

    answer = sign_in(client, over).post(url("sign_hours", over), follow=True)

    assert answer.redirect_chain == [(url("sign_hours", over), 302)]
    assert "days are signed." in answer.text
    assert set(states(over)) == {"attested", "disputed"}
    disputed.refresh_from_db()
    assert disputed.state == "disputed"


def test_one_day_is_signed_by_itself(client, over):
    first, *others = log_all_hours(over, signed=False)

    answer = sign_in(client, over).post(url("sign_hours", over), {"entry": first.pk}, follow=True)

    assert "One day is signed." in answer.text
    assert states(over) == ["attested", *["logged" for _ in others]]


@pytest.mark.parametrize("entry", ["x", "-1", "9" * 40, "1.5", "١", "' OR 1=1"])
def test_a_made_up_day_signs_nothing(client, over, entry):
    log_all_hours(over, signed=False)

    answer = sign_in(client, over).post(url("sign_hours", over), {"entry": entry})

    assert answer.status_code == 302
    assert set(states(over)) == {"logged"}


def test_another_placements_day_is_not_signed(client, over, running):
    theirs = HoursEntryFactory(placement=running)

    sign_in(client, over).post(url("sign_hours", over), {"entry": theirs.pk})
    dispute = client.post(url("sign_hours", over), {"dispute": theirs.pk, "note": "No."})

    theirs.refresh_from_db()
    assert theirs.state == "logged"
    assert dispute.status_code == 404


def test_signed_by_whom_is_kept(client, over):
    HoursEntryFactory(placement=over)

    sign_in(client, over).post(url("sign_hours", over))

    assert HoursEntry.objects.get().attested_by == over.preceptor.user


def test_a_day_goes_back_with_a_note(client, over):
    entry = HoursEntryFactory(placement=over)

    answer = sign_in(client, over).post(
        url("sign_hours", over), {"dispute": entry.pk, "note": "We ended at noon."}, follow=True
    )

    entry.refresh_from_db()
    assert (entry.state, entry.dispute_note) == ("disputed", "We ended at noon.")
    assert "We ended at noon." in answer.text


@pytest.mark.parametrize("note", ["", "   ", "a" * 301])
def test_a_day_does_not_go_back_without_a_note_or_with_a_novel(client, over, note):
    entry = HoursEntryFactory(placement=over)

    answer = sign_in(client, over).post(
        url("sign_hours", over), {"dispute": entry.pk, "note": note}
    )

    entry.refresh_from_db()
    assert answer.status_code == 422
    assert "<details open>" in answer.text
    assert note.strip() in answer.text
    assert entry.state == "logged"


def test_a_signed_day_does_not_go_back(client, over):
    entry = HoursEntryFactory(placement=over, signed=True)

    answer = sign_in(client, over).post(
        url("sign_hours", over), {"dispute": entry.pk, "note": "We ended at noon."}
    )

    assert answer.status_code == 422
    assert "The hours of this day are signed already." in answer.text


@pytest.mark.parametrize("days", [1, 3])
def test_days_ask_as_much_for_three_as_for_one(client, over, days, django_assert_num_queries):
    log_all_hours(over, signed=False)
    kept = [entry.pk for entry in over.hours.all()[:days]]
    over.hours.exclude(pk__in=kept).delete()
    sign_in(client, over).get(url("sign_hours", over))

    with django_assert_num_queries(9):
        assert client.get(url("sign_hours", over)).status_code == 200


def test_no_hours_yet_says_so(client, running):
    page = sign_in(client, running).get(url("sign_hours", running))

    assert "No hours are logged yet." in page.text


def test_only_the_preceptor_signs(client, over, second_factor):
    entry = HoursEntryFactory(placement=over)
    others = [
        (over.learner, 403),
        (learner(), 404),
        (ListingFactory().preceptor.user, 404),
        (second_factor(StaffFactory()), 403),
    ]

    for person, status in others:
        client.force_login(person)
        assert client.get(url("sign_hours", over)).status_code == status
        assert client.post(url("sign_hours", over)).status_code == status
    entry.refresh_from_db()
    assert entry.state == "logged"


def test_the_tap_of_day_one(client, running):
    sign_in(client, running)

    for _tap in range(2):
        answer = client.post(url("arrived", running), follow=True)
        assert answer.redirect_chain == [(reverse("placements:learners"), 302)]

    running.refresh_from_db()
    assert running.arrived_at
    assert client.get(url("arrived", running)).status_code == 405


def test_nobody_arrives_before_the_first_day(client):
    ahead = PlacementFactory()

    answer = sign_in(client, ahead).post(url("arrived", ahead), follow=True)

    ahead.refresh_from_db()
    assert ahead.arrived_at is None
    assert "Thank you. Have a good first day." not in answer.text


def test_a_learner_does_not_say_herself_that_she_arrived(client, running):
    client.force_login(running.learner)

    assert client.post(url("arrived", running)).status_code == 403
    running.refresh_from_db()
    assert running.arrived_at is None
