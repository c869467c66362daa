from datetime import date

import pytest
from django.utils import timezone

from accounts.kinds import Family
from rotations.actions.seats import move_seats, set_capacity
from rotations.blocks import WEEK, Block
from rotations.kinds import HandsOn
from rotations.models import Listing
from rotations.queries import alternatives, upcoming_blocks
from rotations.search import Search, catalogue
from tests.factories.accounts import PreceptorFactory, UserFactory
from tests.factories.rotations import (
    ListingFactory,
    SiteFactory,
    SpecialtyFactory,
    StateFactory,
    open_seats,
    soonest_start,
)

pytestmark = pytest.mark.django_db

TODAY = date(2027, 1, 4)
MARCH_1 = date(2027, 3, 1)


def search(today=TODAY, **wanted):
    return catalogue(Search(**wanted), today=today)


def starts(found):
    return {row.pk: row.start for row in found.page(20).rows}


def titles(found):
    keys = found.page(20).keys
    by_key = Listing.objects.in_bulk(keys)
    return [by_key[key].title for key in keys]


class TestUpcomingBlocks:
    def test_shows_full_ones_too_so_that_people_see_the_rhythm(self):
        listing = ListingFactory(starts_every=4, anchor=MARCH_1)
        open_seats(listing, 12, start_on=MARCH_1, capacity=1)
        move_seats(take=Block(date(2027, 3, 29), 4).of(listing.pk))

        blocks = upcoming_blocks([listing], today=TODAY)[listing.pk]

        assert [(one.block.start_on, one.free) for one in blocks] == [
            (MARCH_1, 1),
            (date(2027, 3, 29), 0),
            (date(2027, 4, 26), 1),
        ]

    def test_counts_what_is_free_in_the_fullest_week(self):
        listing = ListingFactory()
        open_seats(listing, 4, start_on=MARCH_1, capacity=3)
        move_seats(take={(listing.pk, date(2027, 3, 15))})

        (one,) = upcoming_blocks([listing], today=TODAY)[listing.pk]

        assert (one.free, one.capacity) == (2, 3)

    def test_offers_no_block_over_a_closed_or_missing_week(self):
        listing = ListingFactory()
        mondays = open_seats(listing, 6, start_on=MARCH_1)
        set_capacity(listing, [mondays[5]], capacity=0, by=None)

        blocks = upcoming_blocks([listing], today=TODAY)[listing.pk]

        assert [one.block.start_on for one in blocks] == [mondays[0], mondays[1]]

    def test_begins_with_the_first_start_that_can_be_prepared(self):
        listing = ListingFactory(apply_lead_days=60)
        open_seats(listing, 8, start_on=MARCH_1)

        blocks = upcoming_blocks([listing], today=date(2027, 1, 7))[listing.pk]

        assert blocks[0].block.start_on == date(2027, 3, 8)

    def test_takes_another_length(self):
        listing = ListingFactory(min_weeks=2, max_weeks=8)
        open_seats(listing, 8, start_on=MARCH_1)

        blocks = upcoming_blocks([listing], today=TODAY, weeks=8)[listing.pk]

        assert [one.block for one in blocks] == [Block(MARCH_1, 8)]

    @pytest.mark.parametrize("size", [1, 3])
    def test_takes_one_query(self, size, django_assert_num_queries):
        ListingFactory.create_batch(size, weeks=4)
        listings = list(Listing.objects.published())

        with django_assert_num_queries(1):
            found = upcoming_blocks(listings)

        assert [len(blocks) for blocks in found.values()] == [1] * size

    def test_of_nothing_asks_nothing(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert upcoming_blocks([]) == {}


class TestAlternatives:
    def test_ranks_specialty_then_state_then_dates(self):
        listing = ListingFactory()
        other_field = SpecialtyFactory(slug="family-medicine", name="Family medicine", motif="fm")
        ohio = SiteFactory(state=StateFactory(abbr="OH", name="Ohio"), city="Columbus")
        for title, more in {
            "field": {"specialty": other_field},
            "ohio": {"site": ohio},
            "late": {},
            "near": {},
        }.items():
            other = ListingFactory(title=title, **more)
            start = MARCH_1 + 4 * WEEK if title == "late" else MARCH_1
            open_seats(other, 4, start_on=start)

        found = alternatives(listing, MARCH_1, today=TODAY)

        assert [other.title for other, _block in found] == ["near", "late", "ohio"]

    def test_leaves_out_full_other_families_and_itself(self):
        listing = ListingFactory()
        open_seats(listing, 4, start_on=MARCH_1)
        full = ListingFactory()
        open_seats(full, 4, start_on=MARCH_1, capacity=1)
        move_seats(take=Block(MARCH_1, 4).of(full.pk))
        open_seats(ListingFactory(families=[Family.PA_STUDENT]), 4, start_on=MARCH_1)

        assert alternatives(listing, MARCH_1, today=TODAY) == []

    def test_works_without_a_date(self):
        listing = ListingFactory()
        other = ListingFactory(weeks=8)

        ((found, block),) = alternatives(listing)

        assert found == other
        assert block.block.start_on == soonest_start(other)


class TestCatalogue:
    def test_finds_the_next_start_with_a_free_seat_in_every_week(self):
        listing = ListingFactory()
        open_seats(listing, 7, start_on=MARCH_1, capacity=1)
        move_seats(take={(listing.pk, date(2027, 3, 8))})

        found = search()

        assert starts(found) == {listing.pk: date(2027, 3, 15)}

    def test_knows_a_listing_without_seats(self):
        listing = ListingFactory()

        assert starts(search()) == {listing.pk: None}
        assert list(search(chosen={"seats": frozenset({"left"})}).keys) == []

    def test_keeps_to_the_rhythm(self):
        listing = ListingFactory(starts_every=4, anchor=date(2027, 3, 8))
        open_seats(listing, 12, start_on=MARCH_1)

        assert starts(search()) == {listing.pk: date(2027, 3, 8)}

    def test_dates_leave_out_what_does_not_start_then(self):
        listing = ListingFactory()
        open_seats(listing, 5, start_on=MARCH_1)

        assert list(search(start=date(2027, 3, 8)).keys) == [listing.pk]
        assert list(search(start=date(2027, 3, 9)).keys) == []
        assert list(search(until=date(2027, 2, 28)).keys) == []

    def test_agrees_with_the_blocks_that_are_shown(self):
        for every, weeks, capacity in ((1, 4, 1), (2, 6, 2), (4, 12, 1)):
            listing = ListingFactory(starts_every=every, anchor=MARCH_1, usual_weeks=4)
            open_seats(listing, weeks, start_on=MARCH_1, capacity=capacity)
        listings = list(Listing.objects.published())
        blocks = upcoming_blocks(listings, today=TODAY)

        found_starts = starts(search())

        assert found_starts == {
            pk: next(one.block.start_on for one in found if not one.is_full)
            for pk, found in blocks.items()
        }

    def test_length_must_be_one_that_can_be_booked(self):
        fits = ListingFactory(title="fits", min_weeks=2, usual_weeks=4, max_weeks=8, step_weeks=2)
        ListingFactory(title="other step", min_weeks=4, usual_weeks=4, max_weeks=8, step_weeks=4)
        open_seats(fits, 6, start_on=MARCH_1)

        found = search(weeks=6)

        assert titles(found) == ["fits"]
        assert starts(found) == {fits.pk: MARCH_1}

    def test_sorts_by_start_or_price(self):
        for title, start, fee in (("cheap", 4, 10_000), ("soon", 0, 50_000)):
            listing = ListingFactory(title=title, fee_per_week=fee)
            open_seats(listing, 4, start_on=MARCH_1 + start * WEEK)

        assert titles(search()) == ["soon", "cheap"]
        assert titles(search(sort="price")) == ["cheap", "soon"]

    def test_counts_a_facet_under_all_filters_but_its_own(self):
        ListingFactory(hands_on=HandsOn.EXAMINE)
        ListingFactory(hands_on=HandsOn.OBSERVE)
        ohio = SiteFactory(state=StateFactory(abbr="OH", name="Ohio"))
        ListingFactory(hands_on=HandsOn.OBSERVE, site=ohio)

        found = search(chosen={"state": frozenset({"TX"})})

        assert len(found) == 2
        assert found.counts["state"] == {"TX": 2, "OH": 1}
        assert found.counts["level"] == {"3": 1, "1": 1}

    @pytest.mark.parametrize(
        ("cents", "band"),
        [(29_999, "under-300"), (30_000, "300-399"), (50_000, "500-up")],
    )
    def test_price_bands_count_a_week_of_the_full_price(self, cents, band):
        ListingFactory(fee_per_week=cents, service_fee=0)

        assert search().counts["price"] == {band: 1}

    def test_leaves_out_what_is_not_published(self):
        ListingFactory(status="paused")
        ListingFactory(
            preceptor=PreceptorFactory(suspended_at=timezone.now(), suspended_by=UserFactory())
        )

        assert list(search().keys) == []

    @pytest.mark.parametrize(
        "words",
        [
            "echo", "cardiology", "cardiology in Tampa", "heart tampa florida", "Gulfside", "FL",
            "osei", "cardiovascular disease", "stress testing", '"stress testing"', "echo -dialysis",
        ],
    )  # fmt: skip
    def test_understands_words_from_the_text_and_from_names(self, words):
        ListingFactory()
        heart = ListingFactory(
            title="Outpatient cardiology",
            description="Echo and stress testing in the office.",
            specialty=SpecialtyFactory(
                slug="cardiology",
                name="Cardiology",
                board_name="Cardiovascular Disease",
                aliases=["heart"],
            ),
            site=SiteFactory(
                name="Gulfside Associates",
                city="Tampa",
                state=StateFactory(abbr="FL", name="Florida"),
            ),
            preceptor=PreceptorFactory(user=UserFactory(name="Kwame Osei")),
        )

        assert list(search(q=words).keys) == [heart.pk]

    @pytest.mark.parametrize("words", ["echo -stress", "Chicago", "cardiology Houston", "%", "_"])
    def test_does_not_find_what_is_not_meant(self, words):
        ListingFactory(title="Outpatient cardiology", description="Echo and stress testing.",
                       site=SiteFactory(city="Tampa"))  # fmt: skip

        assert list(search(q=words).keys) == []
