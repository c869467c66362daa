"""Saving listings, signed in or not, and what becomes of it at sign-in."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.actions import merge_accounts
from rotations.actions.listings import pause_listing
from rotations.actions.saved import MOST_SAVED, Kept, TooManySaved, carry_over, save_listing
from rotations.actions.seats import move_seats
from rotations.models import Alert, SavedListing
from rotations.views import shelf
from tests.factories.accounts import LearnerFactory, StaffFactory, UserFactory
from tests.factories.rotations import ListingFactory, open_seats
from tests.frame.signing import make_person, sign_in
from tests.rotations.alerts import saved
from tests.rotations.pages import html

pytestmark = pytest.mark.django_db
SAVED = "/saved/"


@pytest.fixture
def listing():
    found = ListingFactory(title="Ward medicine")
    open_seats(found, 4, capacity=3)
    return found


@pytest.fixture
def amara():
    return LearnerFactory(user=make_person()).user


def save(client, listing, **more):
    return client.post(
        reverse("rotations:save_listing", args=[listing.slug]), more, follow=not more.pop("htmx", 0)
    )


def remove(client, listing, **more):
    return save(client, listing, move="remove", **more)


def titles(client):
    return [row.listing.title for row in client.get(SAVED).context["rows"]]


class TestSignedOut:
    def test_saves_in_the_session(self, client, listing):
        save(client, listing)

        assert titles(client) == ["Ward medicine"]
        assert not SavedListing.objects.exists()
        assert "Kept in this browser." in html(client.get(SAVED))

    @pytest.mark.parametrize("button", ["save_button", "compare_button"])
    def test_buttons_ask_for_no_token_and_no_session(self, listing, button):
        """So that a page of cards is the same for everybody who is signed out."""

        def never():
            raise AssertionError("asked for a token")

        facts = {"listing": listing, "is_on": False, "is_known": False}
        token = SimpleLazyObject(never)

        said = render_to_string(f"rotations/{button}.html", {**facts, "csrf_token": token})

        assert said.strip().startswith("<a ")

    def test_looking_begins_no_session(self, client, listing):
        for path in ("/rotations/", SAVED, "/compare/", listing.get_absolute_url()):
            client.get(path)

        assert not Session.objects.exists()

    def test_the_button_is_a_link_to_a_page_with_the_form(self, client, listing):
        page = client.get(reverse("rotations:save_listing", args=[listing.slug]))

        assert "csrftoken" in str(page.cookies)
        assert 'value="add"' in html(page)
        assert not SavedListing.objects.exists()
        assert titles(client) == []

    def test_htmx_gets_a_form_that_sends_itself_and_then_the_button(self, client, listing):
        url = reverse("rotations:save_listing", args=[listing.slug])

        asks = html(client.get(url, headers={"HX-Request": "true"}))
        answer = html(client.post(url, {"move": "add"}, headers={"HX-Request": "true"}))

        assert 'hx-trigger="load, submit"' in asks
        assert "<html" not in asks
        assert f'hx-get="{url}"' in answer
        assert ">Saved<" in answer
        assert '<div id="toasts" hx-swap-oob="innerHTML">' in answer

    def test_goes_back_to_where_she_was_and_nowhere_else(self, client, listing):
        there = client.post(
            reverse("rotations:save_listing", args=[listing.slug]), {"next": "/rotations/?state=TX"}
        )
        referred = client.post(
            reverse("rotations:save_listing", args=[listing.slug]),
            headers={"Referer": "http://testserver/specialties/"},
        )
        away = client.post(
            reverse("rotations:save_listing", args=[listing.slug]),
            {"next": "//evil.example/"},
            headers={"Referer": "https://evil.example/x"},
        )

        assert there.url == "/rotations/?state=TX"
        assert referred.url == "/specialties/"
        assert away.url == listing.get_absolute_url()

    def test_fifty_are_enough_for_a_session(self, client, listing):
        for number in range(shelf.MOST_IN_SESSION):
            save(client, ListingFactory(slug=f"ward-{number}"))

        page = save(client, listing)

        assert "Create an account to save more." in html(page)
        assert len(client.session[shelf.SAVED]) == shelf.MOST_IN_SESSION

    def test_sign_in_takes_it_along_once(self, client, listing, amara):
        other = ListingFactory(title="Clinic")
        saved(other, amara)
        save(client, listing)
        save(client, other)

        sign_in(client, amara)

        assert titles(client) == ["Ward medicine", "Clinic"]
        assert SavedListing.objects.filter(owner=amara).count() == 2
        assert shelf.SAVED not in client.session
        assert Alert.objects.get(owner=amara).query is None

    def test_a_listing_that_is_gone_does_not_stop_the_sign_in(self, listing, amara):
        now = timezone.now()

        carry_over([Kept(0, now, {}, 0), Kept(listing.pk, now, {}, 0)], to=amara)

        assert SavedListing.objects.get().listing == listing


class TestSignedIn:
    @pytest.fixture(autouse=True)
    def _hers(self, client, amara):
        client.force_login(amara)

    def test_saves_once_with_an_alert(self, client, listing, amara):
        save(client, listing)
        save(client, listing)

        assert SavedListing.objects.get().owner == amara
        assert Alert.objects.get().often == "at_once"

    def test_newest_first(self, client, listing):
        save(client, listing)
        save(client, ListingFactory(title="Later"))

        assert titles(client) == ["Later", "Ward medicine"]

    def test_says_what_has_changed_since(self, client, listing):
        save(client, listing)
        monday = listing.weeks.first().monday
        move_seats(take={(listing.pk, monday)})
        listing.fee_per_week += 5_000
        listing.save()

        page = html(client.get(SAVED))

        assert f"{monday:%a, %b} {monday.day}, {monday.year}: 2 seats left, was 3" in page
        assert "Total now $1,950, was $1,750" in page

    def test_nothing_has_changed(self, client, listing):
        save(client, listing)

        assert ", was " not in html(client.get(SAVED))

    def test_a_listing_that_is_paused_stays_with_a_word(self, client, listing):
        save(client, listing)
        pause_listing(listing, by=None)

        assert "Not on offer now." in html(client.get(SAVED))
        remove(client, listing)
        assert titles(client) == []

    def test_removing_can_be_undone_as_it_was(self, client, listing):
        save(client, listing)
        long_ago = timezone.now() - timedelta(days=9)
        SavedListing.objects.update(saved_at=long_ago, seats={"2027-03-01": 3})

        page = remove(client, listing)
        assert page.redirect_chain == [(f"{SAVED}?removed={listing.slug}", 302)]
        assert "Removed: Ward medicine" in html(page)
        assert not SavedListing.objects.exists()
        save(client, listing, next=SAVED)

        row = SavedListing.objects.get()
        assert (row.saved_at, row.seats) == (long_ago, {"2027-03-01": 3})

    def test_htmx_puts_undo_in_its_place(self, client, listing):
        save(client, listing)

        answer = client.post(
            reverse("rotations:save_listing", args=[listing.slug]),
            {"move": "remove", "row": "1"},
            headers={"HX-Request": "true"},
        )

        assert html(answer).startswith("<li>")
        assert "Undo" in html(answer)

    def test_a_hidden_listing_cannot_be_saved(self, client):
        hidden = ListingFactory(status="draft")

        assert save(client, hidden).status_code == 404

    def test_two_hundred_are_enough(self, amara, listing):
        kept = Kept(listing.pk, timezone.now(), {}, 0)
        SavedListing.objects.bulk_create(
            SavedListing(owner=amara, listing=ListingFactory()) for _ in range(3)
        )
        assert MOST_SAVED == 200
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("rotations.actions.saved.MOST_SAVED", 3)
            with pytest.raises(TooManySaved):
                save_listing(kept, by=amara)

    def test_nobody_sees_anothers(self, client, listing):
        saved(listing, UserFactory())

        assert titles(client) == []
        remove(client, listing)
        assert SavedListing.objects.count() == 1

    def test_queries_do_not_grow_with_rows(self, client, listing, django_assert_num_queries):
        def count():
            from django.db import connection  # noqa: PLC0415
            from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

            with CaptureQueriesContext(connection) as found:
                client.get(SAVED)
            return len(found)

        save(client, listing)
        once = count()
        for _ in range(4):
            other = ListingFactory()
            open_seats(other, 4)
            save(client, other)
        client.get(SAVED)

        assert count() <= once

    def test_the_empty_page_says_how(self, client):
        assert "You have not saved a rotation yet." in html(client.get(SAVED))


def test_two_accounts_become_one_without_twins(listing):
    kept, gone = LearnerFactory().user, LearnerFactory().user
    other = ListingFactory()
    saved(listing, kept)
    saved(listing, gone)
    saved(other, gone)

    merge_accounts(kept, gone, by=StaffFactory())

    assert {row.listing for row in SavedListing.objects.filter(owner=kept)} == {listing, other}
    assert Alert.objects.get().owner == kept
    assert SavedListing.objects.count() == 2
