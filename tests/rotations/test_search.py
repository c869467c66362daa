"""The catalogue's engine against plain arithmetic on the rows themselves."""

import random
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise, product

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.kinds import Family
from rotations import places
from rotations.actions.listings import pause_listing
from rotations.actions.seats import move_seats
from rotations.blocks import WEEK, Block, open_blocks
from rotations.kinds import HandsOn, Letterhead, RotationType, Setting
from rotations.models import Entry, Listing, SeatWeek, Stale
from rotations.search import Search, catalogue
from rotations.search.find import LENGTHS
from rotations.search.sets import band_of
from rotations.tasks import mend_catalogue
from tests.factories.accounts import PreceptorFactory, UserFactory
from tests.factories.rotations import (
    ListingFactory,
    SiteFactory,
    SpecialtyFactory,
    StateFactory,
)

pytestmark = pytest.mark.django_db

TODAY = date(2027, 1, 4)
MARCH_1 = date(2027, 3, 1)
HOUSTON = places.find("Houston, TX")


def search(**wanted):
    return catalogue(Search(**wanted), today=TODAY)


def chosen(**facets):
    return {name: frozenset(values.split()) for name, values in facets.items()}


@pytest.fixture
def many():
    """Forty listings of all kinds, with weeks that are free, full, closed or missing."""
    chance = random.Random(4)
    states = [StateFactory(abbr=abbr, name=abbr) for abbr in ("TX", "OH", "FL")]
    fields = [SpecialtyFactory(slug=slug, name=slug) for slug in ("cardiology", "neurology", "im")]
    sites = [
        SiteFactory(state=state, zip=code)
        for state, code in zip(states, ("77030", "44101", "33101"), strict=True)
    ]
    preceptors = [
        PreceptorFactory(
            median_answer_hours=hours, away_from=away, away_until=away and away + 2 * WEEK
        )
        for hours, away in ((10, None), (60, MARCH_1 + WEEK), (None, None))
    ]
    for _ in range(40):
        every = chance.choice([1, 1, 2, 4])
        least, step = chance.choice([1, 2, 4]), chance.choice([1, 2])
        listing = ListingFactory(
            site=chance.choice(sites),
            specialty=chance.choice(fields),
            preceptor=chance.choice(preceptors),
            rotation_type=chance.choice(list(RotationType)),
            hands_on=chance.choice(list(HandsOn)),
            setting=chance.choice(list(Setting)),
            letterhead=chance.choice(list(Letterhead)),
            families=chance.sample(list(Family), 3),
            fee_per_week=chance.randrange(20_000, 60_000, 5_000),
            min_weeks=least,
            usual_weeks=least + 2 * step,
            max_weeks=least + 4 * step,
            step_weeks=step,
            starts_every=every,
            anchor=MARCH_1 - chance.randrange(8) * WEEK,
            apply_lead_days=chance.choice([14, 30, 60]),
        )
        full, closed = chance.sample(range(16), 3), chance.randrange(16)
        SeatWeek.objects.bulk_create(
            SeatWeek(
                listing=listing,
                monday=MARCH_1 + n * WEEK,
                capacity=int(n != closed or n in full),
                taken=int(n in full),
            )
            for n in range(16)
        )
    return list(Listing.objects.published().order_by("pk"))


def starts_of(listing, weeks=None):
    """Every day on which a block with a free seat may begin, straight from the weeks."""
    seats = {row.monday: (row.free, row.capacity) for row in listing.weeks.all()}
    first = TODAY + timedelta(days=listing.apply_lead_days)
    mondays = [day for day in seats if day >= first and listing.may_start(day)]
    blocks = open_blocks(seats, mondays=mondays, weeks=weeks or listing.usual_weeks)
    away = listing.preceptor.is_away
    return sorted(
        one.block.start_on
        for one in blocks
        if not one.is_full and not away(one.block.start_on, one.block.end_on)
    )


