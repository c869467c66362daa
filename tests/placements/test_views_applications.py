from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse
from django.utils import timezone

from accounts.kinds import ConsentKind
from outbox.models import Message
from placements.models import Application
from placements.states import PlacementStatus, Status
from rotations.kinds import ListingStatus, Screening
from rotations.models import SeatWeek
from tests.factories.accounts import (
    DocumentFactory,
    LearnerFactory,
    PreceptorFactory,
    StaffFactory,
)
from tests.factories.placements import ApplicationFactory, PlacementFactory, learner
from tests.factories.rotations import ListingFactory, RequirementFactory, soonest_start

pytestmark = pytest.mark.django_db
AGREED = {"true": "on", "shares": "on", "rules": "on"}


def url(name, thing):
    return reverse(f"placements:{name}", args=[thing.code])


@pytest.fixture
def draft():
    return ApplicationFactory()


@pytest.fixture
def hers(client, draft):
    """A client signed in as the draft's learner."""
    client.force_login(draft.learner)
    return client


# Applying


def apply_to(listing, **choice):
    return reverse("placements:apply", args=[listing.slug]), choice


def test_apply_starts_a_draft_with_the_chosen_block(client):
    listing, person = ListingFactory(weeks=12), learner()
    client.force_login(person)
    start = soonest_start(listing)

    response = client.post(*apply_to(listing, start=start.isoformat(), weeks=4))

    application = Application.objects.get()
    assert response.url == application.get_absolute_url()
    assert (application.start_on, application.weeks) == (start, 4)
    assert application.done == ["dates"]


def test_apply_asks_visitors_to_sign_in_and_keeps_their_dates(client):
    listing = ListingFactory(weeks=12)
    start = soonest_start(listing).isoformat()

    response = client.post(*apply_to(listing, start=start, weeks=4))

    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))
    client.force_login(learner())
    back = client.get(f"{apply_to(listing)[0]}?start={start}&weeks=4")
    assert back.status_code == 200
    assert f'value="{start}"' in back.text
    assert not Application.objects.exists()


def test_apply_twice_finds_the_same_draft(client):
    listing = ListingFactory(weeks=12)
    client.force_login(learner())

    first = client.post(*apply_to(listing)).url
    second = client.post(*apply_to(listing)).url

    assert first == second


def test_apply_makes_a_new_person_a_learner(client):
    listing, person = ListingFactory(weeks=12), StaffFactory(is_staff=False, is_superuser=False)
    client.force_login(person)

    client.post(*apply_to(listing))

    assert person.learner_profile
    assert Application.objects.get().learner == person


def test_apply_tells_a_preceptor_that_this_is_for_learners(client):
    client.force_login(PreceptorFactory().user)

    response = client.post(*apply_to(ListingFactory(weeks=12)))

    assert response.status_code == 403
    assert "Applications are for learners" in response.text


def test_apply_to_a_listing_that_is_not_published_is_404(client):
    client.force_login(learner())

    assert client.post(*apply_to(ListingFactory(status=ListingStatus.PAUSED))).status_code == 404


@pytest.mark.parametrize("start", ["", "tomorrow", "2027-13-45", "0001-01-01"])
def test_apply_with_dates_that_make_no_sense_still_starts(client, start):
    client.force_login(learner())

    response = client.post(*apply_to(ListingFactory(weeks=12), start=start, weeks="x"))

    assert response.status_code == 302
    assert Application.objects.get().start_on is None


# The steps


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


# Afterwards


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.ACCEPTED}))
def test_application_page_in_every_status(client, status):
    application = ApplicationFactory(status=status)
    client.force_login(application.learner)

    assert client.get(application.get_absolute_url()).status_code == 200


def test_application_page_says_who_acts_by_when_and_what_happens_otherwise(client):
    application = ApplicationFactory(status=Status.UNDER_REVIEW)
    client.force_login(application.learner)

    page = client.get(application.get_absolute_url())

    assert "Dr. 0" not in page.text
    assert "answers your request" in page.text
    assert "If no answer comes by then" in page.text
    assert page.text.count('aria-current="step"') == 1


def test_application_page_with_screening_says_that_a_coordinator_looks_first(client):
    listing = ListingFactory(screening=Screening.COORDINATOR)
    application = ApplicationFactory(status=Status.SUBMITTED, listing=listing)
    client.force_login(application.learner)

    assert "A coordinator checks it" in client.get(application.get_absolute_url()).text


def test_application_page_after_acceptance_leads_to_the_placement(client):
    placement = PlacementFactory()
    client.force_login(placement.learner)

    page = client.get(placement.application.get_absolute_url())

    assert placement.get_absolute_url() in page.text


