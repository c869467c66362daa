"""Who is where: a year of weeks over all listings that somebody looks after."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from accounts.actions import ensure_groups
from clocks.calendar import next_monday
from placements.actions.placements import cancel_placement
from placements.actions.reschedules import ask_reschedule
from placements.states import CancelledBy, CancelReason, PlacementStatus, RescheduleReason, Status
from placements.views.who import presences
from rotations.blocks import WEEK, Block
from rotations.models import Listing
from tests.factories.accounts import DelegationFactory, LearnerFactory, UserFactory
from tests.factories.placements import ApplicationFactory, PlacementFactory
from tests.factories.rotations import ListingFactory, SiteFactory, open_seats
from tests.rotations.pages import html

pytestmark = pytest.mark.django_db
YEAR = reverse("placements:year")


@pytest.fixture
def listing():
    return ListingFactory(title="Ward", usual_weeks=2, min_weeks=1)


@pytest.fixture
def hers(client, listing):
    client.force_login(listing.preceptor.user)
    return client


@pytest.fixture
def coordinator(second_factor):
    ensure_groups()
    staff = second_factor(UserFactory(is_staff=True))
    staff.groups.add(Group.objects.get(name="coordinators"))
    return staff


@pytest.fixture
def then(client, listing, time_machine):
    """Signed in on another day."""

    def move(moment):
        time_machine.move_to(moment, tick=False)
        client.force_login(listing.preceptor.user)
        return client

    return move


@pytest.fixture
def monday():
    return next_monday(timezone.localdate() + timedelta(days=60))


def named(name):
    return LearnerFactory(user__name=name).user


def placed(listing, start, weeks=2, **more):
    open_seats(listing, weeks, start_on=start)
    return PlacementFactory(listing=listing, start_on=start, weeks=weeks, **more)


def tile(response, monday):
    return next(one for one in response.context["year"].tiles if one.monday == monday)


def names(pairs):
    return [(one.name, one.how) for one, _tells in pairs]


def test_confirmed_offered_and_moving_stand_in_their_weeks(hers, listing, monday):
    placed(listing, monday, learner=named("Amara O'Neill"))
    ApplicationFactory(listing=listing, learner=named("Sana Mirza"), status=Status.OFFERED,
                       start_on=monday + WEEK, weeks=1)  # fmt: skip
    moving = placed(listing, monday + 4 * WEEK, learner=named("Wei Zhang"))
    open_seats(listing, 2, start_on=monday + 8 * WEEK)
    ask_reschedule(moving, Block(monday + 8 * WEEK, 2), by=moving.learner,
                   reason=RescheduleReason.VISA)  # fmt: skip

    page = hers.get(YEAR)

    assert names(tile(page, monday).here) == [("Amara O'Neill", "confirmed")]
    assert names(tile(page, monday + WEEK).here) == [
        ("Amara O'Neill", "confirmed"), ("Sana Mirza", "offered"),
    ]  # fmt: skip
    assert names(tile(page, monday + 4 * WEEK).here) == [("Wei Zhang", "confirmed")]
    assert names(tile(page, monday + 9 * WEEK).here) == [("Wei Zhang", "moving")]
    assert not tile(page, monday + 3 * WEEK).here
    assert "Amara O&#x27;Neill" in html(page)
    assert moving.get_absolute_url() in html(page)


def test_whoever_left_early_is_where_she_was_until_then(listing):
    today = timezone.localdate()
    first = today - timedelta(days=today.weekday()) - WEEK
    placement = placed(listing, first, weeks=4, status=PlacementStatus.ACTIVE)
    cancel_placement(placement, by=placement.learner, cancelled_by=CancelledBy.LEARNER,
                     reason=CancelReason.ILLNESS)  # fmt: skip

    (found,) = presences([listing], first, first + 4 * WEEK)

    assert sorted(found.mondays) == [first, first + WEEK]


def test_a_listing_shows_her_others_beside_it(hers, listing, monday):
    clinic = ListingFactory(title="Clinic", preceptor=listing.preceptor)
    placed(listing, monday, learner=named("Amara Nwosu"))
    placed(clinic, monday, learner=named("Wei Zhang"))
    elsewhere = placed(ListingFactory(), monday, learner=named("Pedro Lobo"))

    page = hers.get(reverse("placements:weeks", args=[listing.slug]))

    week = tile(page, monday)
    assert names(week.here) == [("Amara Nwosu", "confirmed")]
    assert names(week.elsewhere) == [("Wei Zhang", "confirmed")]
    assert "2 learners in all" in html(page)
    assert elsewhere.learner.name not in html(page)


def test_seats_are_summed_over_her_listings(hers, listing, monday):
    open_seats(listing, 1, start_on=monday, capacity=3)
    open_seats(ListingFactory(preceptor=listing.preceptor), 1, start_on=monday, capacity=2)

    week = tile(hers.get(YEAR), monday)

    assert (week.taken, week.capacity) == (0, 5)


def test_today_what_has_passed_holidays_and_absence_are_marked(then, listing):
    listing.preceptor.away_from = "2027-02-03"
    listing.preceptor.away_until = "2027-02-09"
    listing.preceptor.save()

    page = then("2027-01-12 12:00:00Z").get(YEAR)

    past = [f"{one.monday}" for one in page.context["year"].tiles if one.is_past]
    assert past == ["2027-01-04"]
    assert [f"{one.monday}" for one in page.context["year"].tiles if one.is_now] == ["2027-01-11"]
    away = [f"{one.monday}" for one in page.context["year"].tiles if one.away]
    assert away == ["2027-02-01", "2027-02-08"]
    assert "Mon, Jan 18: Martin Luther King Jr. Day" in html(page)
    assert "You are away" in html(page)


def test_a_year_runs_from_this_month_over_twelve_more(then):
    months = then("2026-12-31 12:00:00Z").get(YEAR).context["year"].months

    assert [f"{month.first}" for month in months][::12] == ["2026-12-01", "2027-12-01"]
    assert sum(len(month.tiles) for month in months) == 56


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("2028-02", "2028-02-01"),
        ("2025-03", "2025-03-01"),
        ("9999-12", "2027-01-01"),
        ("0001-01", "2027-01-01"),
        ("2027-13", "2027-01-01"),
        ("", "2027-01-01"),
        ("x" * 5000, "2027-01-01"),
    ],
)
def test_another_year_is_asked_for_by_its_month(then, asked, first):
    page = then("2027-01-12 12:00:00Z").get(YEAR, {"from": asked})

    assert f"{page.context['year'].months[0].first}" == first


def test_a_delegate_reads_whose_listing_it_is(client, listing, monday):
    client.force_login(DelegationFactory(preceptor=listing.preceptor).person)
    placed(listing, monday)

    assert listing.preceptor.address_as in html(client.get(YEAR))


def test_whoever_has_no_listing_yet_is_told_where_to_begin(hers):
    Listing.objects.all().delete()

    page = hers.get(YEAR)

    assert page.status_code == 200
    assert "There is no listing yet" in html(page)


class TestStaff:
    def test_choose_a_site_and_see_all_of_it(self, client, coordinator, listing, monday):
        client.force_login(coordinator)
        placed(listing, monday, learner=named("Amara Nwosu"))
        placed(ListingFactory(site=listing.site), monday, learner=named("Wei Zhang"))
        placed(ListingFactory(), monday, learner=named("Pedro Lobo"))

        asked = client.get(YEAR, {"q": listing.site.name})
        assert [site.slug for site in asked.context["sites"]] == [listing.site.slug]

        page = client.get(YEAR, {"site": listing.site.slug})
        here = {one.name for one, _tells in tile(page, monday).here}
        assert here == {"Amara Nwosu", "Wei Zhang"}
        assert reverse("placements:weeks", args=[listing.slug]) in html(page)

    def test_a_site_without_listings_is_not_offered(self, client, coordinator):
        client.force_login(coordinator)
        SiteFactory(name="Empty House")

        page = client.get(YEAR, {"q": "Empty"})

        assert "No site with listings" in html(page)

    @pytest.mark.parametrize("site", ["nowhere", "", "a b", "x" * 500])
    def test_a_site_that_is_not_there_is_not_found(self, client, coordinator, site):
        client.force_login(coordinator)

        assert client.get(YEAR, {"site": site}).status_code == 404

    def test_words_that_make_no_sense_narrow_nothing(self, client, coordinator, listing):
        client.force_login(coordinator)

        assert len(client.get(YEAR, {"q": "x" * 500}).context["sites"]) == 1

    def test_who_may_not_read_placements_sees_nobody(self, client, listing, coordinator):
        coordinator.groups.clear()
        client.force_login(coordinator)

        assert client.get(YEAR, {"site": listing.site.slug}).status_code == 403
        assert client.get(reverse("placements:weeks", args=[listing.slug])).status_code == 403

    def test_a_preceptor_cannot_ask_for_a_site(self, hers, listing, monday):
        other = placed(ListingFactory(site=listing.site), monday, learner=named("Wei Zhang"))

        page = hers.get(YEAR, {"site": listing.site.slug})

        assert other.learner.name not in html(page)


@pytest.mark.parametrize("size", [1, 3])
def test_the_calendar_asks_as_much_for_more(hers, listing, size, django_assert_num_queries):
    for other in range(size):
        beside = ListingFactory(preceptor=listing.preceptor, title=f"Other {other}")
        PlacementFactory(listing=beside, status=PlacementStatus.READY)
        ApplicationFactory(listing=beside, status=Status.OFFERED)
    hers.get(YEAR)

    with django_assert_num_queries(11):
        hers.get(YEAR)
