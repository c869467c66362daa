"""Which rotations end in time for a letter."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse

from letters import deadlines
from letters.models import MatchSeason
from letters.queries import IN_TIME, LATE, TIGHT, ends_in, windows
from rotations.actions.seats import move_seats
from rotations.blocks import Block
from tests.factories.accounts import LearnerFactory, PreceptorFactory, StaffFactory
from tests.factories.rotations import ListingFactory, SpecialtyFactory, open_seats
from tests.rotations.pages import html

pytestmark = pytest.mark.django_db

TODAY = date(2027, 1, 20)
REVIEW = date(2027, 9, 22)
PLANNER = reverse("letters:planner")


@pytest.fixture(autouse=True)
def _january():
    with time_machine.travel(datetime(2027, 1, 20, 18, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def season():
    return MatchSeason.objects.create(
        name="ERAS 2028",
        opens_on=date(2027, 6, 2),
        submit_from=date(2027, 9, 1),
        review_from=REVIEW,
        is_provisional=True,
    )


@pytest.mark.parametrize(
    ("end", "target"),
    [
        (date(2027, 7, 16), date(2027, 8, 13)),
        (date(2027, 8, 27), date(2027, 9, 14)),
        (date(2027, 8, 17), date(2027, 9, 14)),
        (date(2027, 8, 16), date(2027, 9, 13)),
    ],
)
def test_a_letter_is_hoped_for_after_the_end_and_before_programs_read(end, target):
    assert deadlines.target_on(end, REVIEW) == target


def test_the_last_useful_end_leaves_the_usual_time():
    last = deadlines.last_end_in_time(REVIEW)

    assert last == date(2027, 8, 17)
    assert deadlines.friday(last) == date(2027, 8, 13)
    assert deadlines.friday(date(2027, 8, 13)) == date(2027, 8, 13)


def test_windows_are_months_cut_where_the_pace_changes(season):
    found = windows(season, 4, TODAY)

    assert (found[0].first, found[0].last) == (date(2027, 2, 14), date(2027, 2, 26))
    assert [(one.first, one.last, one.pace) for one in found[6:]] == [
        (date(2027, 8, 1), date(2027, 8, 13), IN_TIME),
        (date(2027, 8, 18), date(2027, 8, 27), TIGHT),
        (date(2027, 9, 1), date(2027, 9, 10), TIGHT),
        (date(2027, 9, 15), date(2027, 9, 17), LATE),
    ]


def test_windows_start_where_a_block_ends_in_them(season):
    for one in windows(season, 4, TODAY):
        block = Block(one.starts_from, 4)
        earlier = Block(one.starts_from.replace() - (date(2027, 1, 8) - date(2027, 1, 1)), 4)

        assert one.first <= block.end_on <= one.through
        assert earlier.end_on < one.first


class TestCounts:
    """A block of 26 April to 21 May, as in ``windows`` of May."""

    MONDAY = date(2027, 4, 26)

    def counts(self, season, listing, weeks=4, **facts):
        facts = {"needs_visa": False, "today": TODAY, **facts}
        found = windows(season, weeks, facts["today"])
        return ends_in(listing.specialty, weeks, found, **facts)

    def test_a_free_block_counts_in_the_month_of_its_last_day(self, season):
        listing = ListingFactory()
        open_seats(listing, 4, start_on=self.MONDAY)

        assert self.counts(season, listing) == {date(2027, 5, 1): 1}

    def test_a_listing_counts_once_a_month(self, season):
        listing = ListingFactory()
        open_seats(listing, 6, start_on=self.MONDAY)

        assert self.counts(season, listing) == {date(2027, 5, 1): 1, date(2027, 6, 1): 1}

    def test_a_full_week_breaks_the_block(self, season):
        listing = ListingFactory()
        mondays = open_seats(listing, 4, start_on=self.MONDAY, capacity=1)
        move_seats(take={(listing.pk, mondays[2])})

        assert self.counts(season, listing) == {}

    @pytest.mark.parametrize(
        "fields",
        [
            {"min_weeks": 6, "usual_weeks": 6, "max_weeks": 8},
            {"min_weeks": 3, "max_weeks": 7, "step_weeks": 2},
            {"starts_every": 4, "anchor": date(2027, 5, 3)},
            {"apply_lead_days": 97},
            {"status": "paused"},
        ],
    )
    def test_only_what_can_be_booked_counts(self, season, fields):
        listing = ListingFactory(**fields)
        open_seats(listing, 4, start_on=self.MONDAY)

        assert self.counts(season, listing) == {}

    def test_a_rhythm_that_fits_counts(self, season):
        listing = ListingFactory(starts_every=4, anchor=date(2027, 5, 24), apply_lead_days=96)
        open_seats(listing, 5, start_on=self.MONDAY)

        assert self.counts(season, listing) == {date(2027, 5, 1): 1}

    def test_a_visa_takes_longer(self, season):
        listing = ListingFactory(apply_lead_days_visa=97)
        open_seats(listing, 4, start_on=self.MONDAY)

        assert self.counts(season, listing, needs_visa=True) == {}
        assert self.counts(season, listing) == {date(2027, 5, 1): 1}

    def test_a_suspended_preceptors_does_not_count(self, season):
        staff = StaffFactory()
        preceptor = PreceptorFactory(
            suspended_at=datetime(2027, 1, 2, tzinfo=UTC), suspended_by=staff
        )
        listing = ListingFactory(preceptor=preceptor)
        open_seats(listing, 4, start_on=self.MONDAY)

        assert self.counts(season, listing) == {}


class TestPage:
    def test_shows_the_last_useful_end_and_leads_to_the_catalogue(self, client, season):
        listing = ListingFactory()
        open_seats(listing, 4, start_on=date(2027, 4, 26))

        page = html(
            client.get(PLANNER, {"season": "eras-2028", "specialty": listing.specialty.slug})
        )

        assert 'Last useful end</dt><dd><time datetime="2027-08-13">' in page
        assert "are provisional" in page
        assert (
            "/rotations/?start=2027-04-12&amp;end_by=2027-05-28&amp;weeks=4"
            '&amp;specialty=internal-medicine">1 rotation with a free seat' in page
        )
        assert "No rotation with a free seat ends then." in page

    def test_counts_nothing_without_a_specialty(
        self, client, season, django_assert_max_num_queries
    ):
        ListingFactory(weeks=4)
        client.get(PLANNER)  # timers are read once by each process
        with django_assert_max_num_queries(3):
            page = html(client.get(PLANNER))

        assert "Rotations that end then" in page
        assert "with a free seat<" not in page

    def test_opens_with_what_she_aims_for(self, client, season):
        learner = LearnerFactory(season=season)
        learner.specialties.add(SpecialtyFactory(slug="cardiology", name="Cardiology"))
        client.force_login(learner.user)

        response = client.get(PLANNER)

        assert response.context["specialty"].slug == "cardiology"
        assert client.get(PLANNER, {"specialty": ""}).context["specialty"] is None

    def test_says_it_if_a_season_is_over_or_none_is_known(self, client):
        assert "We know no coming season yet." in html(client.get(PLANNER))
        MatchSeason.objects.create(
            name="ERAS 2026", opens_on=date(2025, 6, 4), submit_from=date(2025, 9, 3),
            review_from=date(2025, 9, 24),
        )  # fmt: skip

        assert "Choose a later season." in html(client.get(PLANNER, {"season": "eras-2026"}))

    @pytest.mark.parametrize("name", ["season", "specialty", "weeks"])
    @pytest.mark.parametrize("absurd", ["", "x" * 5000, "-1", "٤", "1e9"])
    def test_what_does_not_exist_is_left_out(self, client, season, name, absurd):
        assert client.get(PLANNER, {name: absurd}).status_code == 200
