"""Whom to call: for the preceptor once she may stand before her, for nobody in a mail."""

import pytest

from outbox.models import Message
from placements.states import PlacementStatus
from tests.factories.accounts import LearnerFactory
from tests.factories.placements import PlacementFactory, pay_in_full

pytestmark = pytest.mark.django_db
NAME, PHONE = "Chidi O'Nwosu", "+234 803 555 0101"
SHOWN = {PlacementStatus.READY, PlacementStatus.ACTIVE}


def placement(status):
    learner = LearnerFactory(
        emergency_name=NAME, emergency_relation="brother", emergency_phone=PHONE
    ).user
    return PlacementFactory(learner=learner, status=status)


@pytest.mark.parametrize("status", PlacementStatus)
def test_a_preceptor_sees_it_from_ready_to_the_last_day(client, status):
    found = placement(status)
    client.force_login(found.preceptor.user)

    page = client.get(found.get_absolute_url())

    assert page.status_code == 200
    assert (PHONE in page.text) == (status in SHOWN)


def test_the_learner_sees_and_changes_it(client):
    found = placement(PlacementStatus.ONBOARDING)
    client.force_login(found.learner)

    page = client.get(found.get_absolute_url()).text

    assert PHONE in page
    assert "#emergency" in page


def test_the_coordinator_sees_it_and_is_asked_for_nothing(client, dana):
    found = placement(PlacementStatus.ONBOARDING)
    client.force_login(dana)

    assert PHONE in client.get(found.get_absolute_url()).text


def test_whoever_named_nobody_is_asked_on_her_rotation(client):
    found = PlacementFactory(status=PlacementStatus.ONBOARDING)
    client.force_login(found.learner)

    assert "Add a contact" in client.get(found.get_absolute_url()).text


def test_no_request_shows_it_to_a_preceptor(client):
    found = placement(PlacementStatus.ACTIVE)
    client.force_login(found.preceptor.user)

    for path in (f"/requests/{found.application.code}/", "/inbox/", "/learners/"):
        assert PHONE not in client.get(path).text


def test_no_mail_carries_it(dana):
    found = placement(PlacementStatus.ONBOARDING)

    pay_in_full(found, by=dana)

    found.refresh_from_db()
    assert found.status == PlacementStatus.READY
    bodies = [f"{mail.subject} {mail.body}" for mail in Message.objects.all()]
    assert bodies
    assert not any(PHONE in body or "Chidi" in body for body in bodies)
