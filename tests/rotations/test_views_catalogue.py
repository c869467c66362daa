import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.kinds import Family
from accounts.models import User
from clocks.calendar import next_monday
from rotations.actions.seats import move_seats
from rotations.blocks import Block
from rotations.eligibility import severities
from rotations.kinds import HandsOn, RotationType
from rotations.views.cards import cards
from rotations.visitors import Visitor
from tests.factories.accounts import DocumentFactory, LearnerFactory, PreceptorFactory, UserFactory
from tests.factories.rotations import (
    ListingFactory,
    RequirementFactory,
    SiteFactory,
    SpecialtyFactory,
    StateFactory,
    open_seats,
    soonest_start,
)
from tests.rotations.pages import html

pytestmark = pytest.mark.django_db

URL = reverse("rotations:catalogue")


def titles(response):
    return [re.search(r"<h3><a[^>]*>([^<]*)<", str(card))[1] for card in response.context["cards"]]


class TestCatalogue:
    def test_shows_dates_full_price_and_seats(self, client):
        listing = ListingFactory(title="Ward medicine", fee_per_week=40_000, service_fee=15_000)
        (monday, *_rest) = open_seats(listing, 4, capacity=3)
        move_seats(take=Block(monday, 4).of(listing.pk))

        page = html(client.get(URL))

        assert "1 rotation" in page
        assert "$1,750" in page
        assert "total, 4 weeks (USD)" in page
        assert "2 seats left" in page
        assert f"<b>{monday:%a, %b %-d}</b>" in page

    def test_shows_full_blocks_too(self, client):
        listing = ListingFactory()
        monday, *_rest = open_seats(listing, 4, capacity=1)
        move_seats(take=Block(monday, 4).of(listing.pk))

        page = html(client.get(URL))

        assert "is-full" in page
        assert "(1 seat)" in page

    @pytest.mark.parametrize("size", [1, 3])
    def test_takes_two_queries_once_its_cards_are_drawn(
        self, client, size, django_assert_num_queries
    ):
        ListingFactory.create_batch(size, weeks=8)
        client.get(URL)

        with django_assert_num_queries(2):
            response = client.get(URL)

        assert len(response.context["cards"]) == size

    @pytest.mark.parametrize("size", [1, 3])
    def test_cards_take_six_queries_for_a_learner(self, size, django_assert_num_queries):
        keys = [RequirementFactory(listing=ListingFactory(weeks=8)).listing_id for _ in range(size)]
        user = User.objects.get(pk=DocumentFactory(owner=LearnerFactory().user).owner_id)

        severities()  # read once by each process
        with django_assert_num_queries(6):
            found = cards(keys, Visitor.of(user), today=timezone.localdate())

        assert all("You meet all 3" in str(card) for card in found)

    def test_says_what_a_learner_lacks(self, client):
        RequirementFactory(listing=ListingFactory(weeks=8))
        client.force_login(LearnerFactory().user)

        assert "You meet 2 of 3" in html(client.get(URL))

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("specialty=cardiology", ["Heart"]),
            ("specialty=cardiology&specialty=internal-medicine", ["Heart", "Ward"]),
            ("state=FL", ["Heart"]),
            ("type=externship", ["Heart"]),
            ("level=1", ["Ward"]),
            ("setting=private-practice", ["Heart"]),
            ("price=400-499", ["Ward"]),
            ("letterhead=personal", ["Heart"]),
            ("q=heart", ["Heart"]),
            ("q=heart&state=TX", []),
            ("seats=left", ["Heart", "Ward"]),
            ("specialty=&state=&month=&weeks=&q=", ["Heart", "Ward"]),
            ("sort=price", ["Heart", "Ward"]),
        ],
    )
    def test_filters_by_the_address(self, client, query, found):
        florida = StateFactory(abbr="FL", name="Florida")
        ListingFactory(title="Ward", weeks=4)
        ListingFactory(
            title="Heart",
            specialty=SpecialtyFactory(slug="cardiology", name="Cardiology", motif="card"),
            site=SiteFactory(city="Tampa", state=florida),
            rotation_type=RotationType.EXTERNSHIP,
            hands_on=HandsOn.EXAMINE,
            setting="private-practice",
            letterhead="personal",
            fee_per_week=20_000,
            weeks=4,
        )

        response = client.get(f"{URL}?{query}")

        assert sorted(titles(response)) == found

    def test_finds_what_starts_on_or_after_a_day_or_in_a_month(self, client):
        listing = ListingFactory()
        monday, *_rest = open_seats(listing, 4)

        def found(**query):
            return titles(client.get(URL, query)) != []

        assert found(start=monday.isoformat())
        assert not found(start=(monday + timedelta(days=1)).isoformat())
        assert found(month=f"{monday:%Y-%m}")
        assert not found(month=f"{monday + timedelta(days=60):%Y-%m}")

    def test_shows_blocks_and_price_of_the_length_asked_for(self, client):
        listing = ListingFactory(min_weeks=2, max_weeks=8, step_weeks=2)
        monday, *_rest = open_seats(listing, 8)

        (card,) = client.get(URL, {"weeks": "8"}).context["cards"]

        assert "$3,350" in card
        assert re.findall(r"<li><b>([^<]+)", card) == [f"{monday:%a, %b %-d}"]
        assert f'href="{listing.get_absolute_url()}?weeks=8"' in card

    def test_offers_the_next_date_where_none_fits(self, client):
        listing = ListingFactory()
        monday, *_rest = open_seats(listing, 4)

        page = html(client.get(URL, {"start": "2090-01-01"}))

        assert "Nothing that fits starts on these dates." in page
        assert f'<time datetime="{monday}">' in page

    def test_names_the_way_out_of_filters_that_fit_nothing(self, client):
        ListingFactory()

        page = html(client.get(URL, {"q": "neurosurgery in Alaska", "state": "TX"}))

        assert "Nothing fits all of these filters." in page
        assert '<a href="?state=TX">Without “neurosurgery in Alaska”</a>: 1 rotation' in page
        assert "What comes nearest" in page

    def test_disables_options_that_would_leave_nothing(self, client):
        SpecialtyFactory(slug="cardiology", name="Cardiology")
        ListingFactory()

        page = html(client.get(URL))

        assert 'value="cardiology" disabled' in page
        assert 'value="internal-medicine" disabled' not in page

    def test_repeats_filters_as_chips_that_remove_them(self, client):
        ListingFactory()

        response = client.get(URL, {"state": "TX", "sort": "price", "level": "1"})

        chips = {chip.label: chip.address for chip in response.context["chips"]}
        assert chips == {"Observe only": "?state=TX&sort=price", "Texas": "?level=1&sort=price"}

    def test_links_from_page_to_page_and_keeps_the_filters(self, client):
        ListingFactory.create_batch(10)

        first = client.get(URL, {"state": "TX"})
        second = client.get(URL + first.context["next_page"])
        back = client.get(URL + second.context["previous_page"])

        assert first.context["next_page"].startswith("?state=TX&after=")
        assert len(titles(second)) == 2
        assert titles(back) == titles(first)
        assert not back.context["previous_page"]
        assert 'href="?state=TX"' in html(second)

    def test_sends_htmx_the_results_with_count_and_options(self, client):
        ListingFactory(weeks=4)

        response = client.get(URL, {"q": "", "state": "TX"}, headers={"HX-Request": "true"})

        page = html(response)
        assert "<html" not in page
        assert '<h2 id="count" hx-swap-oob="innerHTML">1 rotation</h2>' in page
        assert 'id="options" hx-swap-oob="innerHTML"' in page
        assert "HX-Request" in response["Vary"]
        assert response["HX-Push-Url"] == f"{URL}?state=TX"

    def test_sends_the_whole_page_when_the_history_asks(self, client):
        headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}

        assert "<html" in html(client.get(URL, headers=headers))

    @pytest.mark.parametrize(
        ("query", "ignored"),
        [
            ("state=XX", "State"),
            ("state=TX&state=XX", "State"),
            ("start=0000-01-01", "From"),
            ("start=10000-01-01", "From"),
            ("start=9999-12-31", "From"),
            ("start=next+week", "From"),
            ("month=2027-13", "Start in"),
            ("month=0000-00", "Start in"),
            ("weeks=-4", "Weeks"),
            ("weeks=99999999999999999999", "Weeks"),
            ("weeks=four", "Weeks"),
            ("sort=random", "Sort by"),
            (urlencode({"q": "x" * 10_000}), "Search"),
            (urlencode({"type": "'; DROP TABLE"}), "Type of rotation"),
        ],
    )
    def test_leaves_out_what_it_cannot_read_and_says_so(self, client, query, ignored):
        ListingFactory(title="Ward")

        response = client.get(f"{URL}?{query}")

        assert response.status_code == 200
        assert titles(response) == ["Ward"]
        assert f"left it out: {ignored}." in html(response)

    @pytest.mark.parametrize(
        "query",
        [
            "after=0", "after=-1", "before=0-1-2-3", "after=x", "after=0-9999999999-1-1", "after=0-1-2",
            "after=0-99999999999-1-1", "before=0-0-0-0", "all=nothing", "near=%25", "near=nowhere", "radius=7", "q=%22%22%22", "q=-", "q=(",
            "q=%27%3B--", "q=%EF%BF%BF", "q=a%26%7C%21%3A%2A", "q=<script>alert(1)</script>",
            "start=1&start=2", "foo=bar", "q=%ED%A0%80", "q=" + "%20" * 150, "sort=&sort=price",
            "specialty=" + "&specialty=".join("abcdefgh"), "weeks=%D9%A4",
        ],
    )  # fmt: skip
    def test_holds_on_absurd_input(self, client, query):
        ListingFactory()

        response = client.get(f"{URL}?{query}")

        assert response.status_code == 200
        assert "<script>alert" not in html(response)

    def test_refuses_nul_bytes(self, client):
        assert client.get(f"{URL}?q=%00").status_code == 400

    def test_changes_nothing_and_takes_no_post(self, client):
        assert client.post(URL).status_code == 405


