"""A preceptor opens a year, looks before she leaps, and changes what she ticks."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from clocks.calendar import next_monday
from placements.states import PlacementStatus, Status
from rotations.actions.seats import move_seats, plan_weeks
from rotations.blocks import WEEK
from rotations.models import Listing
from rotations.queries import Wish
from tests.factories.accounts import DelegationFactory, LearnerFactory
from tests.factories.placements import ApplicationFactory, PlacementFactory
from tests.factories.rotations import ListingFactory, open_seats
from tests.rotations.pages import html

pytestmark = pytest.mark.django_db
NUL = "\x00"


@pytest.fixture
def listing():
    return ListingFactory()


@pytest.fixture
def hers(client, listing):
    client.force_login(listing.preceptor.user)
    return client


@pytest.fixture
def monday():
    return next_monday(timezone.localdate() + timedelta(days=60))


def page_of(listing):
    return reverse("placements:weeks", args=[listing.slug])


def pattern(monday, weeks=8, **more):
    last = monday + (weeks - 1) * WEEK
    return {"first": f"{monday}", "last": f"{last}", "capacity": "2", "every": "1",
            "off-TOTAL_FORMS": "3", "off-INITIAL_FORMS": "0", "do": "look", **more}  # fmt: skip


def days_off(n, first, last="", reason=""):
    return {f"off-{n}-first": f"{first}", f"off-{n}-last": f"{last}", f"off-{n}-reason": reason}


def filled(response):
    """The pattern's form as the browser sends it if nothing is touched."""
    form, off = response.context["pattern"], response.context["off"]
    fields = [*form, *off.management_form, *(field for one in off for field in one)]
    values = {field.html_name: field.value() for field in fields}
    return {
        name: str(value)
        for name, value in values.items()
        if value is not None and value is not False
    }


def apply(client, listing, sent):
    """Look and confirm what was shown."""
    shown = client.post(page_of(listing), sent)
    seen = shown.context["plan"].seen
    return client.post(page_of(listing), sent | {"do": "apply", "seen": seen})


def capacities(listing):
    return list(listing.weeks.values_list("capacity", flat=True))


def somebody_in(listing, monday, name="Sana O'Brien", **more):
    return ApplicationFactory(
        listing=listing,
        learner=LearnerFactory(user__name=name).user,
        status=Status.OFFERED,
        start_on=monday,
        weeks=1,
        **more,
    )


