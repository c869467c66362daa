"""What staff change in the timers' numbers acts from then on, in actions, pages and mails."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clocks.calendar import add_business_days
from clocks.intervals import declared
from clocks.models import Due, Interval
from clocks.queries import forget_numbers
from outbox.models import Message
from placements.actions.applications import request_changes, start_application, start_review
from placements.actions.offers import offer_seat
from placements.states import Status
from tests.factories.accounts import LearnerFactory
from tests.factories.placements import ApplicationFactory
from tests.factories.rotations import ListingFactory

pytestmark = pytest.mark.django_db


def change(key, *numbers):
    assert key in declared()
    Interval.objects.create(key=key, numbers=list(numbers))
    forget_numbers()


def owed(kind):
    return [due.at for due in Due.objects.filter(kind=kind).order_by("at")]


def test_a_review_runs_by_the_changed_numbers():
    change("answer", 4)
    change("answer_reminders", 1)
    change("answer_escalation", 3)
    application = ApplicationFactory(status=Status.SUBMITTED)

    start_review(application, by=None)

    zone = application.listing.site.zone
    today = timezone.localdate(timezone=zone)
    assert application.reply_by.astimezone(zone).date() == add_business_days(today, 4)
    assert len(owed("application.reply_reminder")) == 1
    mail = Message.objects.get(template="placements/review_request")
    assert "we remind you after 1 business day." in " ".join(mail.body.split())


def test_an_offer_runs_by_the_numbers_of_the_moment_it_was_made():
    application = ApplicationFactory(status=Status.UNDER_REVIEW)
    change("offer", 3)
    change("offer_reminders", 12)

    offer_seat(application, by=application.listing.preceptor.user)
    Interval.objects.filter(key="offer").update(numbers=[6])
    forget_numbers()

    application.refresh_from_db()
    ends = application.offer_expires_at
    assert ends - application.offered_at == timedelta(days=3)
    assert owed("application.offer_reminder") == [ends - timedelta(hours=12)]


def test_a_draft_lasts_as_long_as_staff_say():
    change("draft", 20)
    change("draft_reminders", 5, 15)
    before = timezone.now()
    user = LearnerFactory().user

    start_application(ListingFactory(), learner=user, by=user)

    reminders, (end,) = owed("application.draft_reminder"), owed("application.close_draft")
    assert [(at - before).days for at in (*reminders, end)] == [5, 15, 20]


def test_a_question_waits_as_long_as_staff_say():
    change("changes", 14)
    application = ApplicationFactory(status=Status.SUBMITTED)
    before = timezone.now()

    request_changes(application, by=application.listing.preceptor.user, note="Which dates?")

    (end,) = owed("application.close_unanswered")
    assert end - before >= timedelta(days=14)
    assert end - timezone.now() <= timedelta(days=14)


def test_pages_say_the_changed_numbers(client):
    change("answer", 4)

    assert "Hear back in 4 business days" in client.get(reverse("rotations:home")).text
    listing = client.get(ListingFactory().get_absolute_url()).text
    assert "answers within 4 business days." in listing