class TestHome:
    URL = reverse("rotations:home")

    def test_shows_three_that_start_soon_and_have_seats(self, client):
        ListingFactory(title="Without seats")
        for n in range(4):
            listing = ListingFactory(title=f"Start {n}")
            open_seats(listing, 4, start_on=soonest_start(listing) + timedelta(weeks=n))

        response = client.get(self.URL)

        assert titles(response) == ["Start 0", "Start 1", "Start 2"]
        assert "See all 4 rotations with seats" in html(response)

    def test_counts_what_starts_in_two_months(self, client):
        month = (timezone.localdate() + timedelta(days=60)).replace(day=1)
        open_seats(ListingFactory(), 4, start_on=next_monday(month))

        assert f"1 rotation starts in {month:%B %Y} and still has seats." in html(
            client.get(self.URL)
        )

    def test_shows_each_drawing_once_before_any_comes_again(self, client):
        for slug, motif, number in (("a", "im", 3), ("b", "im", 2), ("c", "fm", 1)):
            field = SpecialtyFactory(slug=slug, name=slug.upper(), motif=motif)
            ListingFactory.create_batch(number, specialty=field)

        mosaic = client.get(self.URL).context["mosaic"]

        assert [(field.slug, number) for field, number in mosaic] == [("a", 3), ("c", 1), ("b", 2)]

    def test_works_on_an_empty_portal(self, client):
        response = client.get(self.URL)

        assert response.status_code == 200
        assert "No rotation has free seats" in html(response)

    @pytest.mark.parametrize("size", [1, 3])
    def test_takes_two_queries(self, client, size, django_assert_num_queries):
        ListingFactory.create_batch(size, weeks=4)
        client.get(self.URL)

        with django_assert_num_queries(2):
            client.get(self.URL)