class TestPattern:
    def test_of_a_year_takes_two_taps_and_nothing_to_type(self, hers, listing):
        first = hers.get(page_of(listing))
        assert first.context["shows_pattern"]

        shown = hers.post(page_of(listing), filled(first) | {"do": "look"})
        assert shown.status_code == 200
        assert "Open 52 weeks" in html(shown)
        assert not listing.weeks.exists()

        seen = re.search(r'name="seen" value="(\w+)" form="pattern"', html(shown))[1]
        done = hers.post(page_of(listing), filled(shown) | {"do": "apply", "seen": seen})
        assert done["Location"] == page_of(listing)
        assert capacities(listing) == [1] * 52

    def test_opens_weeks_in_a_rhythm(self, hers, listing, monday):
        apply(hers, listing, pattern(monday, every="4"))

        listing.refresh_from_db()
        assert capacities(listing) == [2] * 8
        assert (listing.starts_every, listing.anchor) == (4, monday)

    def test_counts_from_a_week_of_her_choice(self, hers, listing, monday):
        tuesday = monday + timedelta(days=8)

        apply(hers, listing, pattern(monday, every="3", anchor=f"{tuesday}"))

        listing.refresh_from_db()
        assert (listing.starts_every, listing.anchor) == (3, monday + WEEK)

    def test_closes_days_off_with_a_reason_that_learners_never_see(self, hers, listing, monday):
        wednesday = monday + 2 * WEEK + timedelta(days=2)
        off = days_off(0, wednesday, wednesday + WEEK, "Family in Lagos")

        apply(hers, listing, pattern(monday, **off))

        assert capacities(listing) == [2, 2, 0, 0, 2, 2, 2, 2]
        assert "Family in Lagos" in html(hers.get(page_of(listing)))
        hers.logout()
        assert "Family in Lagos" not in html(hers.get(listing.get_absolute_url()))

    def test_a_weekend_off_closes_nothing(self, hers, listing, monday):
        saturday = monday + timedelta(days=5)

        apply(hers, listing, pattern(monday, **days_off(0, saturday, saturday + timedelta(days=1))))

        assert capacities(listing) == [2] * 8

    def test_leaves_what_is_closed_closed(self, hers, listing, monday):
        plan_weeks(listing, {monday: Wish(0, "Vacation")}, by=None)

        shown = hers.post(page_of(listing), pattern(monday))
        assert "Stay closed: Vacation" in html(shown)
        apply(hers, listing, pattern(monday))
        assert capacities(listing) == [0] + [2] * 7

        apply(hers, listing, pattern(monday, reopens="on"))
        assert capacities(listing) == [2] * 8

    def test_names_who_stands_in_the_way_and_offers_the_rest(self, hers, listing, monday):
        open_seats(listing, 8, start_on=monday)
        held = somebody_in(listing, monday + WEEK)
        sent = pattern(monday, **days_off(0, monday, monday + 3 * WEEK, "Vacation"))

        shown = hers.post(page_of(listing), sent)
        assert "Sana O&#x27;Brien" in html(shown)
        assert reverse("placements:review", args=[held.code]) in html(shown)
        assert "Change the other 3 weeks" in html(shown)

        apply(hers, listing, sent)
        assert capacities(listing) == [0, 2, 0, 0] + [2] * 4

    def test_what_moved_since_the_look_is_shown_again_and_not_done(self, hers, listing, monday):
        open_seats(listing, 8, start_on=monday)
        sent = pattern(monday, **days_off(0, monday, monday + 3 * WEEK))
        seen = hers.post(page_of(listing), sent).context["plan"].seen
        somebody_in(listing, monday)

        answer = hers.post(page_of(listing), sent | {"do": "apply", "seen": seen})

        assert answer.status_code == 409
        assert "something has changed meanwhile" in html(answer)
        assert "Sana O&#x27;Brien" in html(answer)
        assert capacities(listing) == [2] * 8

    def test_that_differs_from_what_was_looked_at_is_not_done(self, hers, listing, monday):
        seen = hers.post(page_of(listing), pattern(monday)).context["plan"].seen

        sent = pattern(monday, capacity="5", do="apply", seen=seen)

        assert hers.post(page_of(listing), sent).status_code == 409
        assert hers.post(page_of(listing), pattern(monday, do="apply")).status_code == 409
        assert not listing.weeks.exists()

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"first": "2020-01-06"}, "This week has passed."),
            ({"first": "0001-01-01"}, "This week has passed."),
            ({"last": "9999-12-31"}, "Check the year."),
            ({"last": "2020-01-06"}, "This week has passed."),
            ({"first": f"{NUL}2027"}, "Enter a valid date."),
            ({"capacity": "0"}, "greater than or equal to 1"),
            ({"capacity": "9" * 40}, "less than or equal to 50"),
            ({"every": "5"}, "not one of the available choices"),
            ({"anchor": "soon"}, "Enter a valid date."),
            (days_off(0, "9999-12-31"), "Check the year."),
            (days_off(0, "", "", "Vacation"), "Say from which day on."),
            ({"off-0-first": "2020-01-06"}, "This week has passed."),
            ({"off-0-reason": f"a{NUL}b"}, "Null characters are not allowed."),
            ({"off-0-reason": "a" * 81}, "at most 80 characters"),
            ({"off-TOTAL_FORMS": "10000"}, "at most 12 forms"),
            ({"off-TOTAL_FORMS": "x"}, "ManagementForm data is missing"),
        ],
    )
    def test_that_makes_no_sense_is_refused_with_what_was_typed(
        self, hers, listing, monday, more, words
    ):
        answer = hers.post(page_of(listing), pattern(monday, **{"capacity": "7", **more}))

        assert answer.status_code == 422
        assert words in html(answer)
        assert not listing.weeks.exists()
        if "capacity" not in more:
            assert 'name="capacity" value="7"' in html(answer)

    def test_ends_after_two_years_and_has_a_monday(self, hers, listing, monday):
        for last, words in ((monday + 111 * WEEK, "more than two years"),
                            (monday - WEEK, "The last week lies before the first.")):  # fmt: skip
            answer = hers.post(page_of(listing), pattern(monday, last=f"{last}"))
            assert words in html(answer)
        tuesday = monday + timedelta(days=1)
        sent = pattern(monday, first=f"{tuesday}", last=f"{tuesday}")
        assert "There is no Monday between" in html(hers.post(page_of(listing), sent))


