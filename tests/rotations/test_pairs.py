"""Two rotations in a row that fill a stay."""

from datetime import date
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from rotations.actions.seats import move_seats
from rotations.blocks import WEEK, Block
from rotations.search import Search, catalogue
from rotations.search.pairs import fills, pairs
from tests.factories.rotations import (
    ListingFactory,
    SiteFactory,
    SpecialtyFactory,
    StateFactory,
    open_seats,
)

pytestmark = pytest.mark.django_db

TODAY = date(2027, 1, 4)
MARCH_29 = date(2027, 3, 29)
EIGHT_WEEKS = {"start": MARCH_29, "weeks": 8, "until": MARCH_29}


def made(**wanted):
    found = catalogue(Search(**wanted), today=TODAY)
    assert fills(found) or not pairs(found, 9)
    return pairs(found, 9)


def listing(slug, *, city="Houston", abbr="TX", start_on=MARCH_29, weeks=8, **more):
    state = StateFactory(abbr=abbr, name=abbr)
    one = ListingFactory(
        specialty=SpecialtyFactory(slug=slug, name=slug.title()),
        site=SiteFactory(city=city, state=state),
        **more,
    )
    open_seats(one, weeks, start_on=start_on, capacity=1)
    return one


def test_two_fields_back_to_back_fill_eight_weeks():
    heart, ward = listing("cardiology"), listing("internal-medicine")

    found = made(**EIGHT_WEEKS)

    assert [{pair.first.pk, pair.second.pk} for pair in found] == [{heart.pk, ward.pk}]
    assert found[0].first.block == Block(MARCH_29, 4)
    assert found[0].second.block == Block(date(2027, 4, 26), 4)


def test_one_field_alone_makes_no_pair():
    listing("cardiology")
    listing("cardiology")

    assert made(**EIGHT_WEEKS) == []


def test_a_week_without_a_seat_breaks_the_row():
    heart, ward = listing("cardiology", weeks=4), listing("neurology", weeks=8)
    move_seats(take={(ward.pk, MARCH_29 + 5 * WEEK)})

    assert made(**EIGHT_WEEKS) == []

    move_seats(give={(ward.pk, MARCH_29 + 5 * WEEK)})
    assert [(pair.first.pk, pair.second.pk) for pair in made(**EIGHT_WEEKS)] == [
        (heart.pk, ward.pk)
    ]


def test_the_nearer_pair_comes_first_and_then_the_cheaper():
    listing("cardiology", weeks=4, fee_per_week=40_000)
    listing("neurology", city="Tampa", abbr="FL", fee_per_week=10_000)
    near = listing("urology", city="Dallas", fee_per_week=50_000)
    next_door = listing("psychiatry", fee_per_week=60_000)

    found = [pair.second.pk for pair in made(**EIGHT_WEEKS) if pair.first.specialty == "cardiology"]

    assert found == [next_door.pk, near.pk]


def test_fields_that_are_asked_for_are_in_each_pair():
    for slug in ("cardiology", "neurology", "urology"):
        listing(slug)

    def fields(*wanted):
        found = made(**EIGHT_WEEKS, chosen={"specialty": frozenset(wanted)})
        return {frozenset((pair.first.specialty, pair.second.specialty)) for pair in found}

    assert fields("cardiology") == {
        frozenset({"cardiology", "neurology"}), frozenset({"cardiology", "urology"}),
    }  # fmt: skip
    assert fields("neurology", "urology") == {frozenset({"neurology", "urology"})}


def test_between_two_days_the_earliest_row_that_fits_is_shown():
    listing("cardiology", start_on=MARCH_29 + WEEK, weeks=4)
    listing("neurology", start_on=MARCH_29 + 5 * WEEK, weeks=4)

    (pair,) = made(start=MARCH_29, weeks=8, end_by=date(2027, 6, 30))

    assert pair.first.block.start_on == MARCH_29 + WEEK


class TestPage:
    URL = reverse("rotations:pairs")

    def test_leads_from_the_search_to_both_dates(self, client):
        heart, ward = (
            listing("cardiology", weeks=60, start_on=date(2026, 12, 28)),
            listing("neurology", weeks=60, start_on=date(2026, 12, 28)),
        )
        query = urlencode({"start": "2027-06-07", "weeks": "8"})

        assert (
            f'href="{self.URL}?'
            in client.get(f"{reverse('rotations:catalogue')}?{query}").content.decode()
        )
        page = client.get(f"{self.URL}?{query}").content.decode()

        days = {
            one.pk: {
                day
                for day in ("06-07", "07-05")
                if f"{one.slug}/?weeks=4&amp;on=2027-{day}" in page
            }
            for one in (heart, ward)
        }
        assert sorted(days.values(), key=min) == [{"06-07"}, {"07-05"}]
        assert "Both in Houston, TX" in page

    @pytest.mark.parametrize(
        "query", ["", "start=x", "weeks=52&start=2027-03-29", "start=2027-03-29"]
    )
    def test_is_no_dead_end(self, client, query):
        page = client.get(f"{self.URL}?{query}").content.decode()

        assert "Back to the search" in page

    @pytest.mark.parametrize("size", [1, 3])
    def test_takes_as_many_queries_for_few_as_for_many(
        self, client, size, django_assert_num_queries
    ):
        for n in range(size):
            listing(f"field-{n}", weeks=60, start_on=date(2026, 12, 28))
            listing(f"other-{n}", weeks=60, start_on=date(2026, 12, 28))
        url = f"{self.URL}?start=2027-06-07&weeks=2&end_by=2027-06-18"
        ListingFactory._meta.model.objects.update(min_weeks=1, usual_weeks=1)
        client.get(url)

        with django_assert_num_queries(4):
            client.get(url)