class TestPreceptor:
    def test_shows_who_she_is_and_never_her_npi(self, client):
        preceptor = PreceptorFactory(npi="1234567893", statement="I ask questions.")
        ListingFactory(title="Ward", preceptor=preceptor)

        response = client.get(preceptor.get_absolute_url())

        page = html(response)
        assert preceptor.title in page
        assert "Verified" in page
        assert "Texas" in page
        assert titles(response) == ["Ward"]
        assert "1234567893" not in page
        assert preceptor.user.email not in page

    @pytest.mark.parametrize("who", ["unverified", "suspended", "inactive"])
    def test_is_not_found_unless_she_is_verified_and_there(self, client, who):
        more = {
            "unverified": {"verified_at": None, "verified_by": None},
            "suspended": {"suspended_at": timezone.now(), "suspended_by": UserFactory()},
            "inactive": {"user": UserFactory(is_active=False)},
        }
        preceptor = PreceptorFactory(**more[who])

        assert client.get(preceptor.get_absolute_url()).status_code == 404

    @pytest.mark.parametrize("size", [1, 3])
    def test_takes_six_queries(self, client, size, django_assert_num_queries):
        preceptor = PreceptorFactory()
        ListingFactory.create_batch(size, preceptor=preceptor, weeks=4)
        client.get(preceptor.get_absolute_url())

        with django_assert_num_queries(6):
            client.get(preceptor.get_absolute_url())