def test_preceptor_is_led_to_her_own_page(client):
    application = ApplicationFactory(status=Status.UNDER_REVIEW)
    client.force_login(application.listing.preceptor.user)

    assert client.get(application.get_absolute_url()).url == url("review", application)
    assert client.post(url("withdraw", application)).status_code == 403


@pytest.mark.parametrize(
    "name", ["application", "dates", "about", "documents", "send", "sent", "withdraw", "offer"]
)
def test_nobody_else_sees_an_application(client, name):
    application = ApplicationFactory(status=Status.OFFERED)
    client.force_login(learner())

    assert client.get(url(name, application)).status_code == 404


def test_withdraw_asks_first_and_then_frees_the_seat(client):
    application = ApplicationFactory(status=Status.OFFERED)
    client.force_login(application.learner)

    page = client.get(url("withdraw", application))
    response = client.post(url("withdraw", application))

    assert "Withdraw this application?" in page.text
    assert response.url == reverse("placements:my_applications")
    application.refresh_from_db()
    assert application.status == Status.WITHDRAWN
    assert not SeatWeek.objects.filter(taken__gt=0).exists()


def test_withdraw_of_what_has_ended_is_409(client):
    application = ApplicationFactory(status=Status.DECLINED)
    client.force_login(application.learner)

    assert client.post(url("withdraw", application)).status_code == 409


def test_a_draft_is_discarded_by_the_same_door(hers, draft):
    assert "Discard this draft?" in hers.get(url("withdraw", draft)).text

    hers.post(url("withdraw", draft))

    draft.refresh_from_db()
    assert draft.status == Status.WITHDRAWN


# The dashboard


def test_dashboard_of_somebody_new_shows_three_steps(client):
    client.force_login(learner())

    page = client.get(reverse("placements:my_applications"))

    assert "Three steps to a rotation" in page.text


def test_dashboard_puts_an_open_offer_before_all_else(client):
    person = learner()
    ApplicationFactory(learner=person)
    offer = ApplicationFactory(learner=person, status=Status.OFFERED)
    PlacementFactory(learner=person, status=PlacementStatus.COMPLETED)
    client.force_login(person)

    page = client.get(reverse("placements:my_applications"))

    assert page.context["next"].url == url("offer", offer)
    assert "One offer waits for your answer." in page.text
    assert "Stage 3 of 6" in page.text
    assert len(page.context["finished"]) == 1


@pytest.mark.parametrize("size", [1, 3])
@pytest.mark.parametrize(
    ("make", "queries"),
    [
        (lambda person: ApplicationFactory(learner=person), 5),
        (lambda person: ApplicationFactory(learner=person, status=Status.OFFERED), 5),
        (lambda person: ApplicationFactory(learner=person, status=Status.CHANGES_REQUESTED), 6),
    ],
)
def test_dashboard_takes_as_many_queries_for_three_as_for_one(
    client, django_assert_num_queries, size, make, queries
):
    person = learner()
    for _ in range(size):
        make(person)
    client.force_login(person)
    client.get(reverse("placements:my_applications"))

    with django_assert_num_queries(queries):
        page = client.get(reverse("placements:my_applications"))

    assert len(page.context["going"]) == size


@pytest.mark.parametrize("size", [1, 3])
def test_dashboard_of_placements_takes_as_many_queries_for_three_as_for_one(
    client, django_assert_num_queries, size
):
    person = learner()
    for n in range(size):
        listing = ListingFactory()
        RequirementFactory(listing=listing)
        start = soonest_start(listing) + timedelta(weeks=5 * n)
        PlacementFactory(learner=person, listing=listing, start_on=start)
    client.force_login(person)
    client.get(reverse("placements:my_applications"))

    with django_assert_num_queries(8):
        page = client.get(reverse("placements:my_applications"))

    assert len(page.context["going"]) == size
    assert len(page.context["wallet"].missing) == 1


@pytest.mark.parametrize("name", ["application", "dates", "about", "documents", "send", "withdraw"])
def test_asking_for_the_head_alone_changes_nothing(hers, draft, name):
    assert hers.head(url(name, draft)).status_code == 200
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT


def test_staff_see_an_application_as_its_learner_does(client):
    application = ApplicationFactory(status=Status.UNDER_REVIEW)
    staff = StaffFactory()
    TOTP.activate(staff, "JBSWY3DPEHPK3PXP")
    client.force_login(staff)

    page = client.get(application.get_absolute_url())

    assert f"You see this page as {application.learner.name} does." in page.text
