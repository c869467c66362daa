"""How fast and how often a preceptor answers: what counts, and what the pages say."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import PreceptorProfile
from clocks.models import Due
from config.celery import app
from placements.actions.answers import count_answers
from placements.actions.applications import (
    decline_application,
    request_changes,
    start_review,
    submit_application,
    withdraw_application,
)
from placements.actions.offers import offer_seat, undo_offer
from placements.states import DeclineReason, Status
from placements.tasks import count_preceptors_answers, lapse
from tests.factories.accounts import DelegationFactory, PreceptorFactory, StaffFactory
from tests.factories.placements import ApplicationFactory
from tests.factories.rotations import ListingFactory
from tests.rotations.pages import html

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing():
    return ListingFactory(weeks=12)


def asked(listing, *, hours=None, status=Status.DECLINED, by=None, **more):
    """A request of ten days ago, answered after so many hours or not at all."""
    asked_at = timezone.now() - timedelta(days=10)
    answered_at = None if hours is None else asked_at + timedelta(hours=hours)
    return ApplicationFactory(
        listing=listing, status=status, asked_at=asked_at, answered_at=answered_at,
        answered_by=(by or listing.preceptor.user) if answered_at else None, **more,
    )  # fmt: skip


def figures(listing):
    count_answers()
    found = PreceptorProfile.objects.get(pk=listing.preceptor_id)
    return found.median_answer_hours, found.answered_percent, found.requests_counted


def test_the_median_of_the_first_answers_and_the_share_answered(listing):
    for hours in (10, 40.2, 90):
        asked(listing, hours=hours)
    asked(listing, status=Status.NO_RESPONSE)

    assert figures(listing) == (41, 75, 4)


def test_an_even_number_of_answers_has_its_median_between_the_middle_two(listing):
    for hours in (1, 10, 20, 90):
        asked(listing, hours=hours)

    assert figures(listing) == (15, 100, 4)


def test_what_was_never_answered_nor_lapsed_does_not_count(listing):
    asked(listing, hours=5)
    for status in (Status.WITHDRAWN, Status.CLOSED, Status.UNDER_REVIEW):
        asked(listing, status=status)
    ApplicationFactory(listing=listing)
    ApplicationFactory(listing=listing, status=Status.SUBMITTED)

    assert figures(listing) == (5, 100, 1)


def test_withdrawn_after_the_answer_counts(listing):
    asked(listing, hours=5, status=Status.WITHDRAWN)

    assert figures(listing) == (5, 100, 1)


def test_a_coordinators_answer_is_not_hers_a_delegates_is(listing):
    asked(listing, hours=1, by=StaffFactory())
    asked(listing, hours=7, by=DelegationFactory(preceptor=listing.preceptor).person)
    asked(listing, hours=9, by=DelegationFactory().person)

    assert figures(listing) == (7, 100, 1)


def test_a_question_back_and_then_silence_is_not_answered(listing):
    asked(listing, hours=3, status=Status.NO_RESPONSE)

    assert figures(listing) == (None, 0, 1)


def test_figures_that_have_lost_their_requests_go(listing):
    PreceptorProfile.objects.filter(pk=listing.preceptor_id).update(
        median_answer_hours=3, answered_percent=100, requests_counted=9
    )

    assert figures(listing) == (None, None, 0)


def test_counting_twice_changes_nothing_and_queries_do_not_grow(listing):
    def queries():
        with CaptureQueriesContext(connection) as found:
            count_answers()
        return len(found)

    asked(listing, hours=3)
    assert count_answers() == 1
    assert count_answers() == 0
    once = queries()
    for _ in range(3):
        asked(ListingFactory(weeks=12), hours=4)
    count_answers()
    assert queries() == once


def test_the_first_answer_is_taken_down_by_every_kind_of_answer(listing):
    host = listing.preceptor.user
    moves = (
        lambda one: offer_seat(one, by=host),
        lambda one: decline_application(one, by=host, reason=DeclineReason.FIT),
        lambda one: request_changes(one, by=host, note="Which dates?"),
    )
    for move in moves:
        application = ApplicationFactory(listing=listing, status=Status.UNDER_REVIEW)

        move(application)

        application.refresh_from_db()
        assert application.answered_by == host
        assert application.answered_at is not None


def test_what_staff_ask_before_she_has_it_is_no_answer_of_hers(listing):
    application = ApplicationFactory(listing=listing, status=Status.SUBMITTED)

    request_changes(application, by=StaffFactory(), note="Your passport?")

    application.refresh_from_db()
    assert application.answered_at is None


def test_a_second_round_keeps_the_first_question_and_the_first_answer(listing):
    first = timezone.now() - timedelta(days=2)
    application = ApplicationFactory(
        listing=listing, status=Status.UNDER_REVIEW, review_started_at=first
    )
    request_changes(application, by=listing.preceptor.user, note="Which dates?")
    answered_at = application.answered_at
    submit_application(application, by=application.learner)

    decline_application(application, by=listing.preceptor.user, reason=DeclineReason.FIT)

    application.refresh_from_db()
    assert application.review_started_at > first
    assert (application.asked_at, application.answered_at) == (first, answered_at)


def test_a_confirm_that_is_undone_was_no_answer(listing):
    application = ApplicationFactory(listing=listing, status=Status.UNDER_REVIEW)
    offer_seat(application, by=listing.preceptor.user)

    undo_offer(application, by=listing.preceptor.user)

    application.refresh_from_db()
    assert (application.answered_at, application.answered_by) == (None, None)


def test_a_silent_preceptors_figures_drop(client):
    """Story B: Doyle never answers Maria, and everybody can see that."""
    doyle = ListingFactory(weeks=30, preceptor=PreceptorFactory(user__name="Karen Doyle"))
    for hours in (20, 30, 40, 50):
        asked(doyle, hours=hours)
    assert figures(doyle)[1] == 100
    friday = datetime(2027, 1, 15, 10, tzinfo=ZoneInfo("America/New_York"))
    with time_machine.travel(friday, tick=False):
        maria = ApplicationFactory(listing=doyle, status=Status.SUBMITTED)
        start_review(maria, by=None)
    with time_machine.travel(datetime(2027, 2, 2, 12, tzinfo=ZoneInfo("UTC")), tick=False):
        lapse(Due.objects.get(kind="application.lapse", subject_id=maria.pk).pk)
        count_preceptors_answers()
        page = html(client.get(doyle.get_absolute_url()))

    maria.refresh_from_db()
    assert maria.status == Status.NO_RESPONSE
    assert "Usually answers in 35 hours, answered 80% of 5 requests" in page
    assert "A request that ran out without an answer counts as not answered." in page


def test_who_never_answers_is_not_new(listing):
    for _ in range(5):
        asked(listing, status=Status.NO_RESPONSE)
    count_answers()

    preceptor = PreceptorProfile.objects.get(pk=listing.preceptor_id)

    assert preceptor.answers == "Has answered none of the requests so far"
    assert preceptor.answered_share == "answered 0% of 5 requests"


def test_below_five_requests_she_is_new(listing, client):
    for _ in range(4):
        asked(listing, hours=5)
    count_answers()

    page = html(client.get(listing.preceptor.get_absolute_url()))

    assert "New: too few requests for an answer time" in page
    assert "100%" not in page


def test_she_reads_her_own_figures_and_when_they_were_counted(listing, client):
    for _ in range(5):
        asked(listing, hours=5)
    count_answers()
    client.force_login(listing.preceptor.user)

    page = html(client.get("/profile/"))

    assert "Usually answers in 5 hours" in page
    assert "Last looked at:" in page


def test_the_clock_counts_each_hour():
    assert "placements.tasks.count_preceptors_answers" in {
        entry["task"] for entry in app.conf.beat_schedule.values()
    }


def test_withdrawing_before_the_answer_leaves_the_figures(listing):
    asked(listing, hours=5)
    waiting = ApplicationFactory(listing=listing, status=Status.UNDER_REVIEW)

    withdraw_application(waiting, by=waiting.learner)

    assert figures(listing) == (5, 100, 1)