def test_a_learner_of_another_family_sees_that_something_stops_her(client):
    ListingFactory(families=[Family.PA_STUDENT], weeks=4)
    client.force_login(LearnerFactory().user)

    (card,) = client.get(URL).context["cards"]

    assert 'class="status bad"' in card


class TestCards:
    """What a card adds for this visitor alone."""

    def test_say_how_fast_answers_come(self, client):
        ListingFactory(preceptor=PreceptorFactory(median_answer_hours=41, requests_counted=12))

        (card,) = client.get(URL).context["cards"]

        assert "Usually answers in 41 hours" in card

    def test_are_saved_and_compared_without_a_word_to_others(self, client):
        one, other = ListingFactory(title="One & only"), ListingFactory(title="Other")
        client.post(reverse("rotations:save_listing", args=[one.slug]), {"move": "save"})
        client.post(reverse("rotations:compare_listing", args=[other.slug]), {"move": "add"})

        def words(response):
            links = r'<a(?: class="(is-on)")? href="([^"]+)" aria-label="([^"]+)"'
            found = [
                re.findall(links, card.partition('class="acts"')[2])
                for card in response.context["cards"]
            ]
            return sorted((is_on, label) for links in found for is_on, _url, label in links)

        assert words(client.get(URL)) == [
            ("", "Compare: One &amp; only"), ("", "Save: Other"),
            ("is-on", "Comparing: Other"), ("is-on", "Saved: One &amp; only"),
        ]  # fmt: skip
        assert all(not is_on for is_on, _label in words(Client().get(URL)))

    def test_lead_to_pages_that_save_without_javascript(self, client):
        listing = ListingFactory()
        (card,) = client.get(URL).context["cards"]

        for name in ("save", "compare"):
            url = reverse(f"rotations:{name}_listing", args=[listing.slug])
            assert f'href="{url}"' in card
            assert client.get(url).status_code == 200

    def test_of_a_search_offer_to_tell_what_is_new(self, client):
        ListingFactory()
        page = html(client.get(URL, {"state": "TX", "q": "nothing"}))

        assert f'href="{reverse("rotations:save_search")}?q=nothing&amp;state=TX"' in page
