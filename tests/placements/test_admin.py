"""The back office: the same moves as the site's, by the same actions."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actions import COORDINATORS, ensure_groups
from audit.models import Event
from placements.models import Application
from placements.states import CancelledBy, CancelReason, DeclineReason, PlacementStatus, Status
from tests.factories.accounts import LearnerFactory, UserFactory
from tests.factories.placements import (
    ApplicationFactory,
    EvaluationFactory,
    HoursEntryFactory,
    PlacementFactory,
    learner,
    log_all_hours,
)
from tests.factories.rotations import ListingFactory, open_seats, soonest_start

pytestmark = pytest.mark.django_db
APPLICATIONS = reverse("admin:placements_application_changelist")
PLACEMENTS = reverse("admin:placements_placement_changelist")
ON_BEHALF = reverse("admin:placements_application_on_behalf")
NOTE = "Your scan is too dark, O'Brien."


@pytest.fixture
def office(client, dana):
    client.force_login(dana)
    return client


def run(client, page, action, *rows, **facts):
    sent = {"action": action, "_selected_action": [row.pk for row in rows], **facts}
    return client.post(page, sent, follow=True)


def status(thing):
    return type(thing).objects.get(pk=thing.pk).status


def levels(answer):
    return [message.level_tag for message in answer.context["messages"]]


MANY = {
    APPLICATIONS: lambda: ApplicationFactory(status=Status.UNDER_REVIEW),
    PLACEMENTS: PlacementFactory,
    reverse("admin:placements_hoursentry_changelist"): HoursEntryFactory,
    reverse("admin:placements_evaluation_changelist"): lambda: EvaluationFactory(signed=True),
}


@pytest.mark.parametrize("changelist", MANY)
def test_fifty_rows_take_twelve_queries_at_most(office, changelist):
    for _row in range(50):
        MANY[changelist]()
    office.get(changelist)

    with CaptureQueriesContext(connection) as asked:
        answer = office.get(changelist)

    assert answer.context["cl"].result_count == 50
    assert len(asked) <= 12, "\n".join(query["sql"][:150] for query in asked)


@pytest.mark.parametrize("changelist", MANY)
def test_each_row_opens_and_cannot_be_edited(office, changelist):
    row = MANY[changelist]()
    change = f"{changelist}{row.pk}/change/"

    assert office.get(change).status_code == 200
    assert office.post(change, {"status": "accepted"}).status_code == 403
    assert office.get(f"{changelist}add/").status_code == 403
    assert office.post(f"{changelist}{row.pk}/delete/").status_code == 403


def test_lists_can_be_searched_and_narrowed(office):
    waiting = ApplicationFactory(status=Status.UNDER_REVIEW)
    sent = ApplicationFactory(status=Status.SUBMITTED)

    for query, found in (
        (f"q={waiting.learner.email}", [waiting]),
        (f"q={sent.code}", [sent]),
        ("answer=waiting", [waiting]),
        ("answer=check", [sent]),
        ("q=nobody-of-that-name", []),
    ):
        assert list(office.get(f"{APPLICATIONS}?{query}").context["cl"].result_list) == found


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        ("hand_over", Status.SUBMITTED, Status.UNDER_REVIEW),
        ("confirm", Status.UNDER_REVIEW, Status.OFFERED),
        ("accept", Status.OFFERED, Status.ACCEPTED),
        ("withdraw", Status.UNDER_REVIEW, Status.WITHDRAWN),
    ],
)
def test_an_application_moves_and_says_by_whom(office, dana, action, before, after):
    application = ApplicationFactory(status=before)

    answer = run(office, APPLICATIONS, action, application)

    assert status(application) == after
    assert "Done: 1." in answer.text
    assert Event.objects.filter(subject_id=application.pk, by=dana).exists()


@pytest.mark.parametrize(
    ("action", "before", "after", "facts"),
    [
        ("ask_back", Status.SUBMITTED, Status.CHANGES_REQUESTED, {"note": NOTE}),
        (
            "decline",
            Status.UNDER_REVIEW,
            Status.DECLINED,
            {"reason": DeclineReason.FULL, "note": ""},
        ),
        ("refuse", Status.SUBMITTED, Status.INELIGIBLE, {"note": NOTE}),
        ("close", Status.UNDER_REVIEW, Status.CLOSED, {"note": NOTE}),
    ],
)
def test_an_application_moves_once_the_reason_is_given(office, action, before, after, facts):
    application = ApplicationFactory(status=before)

    asks = run(office, APPLICATIONS, action, application)
    empty = run(office, APPLICATIONS, action, application, asked="1")
    assert (asks.status_code, empty.status_code) == (200, 422)
    assert str(application) in asks.text
    assert status(application) == before

    run(office, APPLICATIONS, action, application, asked="1", **facts)
    assert status(application) == after


def test_a_refused_move_is_told_and_the_others_are_done(office):
    good, bad = (ApplicationFactory(status=one) for one in (Status.UNDER_REVIEW, Status.DRAFT))

    answer = run(office, APPLICATIONS, "confirm", bad, good)

    assert status(good) == Status.OFFERED
    assert status(bad) == Status.DRAFT
    assert "Done: 1." in answer.text
    assert levels(answer) == ["bad", "ok"]
    assert answer.text.count('<li class="error">') == 1


def test_a_hold_is_lifted(office):
    placement = PlacementFactory(status=PlacementStatus.ON_HOLD)

    run(office, PLACEMENTS, "resume", placement)

    assert status(placement) == PlacementStatus.READY


def test_a_placement_is_completed_once_everything_is_in(office):
    placement = PlacementFactory(status=PlacementStatus.INCOMPLETE)

    refused = run(office, PLACEMENTS, "complete", placement)
    assert status(placement) == PlacementStatus.INCOMPLETE
    assert "Hours or the final evaluation are missing." in refused.text

    log_all_hours(placement)
    EvaluationFactory(placement=placement, signed=True)
    run(office, PLACEMENTS, "complete", placement)
    assert status(placement) == PlacementStatus.COMPLETED


@pytest.mark.parametrize(
    ("action", "before", "after", "facts"),
    [
        ("hold", PlacementStatus.READY, PlacementStatus.ON_HOLD, {"note": NOTE, "reason": "visa"}),
        ("give_up", PlacementStatus.ON_HOLD, PlacementStatus.INCOMPLETE, {"note": NOTE}),
        (
            "cancel",
            PlacementStatus.ONBOARDING,
            PlacementStatus.CANCELLED,
            {"cancelled_by": CancelledBy.SITE, "reason": CancelReason.SITE_CLOSED, "note": ""},
        ),
    ],
)
def test_a_placement_moves_once_the_reason_is_given(office, action, before, after, facts):
    placement = PlacementFactory(status=before)

    assert run(office, PLACEMENTS, action, placement).status_code == 200
    assert run(office, PLACEMENTS, action, placement, asked="1").status_code == 422
    assert status(placement) == before
    run(office, PLACEMENTS, action, placement, asked="1", **facts)
    assert status(placement) == after


def test_arrival_is_written_down(office):
    there = PlacementFactory(status=PlacementStatus.ACTIVE)

    run(office, PLACEMENTS, "arrive", there)

    there.refresh_from_db()
    assert there.arrived_at


def test_nobody_arrives_who_has_not_started(office):
    ahead = PlacementFactory()

    answer = run(office, PLACEMENTS, "arrive", ahead)

    ahead.refresh_from_db()
    assert ahead.arrived_at is None
    assert levels(answer) == ["bad"]


def on_behalf(listing, person, **more):
    return {
        "learner": person.pk,
        "listing": listing.pk,
        "start_on": soonest_start(listing),
        "weeks": listing.usual_weeks,
        "statement": "She phones from O'Hare and wants to see ward rounds.",
        **more,
    }


def test_an_application_on_behalf_of_a_learner(office, dana):
    listing, person = ListingFactory(), learner()
    open_seats(listing, 12)

    assert ON_BEHALF in office.get(APPLICATIONS).text
    assert office.get(ON_BEHALF).status_code == 200
    answer = office.post(ON_BEHALF, on_behalf(listing, person), follow=True)

    application = Application.objects.get()
    assert answer.redirect_chain[-1][0].endswith(f"/{application.pk}/change/"), answer.text
    assert (application.learner, application.created_by) == (person, dana)
    assert application.status in {Status.SUBMITTED, Status.UNDER_REVIEW}
    assert "The application is sent." in answer.text


def test_on_behalf_refuses_what_the_learners_own_steps_refuse(office):
    listing, incomplete = ListingFactory(), LearnerFactory(family="").user
    open_seats(listing, 12)
    tuesday = soonest_start(listing) + timedelta(days=1)

    for facts in (
        on_behalf(listing, incomplete),
        on_behalf(listing, learner(), start_on=tuesday),
        on_behalf(listing, learner(), weeks=51),
        on_behalf(listing, UserFactory()),
    ):
        answer = office.post(ON_BEHALF, facts)
        assert answer.status_code == 422
        assert "O&#x27;Hare" in answer.text
    assert not Application.objects.exclude(status=Status.DRAFT).exists()


def test_on_behalf_refused_leaves_nothing_behind(office):
    listing = ListingFactory()

    answer = office.post(ON_BEHALF, on_behalf(listing, LearnerFactory(family="").user))

    assert answer.status_code == 422
    assert not Application.objects.exists()


def test_without_a_second_factor_nothing_opens(client):
    ensure_groups()
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name=COORDINATORS))
    client.force_login(user)

    assert client.get(APPLICATIONS).url == reverse("mfa_index")


def test_others_have_no_office(client):
    client.force_login(learner())
    assert client.get(APPLICATIONS).status_code in {302, 403, 404}

    application = ApplicationFactory(status=Status.UNDER_REVIEW)
    run(client, APPLICATIONS, "confirm", application)
    assert status(application) == Status.UNDER_REVIEW


def test_staff_without_the_right_move_nothing(client, second_factor):
    client.force_login(second_factor(UserFactory(is_staff=True)))
    placement = PlacementFactory()

    assert client.get(PLACEMENTS).status_code == 403
    payment = reverse("admin:placements_placement_money", args=[placement.pk, "payment"])
    facts = {"cents": "10", "method": "Check", "day": placement.created_at.date()}
    assert client.post(payment, facts).status_code in {302, 403}
    client.post(ON_BEHALF, {})
    assert not placement.ledger.filter(kind="received").exists()
    assert Application.objects.count() == 1


def test_what_is_private_in_an_evaluation_stays_so(office):
    row = EvaluationFactory(signed=True, would_support_letter="no")

    page = office.get(reverse("admin:placements_evaluation_change", args=[row.pk]))

    assert "support a letter" not in page.text.lower()


def test_a_row_says_what_happened_to_it(office):
    application = ApplicationFactory(status=Status.UNDER_REVIEW)
    run(office, APPLICATIONS, "confirm", application)

    page = office.get(reverse("admin:placements_application_change", args=[application.pk]))

    assert "application.offered" in page.text
    assert "Dana Whitlock" in page.text
