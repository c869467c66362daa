"""What the pages that strangers read may cost: statements and bytes (issue 4, point 12)."""

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.kinds import Family
from clocks.calendar import next_monday
from placements.states import Status
from rotations.actions.seats import move_seats
from rotations.blocks import WEEK, Block
from rotations.kinds import HandsOn, RotationType
from rotations.models import Listing
from rotations.queries.compiled import Compiled, given, of_any
from tests.factories.accounts import DocumentTypeFactory, PreceptorFactory
from tests.factories.placements import ApplicationFactory
from tests.factories.rotations import (
    ListingFactory,
    RequirementFactory,
    SiteFactory,
    SpecialtyFactory,
    StateFactory,
    open_seats,
)

pytestmark = pytest.mark.django_db

URL = reverse("rotations:catalogue")
MOST_BYTES = 30 * 1024
# As served to others, each static file has so many letters of a hash in its name.
HASH = 13
SENTENCE = "Take histories, examine patients and present them on the rounds of the morning. "


def get(client, listing, **query):
    return client.get(listing.get_absolute_url(), query)


def weight(response):
    return len(response.content) + HASH * response.content.count(b"/static/")


def asks(listing, number):
    """So many different papers."""
    for n in range(number):
        kind = DocumentTypeFactory(slug=f"paper-{n}", name=f"Paper of kind {n}")
        RequirementFactory(listing=listing, type=kind)


class TestListing:
    @pytest.mark.parametrize("size", [1, 3])
    def test_takes_five_queries(self, client, size, django_assert_num_queries):
        listing = RequirementFactory(listing=ListingFactory(weeks=8)).listing
        for other in PreceptorFactory.create_batch(size):
            listing.co_preceptors.add(other)
            ApplicationFactory(listing=listing, status=Status.UNDER_REVIEW)
        client.get(listing.get_absolute_url())

        with django_assert_num_queries(5):
            client.get(listing.get_absolute_url())

    @pytest.mark.parametrize("size", [1, 3])
    def test_takes_three_queries_where_nobody_is_busy(
        self, client, size, django_assert_num_queries
    ):
        listing = ListingFactory(weeks=8)
        asks(listing, size)
        client.get(listing.get_absolute_url())

        with django_assert_num_queries(3):
            client.get(listing.get_absolute_url())

    def test_shows_no_similar_one_whose_seats_are_gone(self, client):
        listing, other = ListingFactory(), ListingFactory()
        monday, *_rest = open_seats(other, 4, capacity=1)
        assert len(get(client, listing).context["similar"]) == 1

        move_seats(take=Block(monday, 4).of(other.pk))

        assert get(client, listing).context["similar"] == []

    def test_folds_no_dates_away_that_are_all_full(self, client):
        listing = ListingFactory()
        mondays = open_seats(listing, 12, capacity=1)
        move_seats(take={(listing.pk, monday) for monday in mondays})

        picks = get(client, listing).context["picks"]

        assert (len(picks.shown), picks.folded, picks.left_out) == (6, [], 3)
        assert len(get(client, listing, dates="all").context["picks"].folded) == 3

    def test_is_light_with_all_that_it_can_show(self, client):
        field = SpecialtyFactory(name="Physical medicine and rehabilitation")
        site = SiteFactory(name="Castellano Medical Center", city="East Brunswick")
        rows = {
            "title": "Physical medicine and rehabilitation clerkship in East Brunswick",
            "specialty": field,
            "site": site,
            "description": SENTENCE * 9,
            "activities": [SENTENCE] * 4,
            "objectives": [SENTENCE] * 3,
            "typical_day": [["8:00 AM", "Rounds"], ["1:00 PM", "Clinic"]],
            "min_weeks": 2,
            "max_weeks": 12,
        }
        listing = ListingFactory(**rows)
        asks(listing, 11)
        mondays = open_seats(listing, 52, capacity=1)
        free = get(client, listing)
        move_seats(take=Block(mondays[0], 52).of(listing.pk))
        for other in ListingFactory.create_batch(3, **rows):
            open_seats(other, 30, capacity=3)
        full = get(client, listing)

        assert len(full.context["similar"]) == 3
        assert weight(free) < MOST_BYTES
        assert weight(full) < MOST_BYTES


class TestCatalogue:
    def test_is_light_with_every_filter_and_a_full_page(self, client):
        """All states, a full page of cards with three dates each, and three filters in every link."""
        monday = next_monday(timezone.localdate() + 9 * WEEK)
        states = [
            StateFactory(abbr=f"{chr(65 + n // 26)}{chr(65 + n % 26)}", name=f"State {n}")
            for n in range(50)
        ]
        fields = [
            SpecialtyFactory(slug=f"field-{n}", name=f"A field of medicine {n}") for n in range(6)
        ]
        for number, state in enumerate(states):
            listing = ListingFactory(
                title="Preventive medicine externship in East Berne",
                site=SiteFactory(state=state, city="East Brunswick"),
                specialty=fields[number % 6],
                families=list(Family)[: 3 + number % 4],
                hands_on=list(HandsOn)[number % 5],
                rotation_type=list(RotationType)[number % 5],
                languages=["Portuguese", "Vietnamese"],
                preceptor=PreceptorFactory(median_answer_hours=41, requests_counted=12),
            )
            open_seats(listing, 12, start_on=monday, capacity=3)
        query = {"language": "Portuguese", "family": Family.IM_STUDENT, "answers": "three-days"}

        response = client.get(URL, query)

        assert len(response.context["cards"]) == 8
        assert weight(response) < MOST_BYTES


class TestCompiled:
    def test_asks_anew_with_each_value(self):
        one, other = ListingFactory.create_batch(2)
        by_slug = Compiled(lambda: Listing.objects.published().filter(slug=given("slug")))
        by_keys = Compiled(lambda: Listing.objects.filter(of_any("id", "keys")).order_by("pk"))

        assert [found.pk for found in by_slug(slug=other.slug)] == [other.pk]
        assert [found.pk for found in by_slug(slug=one.slug)] == [one.pk]
        assert list(by_slug(slug="' OR true --")) == []
        assert list(by_keys(keys=[one.pk, other.pk])) == [one, other]
        assert list(by_keys(keys=[])) == []

    def test_brings_what_the_queryset_would(self, django_assert_num_queries):
        listing = ListingFactory()
        by_slug = Compiled(lambda: Listing.objects.published().filter(slug=given("slug")))

        with django_assert_num_queries(1):
            (found,) = by_slug(slug=listing.slug)
            assert found.site.state == listing.site.state
            assert found.preceptor.user.name == listing.preceptor.user.name
