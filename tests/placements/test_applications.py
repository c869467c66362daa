from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.kinds import Family
from clocks.models import Due
from outbox.models import Message
from placements.actions.applications import (
    Blocked,
    BlockNotOffered,
    ProfileIncomplete,
    choose_dates,
    close_application,
    decline_application,
    lapse_application,
    request_changes,
    start_application,
    start_review,
    submit_application,
    withdraw_application,
)
from placements.actions.transition import TransitionNotAllowed
from placements.models import Application
from placements.states import OPEN, DeclineReason, Status
from rotations.actions.seats import SeatsGone, set_capacity
from rotations.blocks import Block
from rotations.kinds import RotationType
from tests.factories.accounts import UserFactory
from tests.factories.placements import ApplicationFactory
from tests.factories.rotations import ListingFactory

pytestmark = pytest.mark.django_db


def test_start_application_finds_the_open_one():
    listing, learner = ListingFactory(), UserFactory()

    first = start_application(listing, learner=learner, by=learner)

    assert start_application(listing, learner=learner, by=learner) == first
    assert learner.is_learner


def test_start_application_for_a_listing_that_is_not_public_is_refused():
    listing, learner = ListingFactory(status="paused"), UserFactory()

    with pytest.raises(ValidationError, match="does not take requests"):
        start_application(listing, learner=learner, by=learner)


@pytest.mark.parametrize("shift", [timedelta(days=1), timedelta(weeks=-20)])
def test_choose_dates_takes_only_what_is_offered(shift):
    draft = ApplicationFactory()

    with pytest.raises(BlockNotOffered):
        choose_dates(draft, Block(draft.start_on + shift, draft.weeks), by=draft.learner)


def test_submit_application_freezes_answers_price_and_starts_the_review():
    draft = ApplicationFactory()

    submit_application(draft, by=draft.learner)

    draft.refresh_from_db()
    assert draft.status == Status.UNDER_REVIEW
    assert draft.answers["family"] == draft.learner.learner_profile.family
    assert draft.fee + draft.service_fee == draft.listing.total(draft.weeks)
    templates = sorted(Message.objects.values_list("template", flat=True))
    assert templates == ["placements/application_received", "placements/review_request"]
    kinds = set(Due.objects.values_list("kind", flat=True))
    assert {"application.reply_reminder", "application.lapse"} <= kinds


def test_submit_application_waits_for_a_coordinator_where_the_listing_says_so():
    draft = ApplicationFactory(listing__screening="coordinator")

    submit_application(draft, by=draft.learner)

    assert draft.status == Status.SUBMITTED
    assert Message.objects.filter(template="placements/application_screening").exists()


def test_submit_application_stops_at_a_rule_and_changes_nothing():
    draft = ApplicationFactory(listing__rotation_type=RotationType.ELECTIVE)

    with pytest.raises(Blocked) as refusal:
        submit_application(draft, by=draft.learner)

    assert refusal.value.checks
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT
    assert not Message.objects.exists()


def test_submit_application_needs_a_whole_profile():
    draft = ApplicationFactory()
    profile = draft.learner.learner_profile
    profile.school = ""
    profile.save()

    with pytest.raises(ProfileIncomplete, match="school"):
        submit_application(draft, by=draft.learner)


def test_submit_application_for_a_full_block_is_refused():
    draft = ApplicationFactory()
    listing = draft.listing
    other = ApplicationFactory(
        listing=listing, start_on=draft.start_on, status=Status.OFFERED, weeks_capacity=1
    )
    set_capacity(listing, other.block.mondays, capacity=1, by=None)

    with pytest.raises(SeatsGone):
        submit_application(draft, by=draft.learner)


def test_changes_stop_the_clock_and_the_answer_starts_it_anew():
    application = ApplicationFactory(status=Status.UNDER_REVIEW)
    host = application.listing.preceptor.user

    request_changes(application, by=host, note="Could you come a month later?")
    submit_application(application, by=application.learner)

    assert application.status == Status.UNDER_REVIEW
    assert application.review_started_at > timezone.now() - timedelta(minutes=1)


def test_decline_application_says_the_reason_once():
    application = ApplicationFactory(status=Status.UNDER_REVIEW)

    decline_application(
        application, by=application.listing.preceptor.user, reason=DeclineReason.AWAY, note="Sorry."
    )

    assert application.decline_reason == DeclineReason.AWAY
    assert Message.objects.get().template == "placements/application_declined"


@pytest.mark.parametrize("status", sorted(OPEN))
def test_withdraw_application_works_from_every_open_status_and_frees_the_seat(status):
    application = ApplicationFactory(status=status)

    withdraw_application(application, by=application.learner)

    assert application.status == Status.WITHDRAWN
    assert not application.listing.weeks.filter(taken__gt=0).exists()
    told = Message.objects.filter(recipient=application.listing.preceptor.user.email)
    assert told.count() == (status in {Status.UNDER_REVIEW, Status.OFFERED})


@pytest.mark.parametrize("status", sorted(set(Status) - OPEN))
def test_withdraw_application_that_has_ended_is_refused(status):
    application = ApplicationFactory(status=status)

    with pytest.raises(TransitionNotAllowed):
        withdraw_application(application, by=application.learner)


def test_close_application_gives_the_seat_back():
    application = ApplicationFactory(status=Status.OFFERED)

    close_application(application, by=None, note="The site closed.")

    assert not application.listing.weeks.filter(taken__gt=0).exists()


def test_lapse_application_happens_at_its_moment_and_tells_both():
    application = ApplicationFactory(status=Status.UNDER_REVIEW)
    assert lapse_application(application) is False

    with time_machine.travel(application.reply_by + timedelta(minutes=1), tick=False):
        assert lapse_application(application) is True

    assert application.status == Status.NO_RESPONSE
    assert set(Message.objects.values_list("template", flat=True)) == {
        "placements/application_lapsed",
        "placements/request_lapsed",
    }


def test_start_review_twice_is_refused():
    application = ApplicationFactory(status=Status.SUBMITTED)
    start_review(application, by=None)

    with pytest.raises(TransitionNotAllowed):
        start_review(application, by=None)


def test_only_one_open_application_per_learner_and_listing():
    """The table's last word, whatever the code forgets."""
    first = ApplicationFactory()

    one = "application_one_open_per_learner_and_listing"
    with pytest.raises(IntegrityError, match=one), transaction.atomic():
        ApplicationFactory(listing=first.listing, learner=first.learner)

    assert Application.objects.count() == 1


def test_np_students_are_blocked_from_what_is_not_open_to_them():
    draft = ApplicationFactory()
    profile = draft.learner.learner_profile
    profile.family = Family.NP_STUDENT
    profile.save()

    with pytest.raises(Blocked):
        submit_application(draft, by=draft.learner)
