"""The catalogue's sets: the same however they are learnt, and as true as the page is new."""

from collections import Counter
from datetime import date, timedelta
from random import Random

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.kinds import Family
from rotations.actions.seats import move_seats
from rotations.kinds import HandsOn, Letterhead, ListingStatus, RotationType, Setting
from rotations.models import Entry, Listing
from rotations.search import Search, catalogue, sets
from tests.factories.accounts import PreceptorFactory
from tests.factories.rotations import (
    ListingFactory,
    SiteFactory,
    SpecialtyFactory,
    StateFactory,
    open_seats,
)

TODAY = date(2027, 1, 20)
MARCH_1 = date(2027, 3, 1)


@pytest.fixture
def many():
    """Listings that differ in all that a filter asks for, by a fixed seed."""
    random = Random(7)
    places = [SiteFactory(), SiteFactory(city="Akron", state=StateFactory(abbr="OH", name="Ohio"))]
    fields = [SpecialtyFactory(), SpecialtyFactory(slug="surgery", name="Surgery")]
    people = [PreceptorFactory(median_answer_hours=hours) for hours in (None, 10, 100)]
    for number in range(24):
        listing = ListingFactory(
            site=random.choice(places),
            specialty=random.choice(fields),
            preceptor=random.choice(people),
            status=random.choice([ListingStatus.PUBLISHED] * 4 + [ListingStatus.PAUSED]),
            rotation_type=random.choice(RotationType.values),
            hands_on=random.choice(HandsOn.values),
            setting=random.choice(Setting.values),
            letterhead=random.choice(Letterhead.values),
            families=random.sample(Family.values, 2),
            languages=random.sample(["Hindi", "Spanish", "Urdu"], random.randint(0, 2)),
            fee_per_week=random.choice([20_000, 32_000, 44_000, 90_000]),
            min_weeks=2,
            max_weeks=random.choice([4, 8]),
            step_weeks=random.choice([1, 2]),
            starts_every=number % 2 + 1,
            anchor=MARCH_1,
        )
        if number % 3:
            open_seats(listing, random.randint(1, 9), start_on=MARCH_1 + number % 4 * sets.WEEK)
    return list(Listing.objects.filter(status=ListingStatus.PUBLISHED))


def known(found):
    """What the sets hold, without values that no listing has any more."""
    facets = {
        name: {value: set(keys) for value, keys in values.items() if keys}
        for name, values in found.by_facet.items()
    }
    return set(found.everything), facets


@pytest.mark.django_db
def test_learning_by_value_is_learning_row_by_row(many):
    by_row = sets.current(today=TODAY)

    assert known(sets.loaded()) == known(by_row)
    assert len(by_row.everything) == len(many) > 10


@pytest.mark.django_db
def test_many_news_at_once_are_learnt_by_value(many, monkeypatch):
    monkeypatch.setattr(sets, "MANY", 3)
    sets.current(today=TODAY)
    Listing.objects.filter(pk=many[0].pk).update(status=ListingStatus.PAUSED)
    Listing.objects.filter(pk=many[1].pk).update(hands_on=HandsOn.PROCEDURES)

    found = sets.current(today=TODAY)

    assert set(found.everything) == {one.pk for one in many[1:]}
    assert many[1].pk in found.of("level", "4")


@pytest.mark.django_db
def test_rows_of_a_table_that_was_emptied_are_forgotten(many):
    assert sets.current(today=TODAY).everything
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE rotations_entry, rotations_stale")

    assert not sets.current(today=TODAY).everything


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(12))
def test_counts_are_those_of_counting_one_by_one(many, seed):
    """Each facet under all filters but its own; the listings themselves are asked, not their entries."""
    random = Random(seed)
    columns = {
        "specialty": lambda one: {one.specialty.slug},
        "state": lambda one: {one.site.state.abbr},
        "type": lambda one: {one.rotation_type},
        "level": lambda one: {str(one.hands_on)},
        "family": lambda one: set(one.families),
        "language": lambda one: set(one.languages),
        "letterhead": lambda one: {one.letterhead},
    }
    chosen = {
        name: frozenset(random.sample(sorted(set().union(*map(value, many))), 2))
        for name, value in columns.items()
        if name in random.sample(list(columns), 3)
    }

    found = catalogue(Search(chosen=chosen), today=TODAY)

    def fits(one, without=""):
        return all(
            columns[name](one) & values for name, values in chosen.items() if name != without
        )

    assert set(found.keys) == {one.pk for one in many if fits(one)}
    for name, value in columns.items():
        counted = Counter(item for one in many if fits(one, without=name) for item in value(one))
        assert found.counts[name] == counted


@pytest.mark.django_db(transaction=True)  # what is not committed yet is asked for each time
def test_a_word_is_asked_for_once_and_of_changed_listings_again(django_assert_num_queries):
    heart, skin = (ListingFactory(title=title) for title in ("Echo studio", "Skin studio"))
    assert list(catalogue(Search(q="echo"), today=TODAY).keys) == [heart.pk]
    assert set(catalogue(Search(q="studio -echo"), today=TODAY).keys) == {skin.pk}
    Listing.objects.filter(pk=heart.pk).update(title="Quiet studio")
    Listing.objects.filter(pk=skin.pk).update(title="Echo of the skin")

    assert list(catalogue(Search(q="echo"), today=TODAY).keys) == [skin.pk]
    assert list(catalogue(Search(q="studio"), today=TODAY).keys) == [heart.pk]
    assert list(catalogue(Search(q="skin -studio"), today=TODAY).keys) == [skin.pk]
    with django_assert_num_queries(1):  # for news
        assert len(catalogue(Search(q="echo", weeks=4), today=TODAY)) == 1


@pytest.mark.django_db
def test_only_so_many_answers_are_kept(monkeypatch):
    monkeypatch.setattr(sets, "MOST_ANSWERS", 10)
    for weeks in range(1, 40):
        found = catalogue(Search(weeks=weeks), today=TODAY)

    assert len(found.sets.answers) == 10


@pytest.mark.django_db(transaction=True)
def test_a_seat_taken_is_gone_from_the_next_page():
    listing = ListingFactory(title="Last seat", weeks=4, weeks__capacity=1)
    other = ListingFactory(title="Another", weeks=4, weeks__capacity=1)
    page = "/rotations/?seats=left"
    before = Client().get(page).content.decode()
    weeks = frozenset(week.key for week in listing.weeks.all())

    move_seats(take=weeks)

    after = Client().get(page).content.decode()
    assert "Last seat" in before
    assert "Another" in before
    assert "Last seat" not in after
    assert "Another" in after
    assert "1 rotation with seats left" in after
    move_seats(give=weeks)
    assert "Last seat" in Client().get(page).content.decode()
    assert Entry.objects.get(pk=other.pk).next_start < timezone.localdate() + timedelta(days=365)
