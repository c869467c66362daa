"""Five questions instead of an account, and what becomes of the answers."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.actions import carry_answers
from accounts.answers import KEY, Answers
from accounts.kinds import Family, VisaPlan
from accounts.models import LearnerProfile
from tests.factories.accounts import LearnerFactory, PreceptorFactory, StaffFactory, UserFactory
from tests.factories.rotations import ListingFactory, RequirementFactory, open_seats
from tests.frame.signing import make_person, sign_in
from tests.rotations.pages import html

pytestmark = pytest.mark.django_db
QUESTIONS, CLEAR = reverse("accounts:questions"), reverse("accounts:clear_answers")


def told(**more):
    facts = {
        "family": Family.IMG_GRADUATE,
        "graduation_on": "2023-07-01",
        "visa_plan": VisaPlan.CITIZEN,
        "exams": "step1",
        "start_on": "",
        "weeks": "",
    }
    return {**facts, **more}


class TestQuestions:
    def test_lead_to_the_catalogue_in_her_dates(self, client):
        start = timezone.localdate() + timedelta(days=100)

        response = client.post(QUESTIONS, told(start_on=start, weeks=4))

        assert response["Location"] == f"/rotations/?start={start}&weeks=4"
        assert client.session[KEY] == {
            "family": "img_graduate", "graduation_on": "2023-07-01", "visa_plan": "citizen",
            "exams": "step1", "start_on": f"{start}", "weeks": 4,
        }  # fmt: skip

    def test_lead_back_to_where_she_came_from_on_this_site_alone(self, client):
        there = told(next="/rotations/x/?on=2027-04-26")

        assert client.post(QUESTIONS, there)["Location"] == "/rotations/x/?on=2027-04-26"
        elsewhere = client.post(QUESTIONS, told(next="https://other.example/"))
        assert elsewhere["Location"] == "/rotations/"

    def test_are_filled_in_with_what_she_said(self, client):
        client.post(QUESTIONS, told())

        page = html(client.get(QUESTIONS))

        assert '<option value="img_graduate" selected>' in page
        assert 'value="2023-07-01"' in page
        assert "Forget my answers" in page

    @pytest.mark.parametrize(
        ("name", "absurd"),
        [
            ("family", "dragon"),
            ("visa_plan", ""),
            ("exams", "all"),
            ("graduation_on", "1066-10-14"),
            ("start_on", "2020-01-01"),
            ("weeks", "999"),
            ("weeks", "x" * 5000),
        ],
    )
    def test_are_asked_again_where_an_answer_makes_no_sense(self, client, name, absurd):
        response = client.post(QUESTIONS, told(**{name: absurd}))

        assert response.status_code == 422
        assert name in response.context["form"].errors
        assert KEY not in client.session

    def test_are_forgotten_with_one_click(self, client):
        client.post(QUESTIONS, told())

        response = client.post(CLEAR, {"next": "/rotations/"})

        assert response["Location"] == "/rotations/"
        assert KEY not in client.session

    @pytest.mark.parametrize("page", ["listing", "catalogue"])
    def test_are_forgotten_from_where_they_are_shown(self, page):
        """By a browser, whose form needs the page's token."""
        listing = ListingFactory(weeks=4)
        client = Client(enforce_csrf_checks=True)
        token = client.get(QUESTIONS).context["csrf_token"]
        client.post(QUESTIONS, told(csrfmiddlewaretoken=str(token)))
        url = listing.get_absolute_url() if page == "listing" else "/rotations/"

        shown = html(client.get(url))
        form = re.search(rf'<form[^>]*action="{CLEAR}">.*?</form>', shown)[0]
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
        response = client.post(CLEAR, fields)

        assert response.status_code == 302
        assert response["Location"].startswith(url)
        assert KEY not in client.session

    def test_are_not_asked_of_somebody_with_an_account(self, client):
        client.force_login(UserFactory())

        assert client.get(QUESTIONS)["Location"] == reverse("accounts:profile")


class TestListing:
    def get(self, client, listing):
        return client.get(listing.get_absolute_url())

    def test_is_the_same_for_everybody_who_said_nothing(self, client):
        response = self.get(client, ListingFactory(weeks=4))

        assert "Answer five questions" in html(response)
        assert response.cookies.get("sessionid") is None
        assert not response.has_header("Cache-Control")

    def test_is_held_against_her_answers(self, client):
        client.post(QUESTIONS, told(visa_plan=VisaPlan.B1_B2))
        listing = RequirementFactory(listing=ListingFactory(hands_on=3, weeks=12)).listing

        response = self.get(client, listing)

        page = html(response)
        assert "Compared with your answers: <b>International medical graduate (IMG)</b>" in page
        assert "Not met: B-1/B-2 does not cover hands-on work by graduates" in page
        assert "Change answers" in page
        assert "Papers count once they are in your wallet" in page
        assert "You meet" in page
        assert response["Cache-Control"] == "no-store, private"

    def test_opens_on_the_dates_and_length_that_she_named(self, client):
        listing = ListingFactory(min_weeks=2, max_weeks=8, step_weeks=2)
        mondays = open_seats(listing, 12)
        client.post(QUESTIONS, told(start_on=mondays[2] + timedelta(days=1), weeks=6))

        context = self.get(client, listing).context

        assert (context["chosen"].start_on, context["weeks"]) == (mondays[3], 6)

    def test_leaves_a_length_that_it_does_not_have(self, client):
        client.post(QUESTIONS, told(weeks=12))

        assert self.get(client, ListingFactory(weeks=4)).context["weeks"] == 4


class TestCarrying:
    FACTS = Answers(
        family=Family.IMG_GRADUATE, graduation_on=date(2023, 7, 1), visa_plan=VisaPlan.B2,
        exams="both",
    ).facts  # fmt: skip

    def test_signing_in_fills_in_a_profile_and_forgets_the_answers(self, client):
        user = make_person()
        client.post(QUESTIONS, told())

        sign_in(client, user)

        profile = LearnerProfile.objects.get(user=user)
        assert (profile.family, profile.visa_plan) == (Family.IMG_GRADUATE, VisaPlan.CITIZEN)
        assert (profile.graduation_on, profile.step1) == (date(2023, 7, 1), "passed")
        assert KEY not in client.session

    def test_only_empty_fields_are_filled(self):
        profile = LearnerFactory(graduation_on=None, step1="failed", visa_plan=VisaPlan.J1)

        carry_answers(profile.user, self.FACTS)

        profile.refresh_from_db()
        assert (profile.graduation_on, profile.step2) == (date(2023, 7, 1), "passed")
        assert (profile.step1, profile.visa_plan) == ("failed", VisaPlan.J1)

    def test_answers_about_somebody_else_stay_out(self):
        profile = LearnerFactory(family=Family.NP_STUDENT, graduation_on=None)

        carry_answers(profile.user, self.FACTS)

        profile.refresh_from_db()
        assert (profile.graduation_on, profile.step2) == (None, "")

    @pytest.mark.parametrize("make", [lambda: PreceptorFactory().user, StaffFactory])
    def test_nobody_who_teaches_or_works_here_becomes_a_learner(self, make):
        user = make()

        carry_answers(user, self.FACTS)

        assert not LearnerProfile.objects.filter(user=user).exists()

    def test_without_answers_nobody_becomes_a_learner(self, client):
        user = make_person()

        sign_in(client, user)

        assert not LearnerProfile.objects.filter(user=user).exists()
