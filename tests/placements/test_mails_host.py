"""Mails to preceptors: what a request says before anybody opens it."""

from decimal import Decimal

import pytest

from outbox.models import Message
from placements import emails
from placements.actions.applications import start_review, withdraw_application
from placements.states import PlacementStatus, Status
from tests.factories.placements import ApplicationFactory, PlacementFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent():
    application = ApplicationFactory(status=Status.SUBMITTED)
    application.learner.name = "Ciarán O'Brien & Sons"
    application.learner.save()
    return application


def mail(name):
    return Message.objects.get(template=f"placements/{name}")


def test_a_request_says_when_seats_who_and_what_is_met(sent):
    start_review(sent, by=None)

    message = mail("review_request")
    assert message.subject.startswith("[Reply by ")
    assert "Ciarán O'Brien & Sons asks for" in message.subject
    assert message.body.startswith(f"{sent.listing.preceptor.address_as},\n")
    for words in ("2 of 2 left before this one", "(IMG)", " met", "/r/", "without a password"):
        assert words in message.body
    assert "&#x27;" not in message.body
    assert "None" not in message.body
    assert "{{" not in message.body


def test_a_reminder_carries_the_same_facts_and_a_link(sent):
    start_review(sent, by=None)

    emails.review_reminder(sent, due=1)

    message = mail("review_reminder")
    assert "Still open: Ciarán O'Brien & Sons" in message.subject
    assert "2 of 2 left before this one" in message.body
    assert "/r/" in message.body
    assert message.secret


def test_a_withdrawal_for_another_rotation_says_so(sent):
    start_review(sent, by=None)

    withdraw_application(sent, by=sent.learner, note="superseded")

    assert "has accepted another rotation" in mail("application_withdrawn").body


def test_hours_are_counted_as_people_say_them():
    placement = PlacementFactory(status=PlacementStatus.ACTIVE)

    emails.hours_to_sign(placement, waiting=Decimal("24.00"), due=1)

    message = mail("hours_to_sign")
    assert message.subject.startswith("24 hours of ")
    assert "has logged 24 hours" in message.body
