"""Which limits bind a preceptor: rules of states and programs, her listing's, her own."""

import pytest
from django.db import IntegrityError, transaction

from clocks.models import Due
from rotations.actions.limits import look_at_all_waitlists, save_limits
from rotations.models import FamilyLimit, Ratio
from rotations.queries import Limit, gaps_of, limits_on, own_gaps_of, own_limit, rules_on
from rotations.queries.limits import how_many
from tests.factories.rotations import ListingFactory, RatioFactory, StateFactory

pytestmark = pytest.mark.django_db
NP = "np_student"


def jersey():
    return StateFactory(abbr="NJ", name="New Jersey", fips="34")


def words(listing, family=NP):
    return [limit.words for limit in rules_on(listing, family)]


def test_without_a_rule_nothing_binds():
    assert limits_on(ListingFactory(), NP) == []
    assert own_limit(None) == []


def test_a_state_rule_counts_where_the_site_is():
    RatioFactory(state=jersey())

    assert words(ListingFactory(site__state=jersey())) == [
        "New Jersey allows one NP student per preceptor at a time"
    ]
    assert words(ListingFactory()) == []
    assert words(ListingFactory(site__state=jersey()), "img_graduate") == []


def test_the_rule_of_the_state_comes_before_the_one_for_every_state():
    RatioFactory(state=None, most=2)
    RatioFactory(state=jersey(), most=3)

    assert words(ListingFactory(site__state=jersey())) == [
        "New Jersey allows three NP students per preceptor at a time"
    ]
    assert words(ListingFactory()) == ["The rules allow two NP students per preceptor at a time"]


def test_a_rule_about_a_credential_comes_before_the_one_for_all():
    RatioFactory(state=None, most=2)
    RatioFactory(state=StateFactory(), credential="PA-C", most=0)

    assert words(ListingFactory(preceptor__credential="PA-C")) == [
        "Texas allows no NP students with a PA-C at a time"
    ]
    assert words(ListingFactory()) == ["The rules allow two NP students per preceptor at a time"]


def test_limits_of_a_listing_and_her_own_in_words():
    listing = ListingFactory()
    FamilyLimit.objects.create(listing=listing, family=NP, most=1)

    (mine,) = limits_on(listing, NP)

    assert mine == Limit(1, NP, listing=listing.pk)
    assert mine.words == "This rotation takes one NP student in a week"
    assert [limit.words for limit in own_limit(12)] == [
        "The limit in the preceptor’s profile is 12 learners at a time"
    ]
    assert limits_on(ListingFactory(), NP) == []


@pytest.mark.parametrize("family", ["", *dict(Ratio._meta.get_field("family").choices)])
def test_every_kind_of_learner_can_be_counted(family):
    assert how_many(1, family).startswith("one ")
    assert how_many(2, family).startswith("two ")
    assert how_many(1, family).removeprefix("one ") != how_many(2, family).removeprefix("two ")


def test_a_rule_is_there_once():
    RatioFactory(state=None)

    with pytest.raises(IntegrityError, match="ratio_once"), transaction.atomic():
        RatioFactory(state=None)


def test_a_listing_that_takes_nobody_of_a_kind_is_not_open_to_them():
    with pytest.raises(IntegrityError, match="takes_somebody"), transaction.atomic():
        FamilyLimit.objects.create(listing=ListingFactory(), family=NP, most=0)


def test_a_listing_has_one_limit_a_kind():
    listing = ListingFactory()
    FamilyLimit.objects.create(listing=listing, family=NP, most=1)

    with pytest.raises(IntegrityError, match="once_per_listing"), transaction.atomic():
        FamilyLimit.objects.create(listing=listing, family=NP, most=2)


def test_save_limits_replaces_what_was_there_and_has_the_waitlist_looked_at():
    listing = ListingFactory()
    FamilyLimit.objects.create(listing=listing, family="pa_student", most=1)
    FamilyLimit.objects.create(listing=listing, family=NP, most=1)

    save_limits(listing, {NP: 2}, by=listing.preceptor.user)

    assert list(listing.family_limits.values_list("family", "most")) == [(NP, 2)]
    assert Due.objects.filter(kind="listing.seats_freed", subject_id=listing.pk).count() == 1


def test_a_changed_rule_looks_at_no_listing_for_which_nobody_waits():
    ListingFactory()

    look_at_all_waitlists()

    assert not Due.objects.exists()


def test_a_listing_open_to_whom_no_rule_allows_there_is_not_published():
    RatioFactory(credential="PA-C", most=0, source="the board")
    listing = ListingFactory(preceptor__credential="PA-C", families=[NP, "pa_student"])

    assert "Texas allows no NP students with a PA-C at a time. Source: the board." in gaps_of(
        listing
    )
    assert own_gaps_of(ListingFactory(families=[NP]))["learners"] == []
