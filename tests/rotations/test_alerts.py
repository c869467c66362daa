"""Being told of what opens: once, to whom it fits, as often as wished."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from config.celery import app
from outbox.models import Message
from rotations.actions.alerts import (
    MOST_SEARCHES,
    SearchTooLong,
    TooManySearches,
    forget_openings,
    save_search,
    set_often,
    tell_news,
)
from rotations.actions.listings import pause_listing, publish_listing
from rotations.actions.saved import unsave_listing
from rotations.actions.seats import move_seats, open_weeks, set_capacity
from rotations.blocks import WEEK
from rotations.forms.alerts import kept_query, name_of, read_search
from rotations.kinds import Often
from rotations.models import Alert, Opening, Told
from rotations.tasks import tell
from tests.factories.accounts import LearnerFactory, UserFactory
from tests.factories.rotations import (
    ListingFactory,
    RequirementFactory,
    SpecialtyFactory,
    StateFactory,
    open_seats,
)
from tests.rotations.alerts import fill, look, saved

pytestmark = pytest.mark.django_db


@pytest.fixture
def amara():
    StateFactory()  # a search for Texas is understood
    return LearnerFactory(user__name="Amara O'Nwosu").user


def alerts_to(person):
    return Message.objects.filter(
        user=person, template__in=["rotations/search_alert", "rotations/listing_opened"]
    )


def search(person, query="state=TX", often=Often.AT_ONCE):
    filters = read_search(query)
    return save_search(kept_query(filters), name_of(filters), often, by=person)


class TestSavedListing:
    def test_a_full_block_that_opens_is_told_once(self, amara):
        listing = ListingFactory()
        mondays = open_seats(listing, 4, capacity=1)
        free = fill(listing, mondays)
        saved(listing, amara)
        free()

        for _ in range(3):
            look()

        (mail,) = alerts_to(amara)
        assert mail.template == "rotations/listing_opened"
        assert mail.subject.startswith("Seats opened: Ward medicine in Houston")
        assert "1 seat left" in mail.body
        assert "$1,750 (USD), 4 weeks" in mail.body
        assert Told.objects.get().start_on == mondays[0]

    def test_the_same_block_again_is_not_told_again(self, amara):
        listing = ListingFactory()
        mondays = open_seats(listing, 4, capacity=1)
        free = fill(listing, mondays)
        saved(listing, amara)
        free()
        look()
        fill(listing, mondays)()

        with time_machine.travel(timezone.now() + timedelta(days=2), tick=False):
            look()

        assert alerts_to(amara).count() == 1

    def test_seats_that_were_free_all_along_are_no_news(self, amara):
        listing = ListingFactory()
        mondays = open_seats(listing, 4, capacity=2)
        saved(listing, amara)
        weeks = {(listing.pk, monday) for monday in mondays}
        move_seats(take=weeks)
        move_seats(give=weeks)

        look()

        assert not alerts_to(amara).exists()
        assert Opening.objects.filter(listing=listing).count() == len(mondays)  # when they began

    def test_a_block_of_which_another_week_is_full_is_no_news(self, amara):
        listing = ListingFactory()
        mondays = open_seats(listing, 4, capacity=1)
        fill(listing, mondays[:1])
        free = fill(listing, mondays[1:])
        saved(listing, amara)
        free()

        look()

        assert not alerts_to(amara).exists()

    def test_new_weeks_and_reopened_ones_are_news(self, amara):
        listing = ListingFactory()
        mondays = open_seats(listing, 4)
        set_capacity(listing, mondays, capacity=0, by=None)
        saved(listing, amara)
        set_capacity(listing, mondays, capacity=2, by=None)
        open_weeks(listing, [mondays[-1] + WEEK], capacity=1, by=None)

        look()

        (mail,) = alerts_to(amara)
        assert "1 more date has opened" in mail.body
        assert Told.objects.count() == 2

    def test_what_opened_before_she_saved_it_is_no_news(self, amara):
        listing = ListingFactory()
        fill(listing, open_seats(listing, 4, capacity=1))()
        saved(listing, amara)

        look()

        assert not alerts_to(amara).exists()

    def test_removed_means_no_mails(self, amara):
        listing = ListingFactory()
        free = fill(listing, open_seats(listing, 4, capacity=1))
        saved(listing, amara)
        unsave_listing(listing, by=amara)
        free()

        look()

        assert not alerts_to(amara).exists()

    def test_a_start_too_soon_for_her_visa_is_no_news(self, amara):
        listing = ListingFactory(apply_lead_days=5, apply_lead_days_visa=90)
        soon = timezone.localdate() + timedelta(days=20)
        monday = soon + timedelta(days=-soon.weekday() % 7)
        open_seats(listing, 4, start_on=monday, capacity=1)
        free = fill(listing, [monday + n * WEEK for n in range(4)])
        other = UserFactory()
        amara.learner_profile.visa_plan = "b1_b2"
        amara.learner_profile.save()
        needs = amara.learner_profile.needs_visa
        saved(listing, amara)
        saved(listing, other)
        free()

        look()

        assert needs
        assert not alerts_to(amara).exists()
        assert alerts_to(other).count() == 1

    def test_nobody_is_told_of_a_listing_that_takes_no_requests(self, amara):
        listing = ListingFactory()
        free = fill(listing, open_seats(listing, 4, capacity=1))
        saved(listing, amara)
        listing.preceptor.accepting = False
        listing.preceptor.save()
        free()

        look()

        assert not alerts_to(amara).exists()


class TestSearch:
    def test_a_new_listing_that_fits_is_told(self, amara):
        listing = ListingFactory(status="paused")
        RequirementFactory(listing=listing)
        open_seats(listing, 4)
        search(amara)
        search(amara, "state=TX&level=4")
        publish_listing(listing, by=None)

        look()

        (mail,) = alerts_to(amara)
        assert mail.subject == "Ward medicine in Houston fits your search “Texas”"

    def test_a_full_block_that_opens_within_its_dates_is_told(self, amara):
        listing = ListingFactory()
        mondays = open_seats(listing, 9, capacity=1)
        free = fill(listing, mondays)
        search(amara, f"start={mondays[5]}&weeks=4")
        search(amara, f"start={mondays[6]}&weeks=4")
        free()

        look()

        (mail,) = alerts_to(amara)
        assert [told.start_on for told in Told.objects.all()] == [mondays[5]]
        assert "weeks=4" in mail.body

    def test_both_ways_of_keeping_tell_each_once(self, amara):
        listing = ListingFactory()
        free = fill(listing, open_seats(listing, 4, capacity=1))
        saved(listing, amara)
        search(amara)
        free()

        look()
        look()

        assert sorted(alerts_to(amara).values_list("template", flat=True)) == [
            "rotations/listing_opened",
            "rotations/search_alert",
        ]

    def test_many_are_told_in_one_mail_that_stays_short(self, amara):
        search(amara)
        for _ in range(12):
            open_seats(ListingFactory(), 4)

        look()

        (mail,) = alerts_to(amara)
        assert mail.subject == "12 rotations fit your search “Texas”"
        assert "And 2 more rotations." in mail.body
        assert mail.body.count("Dates    ") == 10

    def test_one_mail_a_day_at_most(self, amara):
        alert = search(amara)
        open_seats(ListingFactory(), 4)
        look()
        other = ListingFactory(title="Another ward")
        open_seats(other, 4)
        now = timezone.now()

        with time_machine.travel(now + timedelta(hours=23), tick=False):
            look()
            assert alerts_to(amara).count() == 1
        with time_machine.travel(now + timedelta(hours=24, minutes=1), tick=False):
            look()

        assert alerts_to(amara).count() == 2
        assert "Another ward" in alerts_to(amara).first().body
        alert.refresh_from_db()
        assert alert.mailed_at > now + timedelta(hours=24)

    def test_at_once_is_within_the_hour(self, amara):
        search(amara, "state=TX&q=dermatology")
        listing = ListingFactory(title="Dermatology")
        now = timezone.now()
        # A look without news, and right after it something opens.
        Opening.objects.create(listing=listing)
        look()
        with time_machine.travel(now + timedelta(minutes=1), tick=False):
            open_seats(listing, 4)
            look()
            assert not alerts_to(amara).exists()

        with time_machine.travel(now + timedelta(minutes=32), tick=False):
            look()

        assert alerts_to(amara).count() == 1

    def test_daily_waits_for_her_morning(self, amara):
        amara.time_zone = "Africa/Lagos"
        amara.save()
        lagos = ZoneInfo("Africa/Lagos")
        with time_machine.travel(datetime(2027, 1, 11, 12, tzinfo=lagos), tick=False):
            search(amara, often=Often.DAILY)
            open_seats(ListingFactory(), 4)
            look()
        with time_machine.travel(datetime(2027, 1, 12, 7, 59, tzinfo=lagos), tick=False):
            look()
        assert not alerts_to(amara).exists()

        with time_machine.travel(datetime(2027, 1, 12, 8, 0, tzinfo=lagos), tick=False):
            look()

        assert alerts_to(amara).count() == 1

    def test_off_is_off_and_on_again_tells_nothing_old(self, amara):
        alert = search(amara)
        set_often(alert, Often.OFF)
        open_seats(ListingFactory(), 4)
        look()
        set_often(alert, Often.AT_ONCE)

        with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
            look()

        assert not alerts_to(amara).exists()

    def test_nothing_is_looked_at_while_nothing_opens(self, amara):
        search(amara)

        assert not Alert.objects.due().exists()

    def test_a_closed_account_is_not_written_to(self, amara):
        search(amara)
        open_seats(ListingFactory(), 4)
        amara.is_active = False
        amara.save()

        look()

        assert not Message.objects.filter(user=amara).exists()

    def test_a_paused_listing_is_no_news(self, amara):
        listing = ListingFactory()
        search(amara)
        open_seats(listing, 4)
        pause_listing(listing, by=None)

        look()

        assert not alerts_to(amara).exists()


class TestKeepingSearches:
    def test_twenty_a_person(self, amara):
        for number in range(MOST_SEARCHES):
            search(amara, f"q=ward {number}")

        with pytest.raises(TooManySearches):
            search(amara, "q=one more")
        search(amara, "q=ward 3", Often.DAILY)

        assert Alert.objects.filter(owner=amara).count() == MOST_SEARCHES
        assert Alert.objects.get(owner=amara, name="“ward 3”").often == Often.DAILY

    def test_a_search_without_end_is_refused(self, amara):
        with pytest.raises(SearchTooLong):
            save_search("q=" + "x" * 2000, "x", Often.DAILY, by=amara)

    def test_the_same_filters_in_another_order_are_one_search(self, amara):
        first = search(amara, "state=TX&type=observership&sort=price&page=3")
        second = search(amara, "type=observership&state=TX")

        assert first == second

    def test_names_say_what_is_searched(self):
        SpecialtyFactory()
        ListingFactory()
        query = "specialty=internal-medicine&state=TX&q=ward&weeks=4&start=2027-03-01&month=2027-03"

        name = name_of(read_search(query))

        assert name == ("“ward”, Internal medicine, Texas, From Mar 1, 2027, March 2027, 4 weeks")
        assert name_of(read_search("")) == "All rotations"
        assert name_of(read_search("level=3&near=77030")).endswith("supervision, Near: 77030")

    @pytest.mark.parametrize("query", ["weeks=999&start=x", "q=%ff%fe", "state=" + "Z" * 5000])
    def test_nonsense_is_left_out_of_what_is_kept(self, query):
        assert len(kept_query(read_search(query))) < 300


def test_old_openings_are_forgotten():
    listing = ListingFactory()
    Opening.objects.create(listing=listing, at=timezone.now() - timedelta(days=9))
    kept = Opening.objects.create(listing=listing)

    assert forget_openings() == 1
    assert Opening.objects.get() == kept


def test_the_clock_looks_each_minute():
    tasks = {entry["task"] for entry in app.conf.beat_schedule.values()}

    assert {"rotations.tasks.look_for_news", "rotations.tasks.forget_old_openings"} <= tasks


@pytest.mark.django_db(transaction=True)
def test_two_workers_write_one_mail(amara):
    listing = ListingFactory()
    free = fill(listing, open_seats(listing, 4, capacity=1))
    alert = saved(listing, amara)
    free()
    together = Barrier(2)

    def work(_number):
        try:
            together.wait(timeout=5)
            tell(alert.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))
    tell_news(alert.pk, None)

    assert alerts_to(amara).count() == 1
    assert Told.objects.count() == 1
