"""A listing's page, and questions about it."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.kinds import VisaPlan
from outbox.models import Message
from placements.states import PlacementStatus, Status
from rotations.actions.seats import move_seats
from rotations.blocks import WEEK, Block
from rotations.kinds import HandsOn, RotationType, Screening
from rotations.models import Question
from tests.factories.accounts import (
    DocumentFactory,
    LearnerFactory,
    PreceptorFactory,
    StaffFactory,
    UserFactory,
)
from tests.factories.placements import ApplicationFactory, PlacementFactory
from tests.factories.rotations import (
    ListingFactory,
    PolicyFactory,
    RequirementFactory,
    SiteFactory,
    StateFactory,
    close_weeks,
    open_seats,
)
from tests.rotations.pages import html

pytestmark = pytest.mark.django_db


def get(client, listing, **query):
    return client.get(listing.get_absolute_url(), query)


class TestListing:
    def test_answers_what_a_learner_wants_to_know(self, client):
        listing = ListingFactory(
            title="Ward medicine",
            rotation_type=RotationType.EXTERNSHIP,
            hands_on=HandsOn.EXAMINE,
            activities=["Present on rounds"],
            objectives=["Plan a safe discharge"],
            typical_day=[["7:00 AM", "See your patients"]],
            not_included="Housing.",
            screening=Screening.COORDINATOR,
        )
        monday, *_rest = open_seats(listing, 4)

        page = html(get(client, listing))

        for words in (
            "Externship, hands-on",
            "Level 3 of 4: Examine and draft notes under direct supervision",
            "Present on rounds",
            "Plan a safe discharge",
            "See your patients",
            f'<dd><time datetime="{monday}">',
            "4 weeks, 40 hours a week",
            "$1,750 (USD)",
            "IMGs and international medical students",
            "Hospital, letters on merit",
            "NPI and license seen by us on",
            listing.preceptor.title,
            "New: too few requests for an answer time",
            "A coordinator looks at your application first.",
            "Rotation fee, 4 weeks",
            "Not included: Housing.",
            "Apply for these dates",
        ):
            assert words in page

    def test_names_amounts_and_last_days_of_the_cancellation_policy(self, client):
        listing = ListingFactory()
        monday, *_rest = open_seats(listing, 4)

        page = html(get(client, listing))

        assert "30 days or more before the start" in page
        assert f'until <time datetime="{monday - timedelta(days=30)}">' in page
        assert "Rotation fee back in full, $1,600" in page
        assert "14 to 29 days before" in page
        assert "$800 back" in page
        assert "Fewer than 14 days before" in page
        assert "Nothing back" in page
        assert "Everything back, $1,750" in page

    def test_says_it_if_nothing_comes_back_at_any_time(self, client):
        listing = ListingFactory(policy=PolicyFactory(slug="none", tiers=[[0, 0]]))

        assert "Any time before the start" in html(get(client, listing))

    def test_price_rows_add_up_to_the_total(self, client):
        response = get(
            client, ListingFactory(fee_per_week=33_333, service_fee=1, min_weeks=3, usual_weeks=3)
        )

        assert response.context["fee"] + 1 == response.context["total"] == 100_000

    def test_chooses_the_first_block_with_a_seat_or_the_one_asked_for(self, client):
        listing = ListingFactory()
        mondays = open_seats(listing, 6, capacity=1)
        move_seats(take={(listing.pk, mondays[0])})

        assert get(client, listing).context["chosen"] == Block(mondays[1], 4)
        assert get(client, listing, on=mondays[2]).context["chosen"] == Block(mondays[2], 4)
        assert get(client, listing, on=mondays[0]).context["chosen"] == Block(mondays[1], 4)
        assert get(client, listing, start=mondays[2]).context["chosen"] == Block(mondays[2], 4)

    @pytest.mark.parametrize("absurd", ["0000-00-00", "x", "9" * 50, "٤"])
    def test_ignores_dates_and_lengths_that_do_not_exist(self, client, absurd):
        listing = ListingFactory(weeks=4)

        response = get(client, listing, on=absurd, weeks=absurd)

        assert response.status_code == 200
        assert response.context["weeks"] == 4

    def test_shows_another_length_with_its_price(self, client):
        listing = ListingFactory(min_weeks=2, max_weeks=8, step_weeks=2, weeks=8)

        response = get(client, listing, weeks=8)

        assert response.context["total"] == 335_000
        assert '<input type="hidden" name="weeks" value="8">' in html(response)

    def test_offers_three_similar_ones_when_all_is_full(self, client):
        listing = ListingFactory()
        monday, *_rest = open_seats(listing, 4, capacity=1)
        move_seats(take=Block(monday, 4).of(listing.pk))
        ListingFactory.create_batch(4, weeks=4)

        response = get(client, listing)

        page = html(response)
        assert len(response.context["similar"]) == 3
        assert "Full" in page
        assert "Apply for these dates" not in page
        assert "Tell me when dates open" in page

    def test_says_which_seats_are_on_hold_and_who_waits(self, client):
        listing = ListingFactory()
        monday, *_rest = open_seats(listing, 4, capacity=2)
        ApplicationFactory(listing=listing, start_on=monday, weeks=4, status=Status.OFFERED)
        ApplicationFactory(listing=listing, start_on=monday, weeks=4, status=Status.UNDER_REVIEW)

        page = html(get(client, listing))

        assert "1 seat is on hold until" in page
        assert "1 request is waiting." in page

    def test_announces_a_first_day_that_is_a_holiday(self, client, time_machine):
        time_machine.move_to("2027-06-01")
        listing = ListingFactory()
        open_seats(listing, 4, start_on=Block(timezone.datetime(2027, 10, 11).date(), 4).start_on)

        assert "is a federal holiday" in html(get(client, listing))

    def test_keeps_the_way_back_to_the_search(self, client):
        page = html(get(client, ListingFactory(), state="TX", q="ward", evil="//x"))

        assert 'href="/rotations/?state=TX&amp;q=ward"' in page


class TestRequirements:
    def test_are_a_plain_list_for_a_visitor(self, client):
        page = html(get(client, RequirementFactory(listing=ListingFactory(weeks=4)).listing))

        assert "TB test" in page
        assert "A blood test (IGRA) or skin test is fine." in page
        assert "Unknown:" not in page
        assert "Sign in, and we compare this list" in page

    def test_are_held_against_the_wallet_of_a_learner(self, client):
        listing = ListingFactory()
        requirement = RequirementFactory(listing=listing)
        monday, *_rest = open_seats(listing, 4)
        learner = LearnerFactory()
        end = Block(monday, 4).end_on
        DocumentFactory(
            owner=learner.user,
            type=requirement.type,
            issued_on=end - timedelta(days=90),
            expires_on=end - timedelta(days=8),
        )
        client.force_login(learner.user)

        page = html(get(client, listing))

        assert "Not met: your TB test ends 8 days before your last day, " in page
        assert "You meet 3 of 4" in page
        assert "Nothing here stops you from applying." in page
        assert "Missing documents are due by" in page

    @pytest.mark.parametrize("is_sent", [True, False])
    def test_ask_for_no_other_file_while_one_is_in_review(self, client, is_sent):
        listing = ListingFactory()
        requirement = RequirementFactory(listing=listing)
        monday, *_rest = open_seats(listing, 4)
        learner, end = LearnerFactory(), Block(monday, 4).end_on
        DocumentFactory(
            owner=learner.user,
            type=requirement.type,
            issued_on=end - timedelta(days=90),
            expires_on=end + timedelta(days=8 if is_sent else -8),
            verified_at=None,
            verified_by=None,
        )
        client.force_login(learner.user)

        page = html(get(client, listing))

        assert ("In review: we are checking the file" in page) is is_sent
        assert ("Upload new" in page) is not is_sent

    def test_say_what_stops_her(self, client):
        listing = ListingFactory(hands_on=HandsOn.EXAMINE, weeks=12)
        client.force_login(LearnerFactory(visa_plan=VisaPlan.B1_B2).user)

        page = html(get(client, listing))

        assert "B-1/B-2 does not cover hands-on work by graduates" in page
        assert "One of these stops you from applying." in page

    def test_know_her_confirmed_rotations(self, client):
        listing, learner = ListingFactory(), LearnerFactory()
        mondays = open_seats(listing, 8)
        PlacementFactory(
            learner=learner.user,
            start_on=mondays[0],
            end_on=Block(mondays[0], 4).end_on,
            status=PlacementStatus.READY,
        )
        client.force_login(learner.user)

        page = html(get(client, listing))

        assert "You have another rotation then" in page
        assert "Met: nothing confirmed from" not in page

    def test_wait_for_a_profile(self, client):
        client.force_login(UserFactory())

        assert "Complete your profile" in html(get(client, ListingFactory(weeks=4)))

    def test_count_the_days_that_a_visa_takes(self, client):
        listing = ListingFactory(weeks=0)
        soon = listing.first_start()
        open_seats(listing, 8, start_on=soon + timedelta(days=-soon.weekday() % 7))
        client.force_login(LearnerFactory(visa_plan=VisaPlan.NONE_YET).user)

        response = get(client, listing)

        assert "Too soon for a visa" in html(response)
        assert response.context["chosen"].start_on >= listing.first_start(needs_visa=True)

    def test_come_with_the_states_note(self, client):
        state = StateFactory(abbr="NY", name="New York", note="Six months at most.")

        page = html(get(client, ListingFactory(site=SiteFactory(state=state))))

        assert "Six months at most." in page


class TestWhoSeesIt:
    @pytest.mark.parametrize("status", ["draft", "in_review", "paused", "archived"])
    def test_not_published_is_not_found(self, client, status):
        listing = ListingFactory(status=status)

        assert get(client, listing).status_code == 404
        client.force_login(LearnerFactory().user)
        assert get(client, listing).status_code == 404
        client.force_login(PreceptorFactory().user)
        assert get(client, listing).status_code == 404
        assert client.get(reverse("rotations:ask", args=[listing.slug])).status_code == 404

    def test_of_a_suspended_preceptor_is_not_found(self, client):
        preceptor = PreceptorFactory(suspended_at=timezone.now(), suspended_by=UserFactory())

        assert get(client, ListingFactory(preceptor=preceptor)).status_code == 404

    def test_her_own_preceptor_sees_a_preview_and_what_is_missing(self, client):
        listing = ListingFactory(status="draft", published_at=None)
        client.force_login(listing.preceptor.user)

        page = html(get(client, listing))

        assert "Preview: only you and the coordinators see this page." in page
        assert "No dates can be booked." in page
        assert 'name="robots" content="noindex"' in page
        assert "Apply for these dates" not in page

    def test_staff_see_it_too(self, client, second_factor):
        listing = ListingFactory(status="paused")
        client.force_login(second_factor(StaffFactory()))

        assert "Preview:" in html(get(client, listing))

    def test_nobody_applies_to_her_own(self, client):
        listing = ListingFactory(weeks=4)
        client.force_login(listing.preceptor.user)

        assert "Apply for these dates" not in html(get(client, listing))

    def test_one_who_takes_nobody_says_so(self, client):
        listing = ListingFactory(preceptor=PreceptorFactory(accepting=False), weeks=4)

        page = html(get(client, listing))

        assert "does not take new learners at the moment" in page
        assert "Apply for these dates" not in page

    def test_one_who_is_away_says_until_when(self, client):
        until = timezone.localdate() + WEEK
        listing = ListingFactory(preceptor=PreceptorFactory(away_until=until), weeks=4)

        page = html(get(client, listing))

        assert "is away until" in page
        assert "Apply for these dates" not in page


class TestAsk:
    ASKED = {
        "name": "Siobhán O'Brien",
        "email": "siobhan@example.com",
        "text": "Is there parking near the hospital?",
    }

    @pytest.fixture(autouse=True)
    def _no_one_asked_before(self):
        cache.clear()

    def url(self, listing):
        return reverse("rotations:ask", args=[listing.slug])

    def test_a_visitor_asks_and_is_answered_by_mail(self, client):
        listing = ListingFactory()
        assert client.get(self.url(listing)).status_code == 200

        response = client.post(self.url(listing), self.ASKED, follow=True)

        assert response.redirect_chain == [(listing.get_absolute_url(), 302)]
        assert "Your question is on its way" in html(response)
        question = Question.objects.get()
        assert (question.name, question.asker) == ("Siobhán O'Brien", None)
        assert Message.objects.count() == 2

    def test_somebody_signed_in_is_asked_for_the_question_alone(self, client):
        listing, user = ListingFactory(), UserFactory(name="Amara Nwosu")
        client.force_login(user)

        client.post(self.url(listing), {**self.ASKED, "email": "other@example.com"})

        question = Question.objects.get()
        assert (question.asker, question.email, question.name) == (user, user.email, "Amara Nwosu")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("email", "nobody"),
            ("email", "a@example.com\nBcc: b@example.com"),
            ("name", ""),
            ("name", "x" * 151),
            ("text", "Hm?"),
            ("text", "x" * 1501),
            ("text", "a\x00 question with a hole"),
        ],
    )
    def test_keeps_what_was_typed_when_it_refuses(self, client, field, value):
        listing = ListingFactory()

        response = client.post(self.url(listing), {**self.ASKED, field: value})

        assert response.status_code in {400, 422}
        assert not Question.objects.exists()
        if response.status_code == 422:
            page = html(response)
            assert "<title>Error: " in page
            assert 'class="errsum"' in page
            assert ("Is there parking" in page) == (field != "text")

    def test_stops_after_five_from_one_connection(self, client):
        listing = ListingFactory()
        for n in range(5):
            client.post(self.url(listing), {**self.ASKED, "email": f"p{n}@example.com"})

        response = client.post(self.url(listing), self.ASKED)

        assert response.status_code == 429
        assert "Is there parking" in html(response)
        assert Question.objects.count() == 5

    def test_stops_after_three_to_one_address(self, client):
        listing = ListingFactory()
        for _n in range(3):
            client.post(self.url(listing), self.ASKED)

        response = client.post(self.url(listing), self.ASKED)

        assert response.status_code == 422
        assert "You have asked several questions" in html(response)


def test_shows_the_seats_of_each_week(client):
    listing = ListingFactory()
    first, second, third, *_rest = open_seats(listing, 5, capacity=2)
    move_seats(take={(listing.pk, first)})
    move_seats(take={(listing.pk, second)})
    move_seats(take={(listing.pk, second)})
    close_weeks(listing, [third])

    weeks = client.get(listing.get_absolute_url()).context["weeks_ahead"]

    assert [(week.monday, week.free, week.tone) for week in weeks[:2]] == [
        (first, 1, "warn"), (second, 0, "is-full"),
    ]  # fmt: skip
    assert third not in [week.monday for week in weeks]