class TestTicked:
    @pytest.fixture
    def mondays(self, listing, monday):
        return open_seats(listing, 5, start_on=monday)

    def tick(self, client, listing, do, *mondays, **more):
        weeks = {"week": [f"{monday}" for monday in mondays]}
        return client.post(page_of(listing), {"do": do, **weeks, **more})

    @pytest.mark.parametrize(
        ("do", "more", "wanted"),
        [
            ("more", {}, [3, 2, 3, 2, 2]),
            ("fewer", {}, [1, 2, 1, 2, 2]),
            ("close", {"reason": "Vacation"}, [0, 2, 0, 2, 2]),
            ("open", {"capacity": "4"}, [4, 2, 4, 2, 2]),
            ("open", {}, [2, 2, 2, 2, 2]),
            ("close", {"between": "on"}, [0, 0, 0, 2, 2]),
        ],
    )
    def test_weeks_are_changed(self, hers, listing, mondays, do, more, wanted):
        answer = self.tick(hers, listing, do, mondays[0], mondays[2], **more)

        assert answer["Location"] == page_of(listing)
        assert capacities(listing) == wanted

    def test_a_week_that_is_not_there_is_opened(self, hers, listing, mondays):
        self.tick(hers, listing, "open", mondays[-1] + WEEK, capacity="3")

        assert capacities(listing) == [2] * 5 + [3]

    def test_a_closed_week_says_why(self, hers, listing, mondays):
        self.tick(hers, listing, "close", mondays[1], reason="Moving house")

        assert "Moving house" in html(hers.get(page_of(listing)))

    def test_a_refusal_names_who_is_there_and_offers_the_others(self, hers, listing, mondays):
        somebody_in(listing, mondays[1])

        answer = self.tick(hers, listing, "close", *mondays[:3], reason="Vacation")
        assert answer.status_code == 422
        assert capacities(listing) == [2] * 5
        assert "Sana O&#x27;Brien" in html(answer)
        assert "Change the other 2 weeks" in html(answer)
        # The boxes stay ticked.
        assert html(answer).count(" checked") == 3

        others = answer.context["others"]
        hers.post(page_of(listing), {"do": "close", "week": others, "reason": "Vacation"})
        assert capacities(listing) == [0, 2, 0, 2, 2]

    @pytest.mark.parametrize(
        ("sent", "words"),
        [
            ({"do": "more"}, "Tick a week first."),
            ({"do": "more", "week": ["2020-01-06"]}, "Select a valid choice"),
            ({"do": "more", "week": ["9999-12-27", NUL]}, "Select a valid choice"),
            ({"do": "close", "reason": NUL}, "Null characters"),
            ({"do": "open", "capacity": "99999"}, "less than or equal to 50"),
            ({"do": "burn"}, "Select a valid choice"),
            ({}, "There "),
        ],
    )
    def test_what_makes_no_sense_is_refused(self, hers, listing, mondays, sent, words):
        answer = hers.post(
            page_of(listing),
            {"week": [f"{mondays[0]}"], **sent} if sent.get("do") != "more" else sent,
        )

        assert answer.status_code == 422
        assert words in html(answer)
        assert capacities(listing) == [2] * 5

    def test_ten_thousand_weeks_are_too_many(self, hers, listing, mondays):
        answer = hers.post(page_of(listing), {"do": "close", "week": [f"{mondays[0]}"] * 10_000})

        assert answer.status_code == 400
        assert capacities(listing) == [2] * 5


def test_a_delegate_opens_weeks_in_her_preceptors_name(client, listing, monday):
    delegate = DelegationFactory(preceptor=listing.preceptor).person
    client.force_login(delegate)

    apply(client, listing, pattern(monday))

    assert capacities(listing) == [2] * 8


def test_an_archived_listing_has_no_weeks_to_open(hers, listing):
    Listing.objects.update(status="archived")

    assert hers.get(page_of(listing)).status_code == 403


def test_a_published_one_opens_at_once(hers, listing, monday):
    apply(hers, listing, pattern(monday, weeks=4))

    assert html(hers.get(listing.get_absolute_url())).count(f'datetime="{monday}"') >= 1


@pytest.mark.parametrize("size", [1, 3])
def test_the_page_asks_as_much_for_more(hers, listing, size, django_assert_num_queries):
    for other in range(size):
        beside = ListingFactory(preceptor=listing.preceptor, title=f"Other {other}")
        PlacementFactory(listing=beside, status=PlacementStatus.READY)
        placement = PlacementFactory(listing=listing, application__weeks_capacity=9)
        move_seats(take=placement.seats)
        ApplicationFactory(listing=listing, status=Status.OFFERED)
    hers.get(page_of(listing))

    with django_assert_num_queries(14):
        hers.get(page_of(listing))
