"""How far a school's yes by a link reaches when dates move or a last day comes later (handbook 3.7)."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError

from placements.actions.reschedules import (
    CannotReschedule,
    approve_reschedule,
    ask_reschedule,
    offer_extension,
)
from placements.actions.schools import answer_school, ask_school
from placements.links import school_url
from placements.models import SchoolApproval
from placements.queries import days_to_approve, may_ask_school, school_approves
from placements.states import PlacementStatus, RescheduleReason
from rotations.blocks import Block
from tests.factories.accounts import LearnerFactory, UserFactory
from tests.placements.changing import APRIL, at, listing_with, placed
from tests.placements.pages import main

pytestmark = pytest.mark.django_db
MARCH, LAST = date(2027, 3, 1), date(2027, 4, 27)
COURSE_ENDS = date(2027, 4, 30)
SIGNED = {
    "answer": "yes",
    "signed_name": "Rosa D'Amico",
    "signed_title": "Associate dean",
    "note": "",
}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(at(4, 12), tick=False) as moving:
        yield moving


@pytest.fixture
def maria():
    user = UserFactory(name="Maria Santos")
    LearnerFactory(user=user, family="np_student", school="O'Hara College",
                   studies_from=date(2025, 9, 1), graduation_on=date(2028, 5, 1))  # fmt: skip
    return user


@pytest.fixture
def running(maria):
    listing = listing_with(MARCH, weeks=9, hours_per_week=20, capacity=2)
    return placed(
        listing, MARCH, weeks=8, status=PlacementStatus.ACTIVE, application__learner=maria
    )


def says(placement, reaches_to=None, **said):
    """Her school is asked by a mail, and answers by the link in it."""
    approval = ask_school(
        placement.application,
        by=placement.learner,
        official_name="Rosa D'Amico",
        official_email="dean@ohara.example",
        program="FNP",
    )
    answer_school(approval, address=None, **{**SIGNED, "reaches_to": reaches_to, **said})
    return approval


def approved(placement, reaches_to=None):
    """Before it began."""
    return SchoolApproval.objects.create(
        application=placement.application, preceptor=placement.preceptor, answer="yes",
        start_on=placement.start_on, end_on=placement.end_on, reaches_to=reaches_to,
        official_name="Rosa D'Amico", official_email="dean@ohara.example",
        asked_at=at(1, 20), answered_at=at(1, 21), expires_at=at(2, 20),
        asked_by=placement.learner, signed_name="Rosa D'Amico", signed_title="Associate dean",
        facts={"start_on": f"{placement.start_on}", "end_on": f"{placement.end_on}"},
    )  # fmt: skip


def test_a_yes_to_the_end_of_the_course_covers_a_later_last_day(running):
    approved(running, reaches_to=COURSE_ENDS)
    request = offer_extension(running, LAST, by=running.preceptor.user)

    approve_reschedule(request, by=running.learner)

    running.refresh_from_db()
    assert running.end_on == LAST


def test_a_later_last_day_waits_for_the_school_which_is_asked_about_it(client, running):
    approved(running)
    request = offer_extension(running, LAST, by=running.preceptor.user)
    with pytest.raises(CannotReschedule, match="Ask your school first"):
        approve_reschedule(request, by=running.learner)
    client.force_login(running.learner)
    page = main(client.get(running.get_absolute_url()))
    assert "ask your school by a link" in page
    assert may_ask_school(running.application)
    assert days_to_approve(running.application).end_on == LAST

    approval = says(running)

    assert (approval.end_on, approval.facts["end_on"], approval.facts["hours"]) == (
        LAST,
        "2027-04-27",
        168,
    )
    request.refresh_from_db()
    approve_reschedule(request, by=running.learner)
    running.refresh_from_db()
    assert running.end_on == LAST
    assert school_approves(running)


def test_beyond_the_end_of_the_course_it_does_not_reach(running):
    approved(running, reaches_to=date(2027, 4, 26))
    request = offer_extension(running, LAST, by=running.preceptor.user)

    with pytest.raises(CannotReschedule):
        approve_reschedule(request, by=running.learner)


def test_nobody_asks_a_school_of_what_runs_as_it_was_approved(running):
    approved(running)

    assert not may_ask_school(running.application)


def test_moved_dates_want_another_yes_and_the_page_says_so(client, clock, maria):
    clock.move_to(at(2, 1))
    listing = listing_with(MARCH, APRIL)
    placement = placed(listing, MARCH, application__learner=maria)
    approved(placement)
    request = ask_reschedule(placement, Block(APRIL, 4), by=maria, reason=RescheduleReason.WISH)
    approve_reschedule(request, by=placement.preceptor.user)
    placement.refresh_from_db()
    assert not school_approves(placement)
    client.force_login(maria)

    page = main(client.get(placement.get_absolute_url()))

    assert "Your school said yes to" in page
    assert "it has to be asked again" in page
    says(placement)
    assert school_approves(placement)
    assert "it has to be asked again" not in main(client.get(placement.get_absolute_url()))


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (LAST - timedelta(days=5), "Enter a day after the rotation’s last day"),
        (LAST + timedelta(days=400), "Enter a day after the rotation’s last day"),
    ],
)
def test_the_official_names_a_day_that_can_be(client, running, day, words):
    offer_extension(running, LAST, by=running.preceptor.user)
    approval = ask_school(
        running.application, by=running.learner, official_name="Rosa", program="FNP",
        official_email="dean@ohara.example",
    )  # fmt: skip
    page = school_url(approval).removeprefix("http://testserver")

    answer = client.post(page, {**SIGNED, "reaches_to": f"{day}"})

    assert answer.status_code == 422
    assert words in answer.text
    assert client.post(page, {**SIGNED, "reaches_to": f"{COURSE_ENDS}"}).status_code == 302
    approval.refresh_from_db()
    assert approval.last_day == COURSE_ENDS
    assert "It counts to" in main(client.get(page))


def test_a_no_reaches_nowhere(client, running):
    offer_extension(running, LAST, by=running.preceptor.user)
    approval = ask_school(
        running.application, by=running.learner, official_name="Rosa", program="FNP",
        official_email="dean@ohara.example",
    )  # fmt: skip
    page = school_url(approval).removeprefix("http://testserver")

    client.post(page, {**SIGNED, "answer": "no", "reaches_to": f"{COURSE_ENDS}"})

    approval.refresh_from_db()
    assert (approval.answer, approval.reaches_to) == ("no", None)


def test_the_table_refuses_a_day_before_what_was_asked(running):
    approval = approved(running)

    with pytest.raises(IntegrityError):
        SchoolApproval.objects.filter(pk=approval.pk).update(reaches_to=MARCH)
