"""Up to three dates in one application: chosen, sent, offered, and what an acceptance leaves."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from audit.models import Event
from outbox.models import Message
from placements.actions.applications import (
    BlockNotOffered,
    PreAcceptTaken,
    choose_dates,
    submit_application,
)
from placements.actions.choices import NotAChoice
from placements.actions.offers import LearnerElsewhere, accept_offer, offer_seat, undo_offer
from placements.models import Application
from placements.queries import choices_of
from placements.states import Status
from rotations.actions.seats import SeatsGone
from rotations.blocks import Block
from rotations.models import SeatWeek
from tests.factories.placements import ApplicationFactory, PlacementFactory
from tests.factories.rotations import open_seats
from tests.placements.test_timers import run_due
from tests.placements.waiting import in_weeks, status_of

pytestmark = pytest.mark.django_db
FIRST, SECOND, THIRD = (in_weeks(n) for n in (12, 16, 20))


def ranked(status=Status.UNDER_REVIEW, *, starts=(FIRST, SECOND, THIRD), capacity=2, **more):
    """A request for these dates, all with free seats."""
    application = ApplicationFactory(
        status=status, start_on=starts[0], starts=list(starts), weeks_capacity=capacity, **more
    )
    open_seats(application.listing, 12, start_on=FIRST, capacity=capacity)
    return application


def fill(application, start):
    days = Block(start, application.weeks).mondays
    SeatWeek.objects.filter(listing=application.listing, monday__in=days).update(taken=2)


def host_of(application):
    return application.listing.preceptor.user


def test_three_dates_are_chosen_and_keep_their_order():
    draft = ranked(Status.DRAFT, starts=(FIRST,))

    choose_dates(
        draft,
        Block(SECOND, 4),
        Block(FIRST, 4),
        Block(SECOND, 4),
        Block(THIRD, 4),
        by=draft.learner,
    )

    draft.refresh_from_db()
    assert draft.start_on == SECOND
    assert draft.choices == [Block(SECOND, 4), Block(FIRST, 4), Block(THIRD, 4)]


def test_dates_that_are_not_offered_cannot_be_second_choice():
    draft = ranked(Status.DRAFT, starts=(FIRST,))

    with pytest.raises(BlockNotOffered):
        choose_dates(draft, Block(FIRST, 4), Block(in_weeks(40), 4), by=draft.learner)

    draft.refresh_from_db()
    assert draft.starts == [FIRST]


def test_sending_needs_one_date_with_a_seat_and_plays_the_best():
    draft = ranked(Status.DRAFT)
    fill(draft, FIRST)

    submit_application(draft, by=draft.learner)

    draft.refresh_from_db()
    assert draft.status == Status.UNDER_REVIEW
    assert draft.start_on == SECOND
    assert draft.starts == [FIRST, SECOND, THIRD]


def test_sending_is_refused_when_all_of_them_are_full():
    draft = ranked(Status.DRAFT)
    for start in (FIRST, SECOND, THIRD):
        fill(draft, start)

    with pytest.raises(SeatsGone):
        submit_application(draft, by=draft.learner)

    assert status_of(draft) == Status.DRAFT


def test_the_preceptor_offers_any_of_them():
    asked = ranked()

    offer_seat(asked, by=host_of(asked), block=Block(SECOND, 4))

    asked.refresh_from_db()
    assert (asked.status, asked.start_on) == (Status.OFFERED, SECOND)
    held = asked.listing.weeks.filter(taken=1).values_list("monday", flat=True)
    assert list(held) == Block(SECOND, 4).mondays
    assert asked.starts == [FIRST, SECOND, THIRD]
    undo_offer(asked, by=host_of(asked))
    assert not asked.listing.weeks.filter(taken=1).exists()


def test_dates_that_she_did_not_ask_for_are_not_offered():
    asked = ranked(starts=(FIRST, SECOND))

    with pytest.raises(NotAChoice):
        offer_seat(asked, by=host_of(asked), block=Block(THIRD, 4))

    assert status_of(asked) == Status.UNDER_REVIEW


def test_dates_on_which_she_is_elsewhere_now_are_not_offered():
    asked = ranked()
    PlacementFactory(learner=asked.learner, start_on=FIRST)

    assert [one.collides for one in choices_of(asked)] == [True, False, False]
    with pytest.raises(LearnerElsewhere):
        offer_seat(asked, by=host_of(asked))
    offer_seat(asked, by=host_of(asked), block=Block(SECOND, 4))


def test_accepting_leaves_a_request_the_dates_that_do_not_overlap():
    offer = ranked(Status.OFFERED, starts=(FIRST,))
    other = ranked(starts=(FIRST, SECOND), learner=offer.learner)
    whole = ranked(starts=(FIRST,), learner=offer.learner)

    accept_offer(offer, by=offer.learner)

    other.refresh_from_db()
    assert (other.status, other.start_on, other.starts) == (Status.UNDER_REVIEW, SECOND, [SECOND])
    assert Event.objects.filter(verb="application.dates_struck").count() == 1
    assert status_of(whole) == Status.WITHDRAWN
    told = Message.objects.filter(template="placements/application_withdrawn")
    assert told.get().user == host_of(whole)


def test_an_offer_for_one_of_several_dates_is_that_date():
    """Her other dates are no way out: what is offered collides, so it is withdrawn."""
    offer = ranked(Status.OFFERED, starts=(FIRST,))
    other = ranked(Status.OFFERED, starts=(FIRST, SECOND), learner=offer.learner)

    accept_offer(offer, by=offer.learner)

    assert status_of(other) == Status.WITHDRAWN


def test_accept_at_once_is_for_one_application_on_the_same_days():
    sent = ranked(Status.UNDER_REVIEW, starts=(FIRST, SECOND), pre_accept=True)
    draft = ranked(Status.DRAFT, starts=(THIRD, SECOND), learner=sent.learner, pre_accept=True)

    with pytest.raises(PreAcceptTaken, match=sent.listing.title):
        submit_application(draft, by=draft.learner)
    assert status_of(draft) == Status.DRAFT

    choose_dates(draft, Block(THIRD, 4), by=draft.learner)
    submit_application(draft, by=draft.learner)
    assert status_of(draft) == Status.UNDER_REVIEW


def test_accept_at_once_asks_first_where_another_request_would_give_way():
    asked = ranked(starts=(FIRST,), pre_accept=True)
    other = ranked(starts=(FIRST,), learner=asked.learner)
    offer_seat(asked, by=host_of(asked))

    run_due(asked.offered_at + timedelta(minutes=3))

    assert status_of(asked) == Status.OFFERED
    assert status_of(other) == Status.UNDER_REVIEW


def test_a_request_without_ranks_asks_for_its_one_block():
    asked = ApplicationFactory(status=Status.UNDER_REVIEW)

    assert asked.choices == [asked.block]
    assert asked.other_choices == []


@pytest.mark.parametrize(
    ("starts", "name"),
    [
        ([SECOND], "plays_one_of_its_choices"),
        ([FIRST, SECOND, THIRD, in_weeks(24)], "three_choices"),
    ],
)
def test_what_choices_can_never_be(starts, name):
    asked = ranked(starts=(FIRST,))

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Application.objects.filter(pk=asked.pk).update(starts=starts)
