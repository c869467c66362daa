"""Limits on learners at a time: what counts, what is refused, and in which words."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import PreceptorProfile
from audit.models import Event
from outbox.models import Message
from placements.actions.limits import LimitReached
from placements.actions.offers import accept_offer, offer_seat
from placements.actions.reschedules import approve_reschedule, ask_reschedule, offer_extension
from placements.actions.waitlist import SeatsFree, waitlist_application
from placements.models import Application, Placement
from placements.states import PlacementStatus, RescheduleReason, Status
from rotations.blocks import Block
from rotations.models import FamilyLimit, SeatWeek
from rotations.queries import forget_ratios
from tests.factories.accounts import LearnerFactory
from tests.factories.placements import PlacementFactory
from tests.factories.rotations import RatioFactory, StateFactory, open_seats
from tests.placements.changing import placed
from tests.placements.limiting import asks, host_of, two_listings
from tests.placements.waiting import in_weeks, status_of

pytestmark = pytest.mark.django_db


def offered(application):
    offer_seat(application, by=host_of(application))
    return application


def refusal(act, *args, **facts):
    with pytest.raises(LimitReached) as found:
        act(*args, **facts)
    return found.value.messages[0]


def taken():
    return set(SeatWeek.objects.filter(taken__gt=0).values_list("listing_id", flat=True))


def test_her_own_limit_counts_all_her_listings_and_every_learner():
    here, there = two_listings(max_learners=1)
    first = offered(asks(here, name="Maria Santos"))
    second = asks(there, "img_graduate")

    words = refusal(offer_seat, second, by=host_of(second))

    assert words.startswith("The limit in the preceptor’s profile is one learner at a time: ")
    assert "Maria Santos (" in words
    assert status_of(second) == Status.UNDER_REVIEW
    assert taken() == {first.listing_id}


def test_a_refusal_changes_nothing():
    here, there = two_listings(max_learners=1)
    offered(asks(here))
    events, mails = Event.objects.count(), Message.objects.count()
    second = asks(there)

    refusal(offer_seat, second, by=host_of(second))

    assert (Event.objects.count(), Message.objects.count()) == (events, mails)


def test_a_state_rule_names_the_state_the_learner_and_its_source():
    here, there = two_listings()
    jersey = StateFactory(abbr="NJ", name="New Jersey", fips="34")
    RatioFactory(state=jersey, source="the board")
    for listing in (here, there):
        listing.site.state = jersey
        listing.site.save()
        listing.preceptor.licences.update(state="NJ")
    first = offered(asks(here, name="Maria Santos"))
    second = asks(there)

    words = refusal(offer_seat, second, by=host_of(second))

    days = f"{first.block.start_on:%b %-d} – {first.block.end_on:%b %-d}"
    assert words == (
        f"New Jersey allows one NP student per preceptor at a time: Maria Santos ({days}). "
        "Source: the board."
    )


def test_a_rule_for_np_students_does_not_count_an_observer():
    RatioFactory()
    here, there = two_listings()
    offered(asks(here, "img_graduate"))
    offered(asks(there, "np_student"))

    offered(asks(here, "img_graduate"))

    assert Application.objects.filter(status=Status.OFFERED).count() == 3


def test_a_limit_of_a_listing_counts_that_listing_alone():
    here, there = two_listings()
    FamilyLimit.objects.create(listing=here, family="np_student", most=1)
    offered(asks(there))
    offered(asks(here))
    third = asks(here)

    assert refusal(offer_seat, third, by=host_of(third)).startswith(
        "This rotation takes one NP student in a week: "
    )


def test_at_a_time_is_counted_by_week():
    """Two who come one after the other are one at a time."""
    here, there = two_listings(max_learners=2)
    offered(asks(here, weeks=2))
    offered(asks(here, weeks=2, ahead=14))

    long = offered(asks(there, weeks=4))

    assert status_of(long) == Status.OFFERED


def test_dates_that_only_touch_do_not_count():
    here, there = two_listings(max_learners=1)
    offered(asks(here, weeks=4))

    offered(asks(there, weeks=4, ahead=16))

    assert Application.objects.filter(status=Status.OFFERED).count() == 2


@pytest.mark.parametrize("status", [PlacementStatus.READY, PlacementStatus.ON_HOLD])
def test_a_confirmed_placement_counts(status):
    here, there = two_listings(max_learners=1)
    PlacementFactory(listing=here, status=status, start_on=in_weeks(12), weeks=4)
    second = asks(there)

    refusal(offer_seat, second, by=host_of(second))


def test_a_canceled_placement_does_not_count():
    here, there = two_listings(max_learners=1)
    cancelled = PlacementStatus.CANCELLED
    PlacementFactory(listing=here, status=cancelled, start_on=in_weeks(12), weeks=4)

    offered(asks(there))


def move(listing, *, ahead):
    """One who has dates far off and asks for those so many weeks ahead."""
    placement = placed(listing, in_weeks(30))
    placement.learner.learner_profile.family = "np_student"
    placement.learner.learner_profile.save()
    open_seats(listing, 4, start_on=in_weeks(ahead))
    return ask_reschedule(
        placement, Block(in_weeks(ahead), 4), by=placement.learner, reason=RescheduleReason.VISA
    )


def a_listing_with_far_dates(listing):
    open_seats(listing, 4, start_on=in_weeks(30))
    return listing


def test_dates_held_for_a_move_count():
    here, there = two_listings(max_learners=1)
    move(a_listing_with_far_dates(here), ahead=12)
    second = asks(there)

    refusal(offer_seat, second, by=host_of(second))


def test_a_move_into_full_dates_is_refused_when_asked_and_names_nobody():
    here, there = two_listings(max_learners=1)
    offered(asks(there, name="Maria Santos"))

    words = refusal(move, a_listing_with_far_dates(here), ahead=12)

    assert words == (
        "The limit in the preceptor’s profile is one learner at a time, and that is reached "
        "on these dates."
    )


def test_a_move_is_judged_again_when_it_is_approved():
    here, there = two_listings()
    asked = move(a_listing_with_far_dates(here), ahead=12)
    offered(asks(there, name="Maria Santos"))
    PreceptorProfile.objects.update(max_learners=1)
    asked.placement.preceptor.refresh_from_db()

    words = refusal(approve_reschedule, asked, by=host_of(asked.placement))

    assert "Maria Santos" in words


def test_a_move_does_not_stand_in_its_own_way():
    (here, _there) = two_listings(max_learners=1)
    asked = move(a_listing_with_far_dates(here), ahead=28)

    approve_reschedule(asked, by=host_of(asked.placement))

    assert Placement.objects.get().start_on == in_weeks(28)


def an_active_one(listing):
    monday = in_weeks(-2)
    open_seats(listing, 8, start_on=monday)
    return placed(listing, monday, status=PlacementStatus.ACTIVE)


def test_an_extension_counts_whom_it_would_meet():
    here, there = two_listings(max_learners=1)
    running = an_active_one(here)
    offered(asks(there, ahead=3, name="Maria Santos"))

    words = refusal(
        offer_extension, running, running.end_on + timedelta(weeks=2), by=host_of(running)
    )

    assert "Maria Santos" in words


def test_weeks_that_an_extension_leaves_as_they_are_are_not_judged():
    here, there = two_listings()
    running = an_active_one(here)
    PlacementFactory(listing=there, status="active", start_on=in_weeks(-2), weeks=3)
    PreceptorProfile.objects.update(max_learners=1)
    running.preceptor.refresh_from_db()

    asked = offer_extension(running, running.end_on + timedelta(weeks=1), by=host_of(running))

    assert asked.is_pending


def test_an_offer_is_her_word_against_her_own_limit():
    here, there = two_listings()
    first, second = offered(asks(here)), offered(asks(there))
    PreceptorProfile.objects.update(max_learners=1)

    for one in (first, second):
        one.refresh_from_db()
        accept_offer(one, by=one.learner)

    assert Placement.objects.count() == 2


def test_a_rule_made_since_the_offer_lets_the_first_to_accept_through():
    here, there = two_listings()
    first = offered(asks(here, name="Maria Santos"))
    second = offered(asks(there))
    RatioFactory()
    forget_ratios()
    accept_offer(first, by=first.learner)

    words = refusal(accept_offer, second, by=second.learner)

    assert words == (
        "Texas allows one NP student per preceptor at a time, and that is reached on these "
        "dates. Source: preceptor guidelines of NP programs."
    )
    assert status_of(second) == Status.OFFERED


def test_a_rule_that_allows_none_says_so():
    RatioFactory(credential="PA-C", most=0)
    here, _there = two_listings(credential="PA-C")
    asked = asks(here)

    assert refusal(offer_seat, asked, by=host_of(asked)) == (
        "Texas allows no NP students with a PA-C at a time. "
        "Source: preceptor guidelines of NP programs."
    )


def test_two_seats_of_one_learner_are_one_learner():
    here, there = two_listings(max_learners=1)
    learner = LearnerFactory(family="np_student").user
    offered(asks(here, learner=learner))

    offered(asks(there, learner=learner))

    assert Application.objects.filter(status=Status.OFFERED).count() == 2


def test_beyond_a_limit_she_can_be_put_on_the_waitlist_though_a_seat_is_free():
    here, there = two_listings(max_learners=1)
    offered(asks(here))
    second = asks(there)

    waitlist_application(second, by=host_of(second))

    assert status_of(second) == Status.WAITLISTED


def test_within_the_limit_nobody_waits_for_a_free_seat():
    here, there = two_listings(max_learners=2)
    offered(asks(here))
    second = asks(there)

    with pytest.raises(SeatsFree):
        waitlist_application(second, by=host_of(second))


@pytest.mark.parametrize(("most", "more"), [(None, 0), (5, 2)])
def test_a_limit_costs_two_statements_where_one_binds(most, more):
    """Her row, and who is there; without a limit neither."""
    here, _there = two_listings(max_learners=most)
    asked = asks(here)

    with CaptureQueriesContext(connection) as found:
        offer_seat(asked, by=host_of(asked))

    said = [query["sql"] for query in found]
    counted = [
        sql for sql in said if "UNION" in sql or 'SELECT "accounts_preceptorprofile"."max_l' in sql
    ]
    assert len(counted) == more