def properties(listing):
    total = listing.total()
    return {
        "specialty": {listing.specialty.slug},
        "state": {listing.site.state.abbr},
        "type": {listing.rotation_type},
        "level": {str(listing.hands_on)},
        "setting": {listing.setting},
        "letterhead": {listing.letterhead},
        "family": set(listing.families),
        "price": {band_of(-(-total // listing.usual_weeks))},
        "answers": {
            name
            for name, hours in (("day", 24), ("three-days", 72), ("week", 168))
            if (listing.preceptor.median_answer_hours or 10_000) <= hours
        },
        "seats": {"left"} if starts_of(listing) else set(),
    }


FILTERS = [
    {},
    chosen(specialty="cardiology"),
    chosen(state="TX OH", level="1 3"),
    chosen(price="300-399 400-499", answers="three-days"),
    chosen(family="img_graduate np_student", seats="left", specialty="neurology im"),
]


def test_each_facet_is_counted_under_all_filters_but_its_own(many):
    known = {listing.pk: properties(listing) for listing in many}
    for wanted in FILTERS:
        counts_are_right(known, wanted)


def counts_are_right(known, wanted):

    def fits(pk, but=""):
        return all(known[pk][name] & values for name, values in wanted.items() if name != but)

    found = search(chosen=wanted)

    assert set(found.keys) == {pk for pk in known if fits(pk)}
    for name in next(iter(known.values())):
        expected = Counter(value for pk in known if fits(pk, but=name) for value in known[pk][name])
        assert found.counts[name] == expected, name


WINDOWS = [
    (MARCH_1, MARCH_1 + timedelta(days=6), None),
    (MARCH_1 + WEEK, None, MARCH_1 + 9 * WEEK),
    (None, MARCH_1 + 3 * WEEK, None),
    (date(2027, 2, 27), None, date(2027, 4, 9)),
]


def test_dates_find_every_block_that_fits_and_no_other(many):
    blocks = {
        (listing.pk, weeks): starts_of(listing, weeks)
        for listing in many
        for weeks in (None, 2, 4, 5)
        if weeks is None or weeks in listing.lengths
    }
    for weeks, (start, until, end_by) in product((None, 2, 4, 5), WINDOWS):
        expected = {}
        for listing in many:
            fits = [
                day
                for day in blocks.get((listing.pk, weeks), [])
                if (not start or day >= start)
                and (not until or day <= until)
                and (not end_by or Block(day, weeks or listing.usual_weeks).end_on <= end_by)
            ]
            if fits:
                expected[listing.pk] = fits[0]

        found = search(weeks=weeks, start=start, until=until, end_by=end_by)
        rows = found.page(50).rows

        assert {row.pk: row.start for row in rows} == expected
        assert [row.start for row in rows] == sorted(expected.values())
        assert len(found) == len(expected)
        assert weeks not in LENGTHS or found.lengths[weeks] == len(expected)


SORTS = ["soonest", "price", "answers", "relevance"]


class TestPages:
    def test_follow_each_other_there_and_back(self, many):
        for sort, window in product(SORTS, ({}, {"start": MARCH_1, "weeks": 4})):
            self.goes_there_and_back(search(sort=sort, q="ward", **window))

    def goes_there_and_back(self, found):
        whole = [row.pk for row in found.page(50).rows]
        assert len(whole) == len(set(whole)) == len(found)

        pages, after = [], ()
        while True:
            page = found.page(7, after=after)
            pages.append(page)
            if not page.has_next:
                break
            after = page.rows[-1].cursor
        assert [pk for page in pages for pk in page.keys] == whole

        for page, following in pairwise(pages):
            back = found.page(7, before=following.rows[0].cursor)
            assert back.keys == page.keys
            assert back.has_previous == (page is not pages[0])

    def test_stay_where_they_are_when_something_comes_in_before_them(self, many):
        first = search(sort="price").page(5)
        expected = search(sort="price").page(5, after=first.rows[-1].cursor).keys

        ListingFactory(fee_per_week=1)

        assert search(sort="price").page(5, after=first.rows[-1].cursor).keys == expected

    def test_walk_an_index_where_much_fits_and_find_the_same(self, many, monkeypatch):
        wanted = {"chosen": chosen(state="TX OH FL", level="1 2 3 4"), "start": MARCH_1, "weeks": 4}
        few = [search(sort=sort, **wanted).page(6).keys for sort in SORTS]

        monkeypatch.setattr("rotations.search.find.Found._is_small", lambda *_args: False)

        assert [search(sort=sort, **wanted).page(6).keys for sort in SORTS] == few

    def test_begin_at_the_front_with_a_cursor_that_somebody_made_up(self, many):
        for cursor in ((0,), (0, 0, 0, 0), (0, 9_999_999, 1, 1), (7, 1, 2**40, 1)):
            assert search().page(5, after=cursor).keys == search().page(5).keys


class TestSeats:
    """What moves seats moves the catalogue: the next look tells the truth."""

    def test_a_seat_that_is_taken_is_gone_and_comes_back(self):
        listing = ListingFactory(weeks=4, weeks__start_on=MARCH_1, weeks__capacity=1)
        wanted = {"start": MARCH_1, "until": MARCH_1, "weeks": 4}
        assert search(**wanted).page(1).keys == [listing.pk]

        move_seats(take={(listing.pk, MARCH_1 + WEEK)})
        assert not search(**wanted)
        assert search().counts["seats"] == {}

        move_seats(give={(listing.pk, MARCH_1 + WEEK)})
        assert search(**wanted).page(1).keys == [listing.pk]

    def test_a_booking_that_fails_changes_nothing(self):
        listing = ListingFactory(weeks=4, weeks__start_on=MARCH_1, weeks__capacity=1)
        with transaction.atomic():
            move_seats(take={(listing.pk, MARCH_1)})
            transaction.set_rollback(True)

        assert search(start=MARCH_1, until=MARCH_1, weeks=4).page(1).keys == [listing.pk]

    def test_a_rhythm_that_changes_moves_the_next_start(self):
        listing = ListingFactory(weeks=8, weeks__start_on=MARCH_1)
        assert search().page(1).rows[0].start == MARCH_1

        listing.starts_every, listing.anchor = 4, MARCH_1 + WEEK
        listing.save()

        assert search().page(1).rows[0].start == MARCH_1 + WEEK

    def test_the_calendar_alone_moves_the_next_start(self):
        ListingFactory(weeks=8, weeks__start_on=MARCH_1, apply_lead_days=30)
        assert search().page(1).rows[0].start == MARCH_1
        later = MARCH_1 - timedelta(days=29)

        assert not catalogue(Search(until=MARCH_1), today=later)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(timezone, "localdate", lambda *_args, **_more: later)
            mend_catalogue()

        assert catalogue(Search(), today=later).page(1).rows[0].start == MARCH_1 + WEEK


def change_name(listing):
    user = listing.preceptor.user
    user.name = "Ottoline Featherstone"
    user.save()


def move_site(listing):
    listing.site.city = "Galveston"
    listing.site.save()


def rename_field(listing):
    listing.specialty.aliases = ["zebra"]
    listing.specialty.save()


def rename_state(listing):
    listing.site.state.name = "Lonestaria"
    listing.site.state.save()


def retitle(listing):
    Listing.objects.filter(pk=listing.pk).update(title="Quokka rounds")


@pytest.mark.parametrize(
    ("change", "word"),
    [(change_name, "featherstone"), (move_site, "galveston"), (rename_field, "zebra"),
     (rename_state, "lonestaria"), (retitle, "quokka")],
)  # fmt: skip
def test_whatever_a_card_is_found_by_may_change(change, word):
    listing = ListingFactory()
    assert not search(q=word)

    change(listing)

    assert list(search(q=word).keys) == [listing.pk]


def suspend(listing):
    listing.preceptor.suspended_at, listing.preceptor.suspended_by = timezone.now(), UserFactory()
    listing.preceptor.save()


def pause(listing):
    pause_listing(listing, by=None)


def delete(listing):
    listing.weeks.all().delete()
    Listing.objects.filter(pk=listing.pk).delete()


@pytest.mark.parametrize("change", [suspend, pause, delete])
def test_what_nobody_may_see_is_not_found_and_its_words_are_forgotten(change):
    listing = ListingFactory(
        title="Xylophone rounds",
        weeks=4,
        preceptor=PreceptorFactory(user=UserFactory(name="Orla Quillfeather")),
    )
    assert search(q="xylophone")

    change(listing)

    assert not search()
    assert search().counts["specialty"] == {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM rotations_word WHERE text ~ 'quillfeather|xylophone'")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT count(*) FROM rotations_entry WHERE is_listed")
        assert cursor.fetchone() == (0,)


def test_who_takes_no_learners_or_is_away_has_no_seats():
    listing = ListingFactory(weeks=4, weeks__start_on=MARCH_1)
    preceptor = listing.preceptor
    preceptor.accepting = False
    preceptor.save()
    assert search().counts["seats"] == {}

    preceptor.accepting, preceptor.away_until = True, MARCH_1
    preceptor.save()
    assert search().counts["seats"] == {}

    preceptor.away_until = MARCH_1 - timedelta(days=1)
    preceptor.save()
    assert search().counts["seats"] == {"left": 1}


def test_mending_takes_two_hundred_at_once_and_a_worker_the_rest():
    ListingFactory()
    Stale.objects.bulk_create([Stale(listing_id=10**6 + n) for n in range(450)])

    search()
    assert Stale.objects.count() == 251

    mend_catalogue()
    assert Stale.objects.count() == 0


class TestNear:
    @pytest.fixture(autouse=True)
    def _sites(self):
        for city, code, state in (
            ("Houston", "77030", "TX"),
            ("Galveston", "77550", "TX"),
            ("Dallas", "75201", "TX"),
        ):
            site = SiteFactory(city=city, zip=code, state=StateFactory(abbr=state))
            ListingFactory(title=city, site=site)
        ListingFactory(title="Nowhere", site=SiteFactory(zip="00000"))

    def titles(self, **wanted):
        keys = search(near=HOUSTON, sort="distance", **wanted).page(9).keys
        names = dict(Listing.objects.values_list("pk", "title"))
        return [names[key] for key in keys]

    @pytest.mark.parametrize(
        ("miles", "found"),
        [(10, ["Houston"]), (50, ["Houston"]), (100, ["Houston", "Galveston"]),
         (250, ["Houston", "Galveston", "Dallas"])],
    )  # fmt: skip
    def test_finds_what_lies_within_so_many_miles_nearest_first(self, miles, found):
        assert self.titles(radius=miles) == found

    def test_pages_by_distance(self):
        found = search(near=HOUSTON, radius=250, sort="distance")
        first = found.page(2)
        second = found.page(2, after=first.rows[-1].cursor)

        assert len(set(first.keys) | set(second.keys)) == 3
        assert found.page(2, before=second.rows[0].cursor).keys == first.keys


@pytest.mark.parametrize(
    ("text", "name"),
    [("77004", "Houston, TX 77004"), ("77004-1234", "Houston, TX 77004"), (" el paso , texas", "El Paso, TX"),
     ("St. Louis, MO", "Saint Louis, MO"), ("Washington, DC", "Washington, DC"), ("San Juan, PR", "San Juan, PR")],
)  # fmt: skip
def test_knows_where_a_place_is(text, name):
    assert places.find(text).name == name


@pytest.mark.parametrize(
    "text", ["", "00000", "Houston", "Paris, France", "Atlantis, TX", "7700", "x" * 500]
)
def test_knows_no_place_of_that_name(text):
    assert places.find(text) is None


def test_entries_that_were_thrown_away_are_noticed():
    ListingFactory()
    assert len(search()) == 1
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE rotations_entry")

    assert not search()
    assert not Entry.objects.exists()
