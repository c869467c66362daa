"""Pages of the waitlist and of ranked dates: the preceptor's answer, the learner's by link."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from outbox.models import Message
from placements.actions.applications import withdraw_application
from placements.actions.waitlist import keep_on_waitlist
from placements.links import review_url, seat_url
from placements.models import Application, Placement, WaitlistEntry
from placements.states import Status
from rotations.blocks import Block
from rotations.models import SeatWeek
from tests.factories.placements import ApplicationFactory
from tests.factories.rotations import open_seats
from tests.placements.pages import url
from tests.placements.test_promotion import tick
from tests.placements.waiting import a_full_block, in_weeks, join, status_of

pytestmark = pytest.mark.django_db
FIRST, SECOND = in_weeks(12), in_weeks(16)


@pytest.fixture
def promoted():
    """Somebody to whom the clock offered a freed seat."""
    held, (first,) = a_full_block(waiting=1)
    withdraw_application(held, by=held.learner)
    tick()
    first.refresh_from_db()
    return first


@pytest.fixture
def ranked():
    asked = ApplicationFactory(
        status=Status.UNDER_REVIEW, start_on=FIRST, starts=[FIRST, SECOND], weeks_capacity=1
    )
    open_seats(asked.listing, 8, start_on=FIRST, capacity=1)
    return asked


def fill(asked, start):
    days = Block(start, asked.weeks).mondays
    SeatWeek.objects.filter(listing=asked.listing, monday__in=days).update(taken=1)


def path_of(application):
    return seat_url(application).removeprefix("http://testserver")


class TestPreceptor:
    @pytest.fixture
    def hers(self, client, ranked):
        client.force_login(ranked.listing.preceptor.user)
        return client

    def test_each_of_the_dates_has_its_seats_and_its_button(self, hers, ranked):
        fill(ranked, FIRST)

        page = hers.get(url("review", ranked))

        assert "First choice" in page.text
        assert f'name="start" value="{SECOND}"' in page.text
        assert "Waitlist for" in page.text

    def test_she_offers_the_second_choice(self, hers, ranked):
        hers.post(url("confirm", ranked), {"start": f"{SECOND}"})

        ranked.refresh_from_db()
        assert (ranked.status, ranked.start_on) == (Status.OFFERED, SECOND)

    @pytest.mark.parametrize("start", ["2031-01-06", "yesterday"])
    def test_dates_that_nobody_asked_for_are_422(self, hers, ranked, start):
        page = hers.post(url("confirm", ranked), {"start": start})

        assert page.status_code == 422
        assert "did not ask for these dates" in page.text
        assert status_of(ranked) == Status.UNDER_REVIEW

    def test_a_full_date_is_409_with_the_other_choice_and_the_waitlist(self, hers, ranked):
        fill(ranked, FIRST)

        page = hers.post(url("confirm", ranked))

        assert page.status_code == 409
        assert f'value="{SECOND}"' in page.text
        assert "on the waitlist" in page.text
        hers.post(url("waitlist", ranked), {"start": f"{FIRST}"})
        assert status_of(ranked) == Status.WAITLISTED
        assert "On the waitlist, 1 of 1" in hers.get(url("review", ranked)).text
        hers.post(url("reopen", ranked))
        assert status_of(ranked) == Status.UNDER_REVIEW

    def test_nobody_is_made_to_wait_for_a_free_seat(self, hers, ranked):
        page = hers.post(url("waitlist", ranked), {"start": f"{FIRST}"})

        assert page.status_code == 422
        assert "A seat is free on these dates" in page.text

    def test_by_the_link_in_her_mail(self, client, ranked):
        fill(ranked, FIRST)
        link = review_url(ranked, ranked.listing.preceptor.user).removeprefix("http://testserver")

        client.post(link, {"waitlist": "1", "start": f"{FIRST}"})

        assert status_of(ranked) == Status.WAITLISTED
        assert "on the waitlist for these dates" in client.get(link).text

    def test_she_reads_that_there_is_another_request_and_not_where(self, hers, ranked):
        other = ApplicationFactory(
            status=Status.UNDER_REVIEW,
            learner=ranked.learner,
            start_on=SECOND,
            listing__title="Cardiology in Reno",
        )

        page = hers.get(url("review", ranked))

        assert "another request on some of these days" in page.text
        assert other.listing.title not in page.text
        assert other.listing.preceptor.user.name not in page.text

    def test_a_request_that_moved_meanwhile_is_409(self, hers, ranked):
        withdraw_application(ranked, by=ranked.learner)

        for name in ("waitlist", "reopen"):
            assert hers.post(url(name, ranked)).status_code == 409


class TestLearner:
    def test_she_sees_her_place_and_stays_if_she_likes(self, client):
        _held, (_first, second) = a_full_block(waiting=2)
        client.force_login(second.learner)

        page = client.get(second.get_absolute_url())
        assert "Your place on the waitlist: 2 of 2" in page.text
        assert "Waitlist, 2 of 2" in client.get(reverse("placements:my_applications")).text

        client.post(url("stay", second), {"keep": "1"})
        assert WaitlistEntry.objects.get(application=second).keep
        client.post(url("stay", second), {"keep": "0"})
        assert not WaitlistEntry.objects.get(application=second).keep

    def test_staying_without_a_place_is_409(self, client, ranked):
        client.force_login(ranked.learner)

        assert client.post(url("stay", ranked), {"keep": "1"}).status_code == 409

    @pytest.mark.parametrize("size", [1, 3])
    def test_her_list_asks_as_much_for_three_as_for_one(
        self, client, size, django_assert_num_queries
    ):
        learner = None
        for _n in range(size):
            held, _none = a_full_block(waiting=0)
            more = {"learner": learner} if learner else {}
            learner = join(held, **more).learner
        client.force_login(learner)
        address = reverse("placements:my_applications")
        client.get(address)

        with django_assert_num_queries(11):
            assert client.get(address).text.count("Waitlist, 1 of 1") == size

    def test_dates_step_takes_three_choices_and_shows_what_overlaps(self, client, ranked):
        draft = ApplicationFactory(learner=ranked.learner, start_on=FIRST)
        open_seats(draft.listing, 8, start_on=FIRST)
        client.force_login(draft.learner)

        page = client.get(url("dates", draft))
        assert "Second choice" in page.text
        assert ranked.get_absolute_url() in page.text
        client.post(url("dates", draft), {"start": f"{SECOND}", "second": f"{FIRST}", "weeks": 4})

        draft.refresh_from_db()
        assert draft.starts == [SECOND, FIRST]
        again = client.get(url("dates", draft)).text
        assert re.search(rf'<option value="{FIRST}" selected', again)
        assert "Or:" in client.get(url("send", draft)).text


class TestSeatLink:
    def test_looking_at_a_seat_changes_nothing(self, client, promoted):
        before = Application.objects.values().get(pk=promoted.pk)

        for look in (client.head, client.get, client.get):
            page = look(path_of(promoted))
            assert page.status_code == 200
            assert page["X-Robots-Tag"] == "noindex"

        assert "Pass, but keep me on the waitlist" in page.text
        assert Application.objects.values().get(pk=promoted.pk) == before

    def test_the_mail_has_the_link_and_staff_never_read_it(self, promoted):
        mail = Message.objects.get(template="placements/waitlist_offer")

        # The seal at its end tells the second at which it was made.
        claim = seat_url(promoted).split(":")[:2]
        assert ":".join(claim) in mail.body
        assert mail.secret

    def test_she_accepts_without_signing_in(self, client, promoted):
        path = path_of(promoted)
        assert client.post(path).status_code == 422

        page = client.post(path, {"policy": "on"}, follow=True)

        assert Placement.objects.get().application == promoted
        assert "The seat is yours" in page.text
        assert "_auth_user_id" not in client.session

    def test_what_overlaps_is_shown_and_given_up_knowingly(self, client, promoted):
        other = ApplicationFactory(
            status=Status.UNDER_REVIEW, learner=promoted.learner, start_on=promoted.start_on
        )
        path = path_of(promoted)

        assert "It is withdrawn when you accept." in client.get(path).text
        assert client.post(path, {"policy": "on"}).status_code == 422
        assert status_of(other) == Status.UNDER_REVIEW
        client.post(path, {"policy": "on", "give_up": "on"})
        assert status_of(other) == Status.WITHDRAWN

    @pytest.mark.parametrize(
        ("button", "status", "words"),
        [
            ("pass", Status.OFFER_DECLINED, "You passed"),
            ("stay", Status.WAITLISTED, "You stay on the waitlist"),
        ],
    )
    def test_an_answer_uses_the_link_up(self, client, promoted, button, status, words):
        path = path_of(promoted)

        page = client.post(path, {button: "1"}, follow=True)

        assert status_of(promoted) == status
        assert words in page.text
        assert client.post(path, {"policy": "on"}).status_code == 409
        assert status_of(promoted) == status

    def test_it_ends_with_the_offer(self, client, promoted):
        path = path_of(promoted)

        with time_machine.travel(promoted.offer_expires_at + timedelta(seconds=1), tick=False):
            assert "This offer has ended" in client.get(path).text
            assert client.post(path, {"policy": "on"}).status_code == 409
        assert not Placement.objects.exists()

    def test_the_link_of_an_earlier_offer_is_none_for_a_later_one(self, client, promoted):
        path = path_of(promoted)
        client.post(path, {"stay": "1"})
        tick(WaitlistEntry.objects.get(application=promoted).rests_until + timedelta(minutes=1))
        assert status_of(promoted) == Status.OFFERED

        assert client.post(path, {"policy": "on"}).status_code == 409
        assert status_of(promoted) == Status.OFFERED

    def test_a_new_password_kills_it(self, client, promoted):
        path = path_of(promoted)
        promoted.learner.set_password("another one of hers")
        promoted.learner.save()

        assert client.get(path).status_code == 404

    @pytest.mark.parametrize("token", ["x", "a" * 400, "eyJhIjoxfQ:1abc:def"])
    def test_what_we_did_not_make_is_404(self, client, token):
        assert client.get(reverse("placements:seat", args=[token])).status_code == 404

    def test_signed_in_she_passes_and_stays_from_the_offers_page(self, client, promoted):
        client.force_login(promoted.learner)

        assert "Pass, but keep me" in client.get(url("offer", promoted)).text
        keep_on_waitlist(promoted, by=promoted.learner, keep=True)
        client.post(url("decline_offer", promoted), {"stay": "1"})

        assert status_of(promoted) == Status.WAITLISTED
