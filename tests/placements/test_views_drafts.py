"""The four steps of a draft, and sending it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.kinds import ConsentKind
from outbox.models import Message
from placements.models import Application
from placements.states import PlacementStatus, Status
from rotations.models import SeatWeek
from tests.factories.accounts import (
    DocumentFactory,
    LearnerFactory,
)
from tests.factories.placements import ApplicationFactory, PlacementFactory
from tests.factories.rotations import ListingFactory, RequirementFactory, soonest_start
from tests.placements.pages import url

pytestmark = pytest.mark.django_db
AGREED = {"true": "on", "shares": "on", "rules": "on"}


def test_task_list_shows_four_tasks_and_what_is_done(hers, draft):
    Application.objects.filter(pk=draft.pk).update(done=["dates"])

    page = hers.get(draft.get_absolute_url())

    assert page.status_code == 200
    for words in ("Dates", "About you", "Documents", "Check and send", "Cannot start yet"):
        assert words in page.text


def test_dates_of_another_length_are_shown_and_saved(client):
    listing = ListingFactory(weeks=16, min_weeks=2, usual_weeks=4, max_weeks=6)
    draft = ApplicationFactory(listing=listing, start_on=None, weeks=None, done=[])
    client.force_login(draft.learner)

    page = client.get(url("dates", draft), {"weeks": 2})
    start = soonest_start(listing).isoformat()
    response = client.post(url("dates", draft), {"start": start, "weeks": 2})

    assert page.context["weeks"] == 2
    assert f'value="{start}"' in page.text
    assert response.url == url("about", draft)
    draft.refresh_from_db()
    assert draft.weeks == 2


@pytest.mark.parametrize("weeks", ["", "x", "-2", "\u00b2", "99", "9" * 5000])
def test_dates_of_a_length_that_does_not_exist_are_the_usual_ones(hers, draft, weeks):
    page = hers.get(url("dates", draft), {"weeks": weeks})

    assert page.status_code == 200
    assert page.context["weeks"] == draft.listing.usual_weeks


def test_dates_of_another_rotation_of_hers_are_marked_and_cannot_be_chosen(hers, draft):
    then = PlacementFactory(
        learner=draft.learner, start_on=draft.start_on, status=PlacementStatus.READY
    )

    page = hers.get(url("dates", draft))

    first = page.context["months"][0].picks[0]
    assert first.on_offer.block.overlaps(then.application.block)
    assert first.is_closed
    assert "You have another rotation then" in page.text
    assert f'value="{first.on_offer.block.start_on}" required disabled' in page.text


def test_dates_that_are_not_offered_are_refused_with_the_page(hers, draft):
    tuesday = (draft.start_on + timedelta(days=1)).isoformat()

    response = hers.post(url("dates", draft), {"start": tuesday, "weeks": 4})

    assert response.status_code == 422
    assert "not offered" in response.text
    assert f'value="{draft.start_on}"' in response.text


def test_dates_without_a_choice_say_so(hers, draft):
    response = hers.post(url("dates", draft), {"weeks": 4})

    assert response.status_code == 422
    assert "Choose the dates that you want." in response.text


def test_finish_later_goes_back_to_the_task_list(hers, draft):
    choice = {"start": draft.start_on.isoformat(), "weeks": 4, "later": "1"}

    assert hers.post(url("dates", draft), choice).url == draft.get_absolute_url()


def test_about_asks_for_what_the_profile_lacks_and_keeps_it_there(client):
    profile = LearnerFactory(school="", visa_plan="")
    draft = ApplicationFactory(learner=profile.user, statement="", done=["dates"])
    client.force_login(profile.user)

    page = client.get(url("about", draft))
    response = client.post(
        url("about", draft),
        {
            "statement": "I want to learn.",
            "fact-school": "Universidad O’Higgins",
            "fact-school_country": "CL",
            "fact-visa_plan": "citizen",
        },
    )

    assert list(page.context["facts"].fields) == ["school", "school_country", "visa_plan"]
    assert response.url == url("documents", draft)
    profile.refresh_from_db()
    draft.refresh_from_db()
    assert profile.school == "Universidad O’Higgins"
    assert draft.statement == "I want to learn."
    assert "about" in draft.done


def test_about_without_a_needed_fact_is_422_and_keeps_the_statement(client):
    profile = LearnerFactory(school="")
    draft = ApplicationFactory(learner=profile.user, statement="", done=["dates"])
    client.force_login(profile.user)

    response = client.post(
        url("about", draft), {"statement": "I want to learn.", "fact-school": ""}
    )

    assert response.status_code == 422
    assert "I want to learn." in response.text
    draft.refresh_from_db()
    assert draft.statement == "I want to learn."
    assert "about" not in draft.done


def test_about_refuses_a_statement_that_is_too_long_and_keeps_it(hers, draft):
    long = "a" * 1501

    response = hers.post(url("about", draft), {"statement": long})

    assert response.status_code == 422
    assert long in response.text


def test_about_saves_itself_and_answers_with_the_line_alone(hers, draft):
    response = hers.post(
        f"{url('about', draft)}?autosave",
        {"statement": "Half a sen"},
        headers={"HX-Request": "true"},
    )

    draft.refresh_from_db()
    assert response.status_code == 200
    assert draft.statement == "Half a sen"
    assert 'hx-swap-oob="true"' in response.text
    assert "10 of 1500" in response.text
    assert "<html" not in response.text


def test_documents_show_what_is_missing_and_what_counts(client):
    listing = ListingFactory(weeks=12)
    RequirementFactory(listing=listing)
    draft = ApplicationFactory(listing=listing)
    client.force_login(draft.learner)

    page = client.get(url("documents", draft))

    assert [paper.state for paper in page.context["needed"]] == ["missing"]
    assert reverse("accounts:document_add_type", args=["tb"]) in page.text
    assert client.post(url("documents", draft)).url == url("send", draft)


def test_documents_in_review_need_nothing_of_her(client):
    listing = ListingFactory(weeks=12)
    kind = RequirementFactory(listing=listing).type
    draft = ApplicationFactory(listing=listing)
    DocumentFactory(
        owner=draft.learner,
        type=kind,
        issued_on=timezone.localdate(),
        verified_at=None,
        verified_by=None,
    )
    client.force_login(draft.learner)

    page = client.get(url("documents", draft))

    assert page.context["needed"] == []
    assert [paper.state for paper in page.context["held"]] == ["in_review"]


def test_a_document_that_ends_too_early_says_so(client):
    listing = ListingFactory(weeks=12)
    kind = RequirementFactory(listing=listing).type
    draft = ApplicationFactory(listing=listing)
    old = timezone.localdate() - timedelta(days=340)
    DocumentFactory(owner=draft.learner, type=kind, issued_on=old)
    client.force_login(draft.learner)

    page = client.get(url("documents", draft))

    assert [paper.state for paper in page.context["needed"]] == ["early"]
    assert "Expires too early" in page.text


def test_check_and_send_waits_for_the_other_three(hers, draft):
    Application.objects.filter(pk=draft.pk).update(done=["dates"])

    assert hers.get(url("send", draft)).url == draft.get_absolute_url()


def test_check_and_send_shows_everything_once_more(hers, draft):
    page = hers.get(url("send", draft))

    assert page.status_code == 200
    for words in (
        draft.statement,
        "$1,750",
        "Nothing here stops you",
        "$1,600 back",
        "Send application",
    ):
        assert words in page.text


def test_send_goes_to_the_preceptor_once_however_often_it_is_clicked(hers, draft):
    answers = [hers.post(url("send", draft), AGREED) for _ in range(3)]

    assert {answer.url for answer in answers} == {url("sent", draft)}
    draft.refresh_from_db()
    assert draft.status == Status.UNDER_REVIEW
    assert Message.objects.filter(template="placements/application_received").count() == 1
    consent = draft.learner.consents.get(kind=ConsentKind.APPLICATION)
    assert consent.subject_id == draft.pk
    page = hers.get(url("sent", draft))
    assert "Application sent" in page.text


def test_send_without_the_consents_is_422(hers, draft):
    response = hers.post(url("send", draft), {"pre_accept": "on"})

    assert response.status_code == 422
    assert "Agree to the site’s rules" in response.text
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT


def test_send_that_a_rule_stops_says_which(client):
    draft = ApplicationFactory(learner=LearnerFactory(family="np_student").user)
    client.force_login(draft.learner)

    response = client.post(url("send", draft), AGREED)

    assert response.status_code == 422
    assert "Nurse practitioner student" in response.text
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT


def test_send_for_a_block_that_filled_meanwhile_is_409_with_other_rotations(hers, draft):
    SeatWeek.objects.filter(listing=draft.listing).update(taken=2)
    other = ListingFactory(weeks=12, title="Clinic in Dallas")

    response = hers.post(url("send", draft), AGREED)

    assert response.status_code == 409
    assert "filled a moment ago" in response.text
    assert other.title in response.text
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT


def test_accept_at_once_is_kept_with_the_request(hers, draft):
    hers.post(url("send", draft), {**AGREED, "pre_accept": "on"})

    draft.refresh_from_db()
    assert draft.pre_accept


def test_steps_of_a_request_that_is_sent_lead_to_where_it_stands(client):
    application = ApplicationFactory(status=Status.UNDER_REVIEW)
    client.force_login(application.learner)

    for step in ("dates", "about", "documents", "send"):
        assert client.get(url(step, application)).url == application.get_absolute_url()
    moved = client.post(
        url("dates", application), {"start": application.start_on.isoformat(), "weeks": 4}
    )
    assert moved.status_code == 409


def test_an_answer_that_was_asked_for_is_sent_again(client):
    application = ApplicationFactory(status=Status.CHANGES_REQUESTED, note="Which dates suit you?")
    client.force_login(application.learner)

    page = client.get(application.get_absolute_url())
    client.post(url("send", application), AGREED)

    assert "Which dates suit you?" in page.text
    application.refresh_from_db()
    assert application.status == Status.UNDER_REVIEW
