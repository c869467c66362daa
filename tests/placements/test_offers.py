from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.models import User
from audit.models import Event
from clocks.models import Due
from outbox.models import Message
from placements import deadlines
from placements.actions.offers import (
    DatesOverlap,
    OfferEnded,
    PreceptorCannotHost,
    SchoolMustApprove,
    accept_offer,
    decline_offer,
    expire_offer,
    offer_seat,
    rescind_offer,
    undo_offer,
)
from placements.actions.transition import TransitionNotAllowed
from placements.models import Application, Placement
from placements.states import TRANSITIONS, Status
from rotations.actions.seats import SeatsGone
from tests.factories.accounts import DocumentFactory, DocumentTypeFactory
from tests.factories.placements import ApplicationFactory, PlacementFactory

pytestmark = pytest.mark.django_db


def host_of(application):
    return application.listing.preceptor.user


def taken(listing):
    return set(listing.weeks.filter(taken__gt=0).values_list("monday", flat=True))


@pytest.fixture
def request_():
    return ApplicationFactory(status=Status.UNDER_REVIEW)


@pytest.fixture
def offer():
    return ApplicationFactory(status=Status.OFFERED)


def test_offer_seat_holds_a_seat_in_each_week_and_owes_one_mail_in_two_minutes(request_):
    offer_seat(request_, by=host_of(request_))

    request_.refresh_from_db()
    assert request_.status == Status.OFFERED
    assert taken(request_.listing) == set(request_.block.mondays)
    message = Message.objects.get()
    assert message.template == "placements/offer_made"
    assert message.due_at == request_.offered_at + deadlines.UNDO
    assert request_.answered_at is not None
    assert Due.objects.filter(kind="application.expire_offer", subject_id=request_.pk).exists()


def test_offer_seat_that_is_refused_changes_nothing():
    application = ApplicationFactory(status=Status.UNDER_REVIEW, weeks_capacity=0)

    with pytest.raises(SeatsGone):
        offer_seat(application, by=host_of(application))

    assert application.status == Status.UNDER_REVIEW
    application.refresh_from_db()
    assert application.status == Status.UNDER_REVIEW
    assert not Message.objects.exists()
    assert not Event.objects.exists()
    assert not Due.objects.exists()


def test_offer_seat_needs_a_verified_preceptor(request_):
    preceptor = request_.listing.preceptor
    preceptor.suspended_at, preceptor.suspended_by = timezone.now(), User.objects.first()
    preceptor.save()

    with pytest.raises(PreceptorCannotHost):
        offer_seat(request_, by=host_of(request_))

    assert taken(request_.listing) == set()


def test_undo_offer_within_two_minutes_leaves_no_trace_for_the_learner(request_):
    offer_seat(request_, by=host_of(request_))

    undo_offer(request_, by=host_of(request_))

    assert request_.status == Status.UNDER_REVIEW
    assert taken(request_.listing) == set()
    assert Message.objects.get().discarded_at is not None


def test_undo_offer_is_over_after_two_minutes(request_):
    offer_seat(request_, by=host_of(request_))

    later = timezone.now() + timedelta(minutes=3)
    with time_machine.travel(later, tick=False), pytest.raises(TransitionNotAllowed):
        undo_offer(request_, by=host_of(request_))

    assert taken(request_.listing) == set(request_.block.mondays)


def test_rescind_offer_frees_the_seat_and_tells_the_learner(offer):
    rescind_offer(offer, by=host_of(offer), note="The ward closes for repairs.")

    assert offer.status == Status.UNDER_REVIEW
    assert taken(offer.listing) == set()
    assert Message.objects.get().recipient == offer.learner.email


def test_accept_offer_makes_a_placement_with_a_frozen_policy(offer):
    placement = accept_offer(offer, by=offer.learner)

    assert offer.status == Status.ACCEPTED
    assert placement.policy["tiers"] == offer.listing.policy.tiers
    assert (placement.start_on, placement.end_on) == (offer.block.start_on, offer.block.end_on)
    assert placement.planned_hours == offer.block.working_days * 8
    assert taken(offer.listing) == set(offer.block.mondays)
    templates = set(Message.objects.values_list("template", flat=True))
    assert templates == {
        "placements/application_accepted",
        "placements/learner_accepted",
        "placements/learner_accepted_coordinator",
    }


def test_accept_offer_twice_is_one_placement(offer):
    first = accept_offer(offer, by=offer.learner)

    assert accept_offer(Application.objects.get(pk=offer.pk), by=offer.learner) == first
    assert Placement.objects.count() == 1


def test_accept_offer_after_its_end_is_refused(offer):
    after = offer.offer_expires_at + timedelta(seconds=1)
    with time_machine.travel(after, tick=False), pytest.raises(OfferEnded):
        accept_offer(offer, by=offer.learner)

    assert not Placement.objects.exists()


def test_accept_offer_withdraws_what_it_collides_with_and_frees_its_seats(offer):
    other = ApplicationFactory(
        status=Status.OFFERED, learner=offer.learner, start_on=offer.start_on
    )
    later = ApplicationFactory(
        status=Status.UNDER_REVIEW,
        learner=offer.learner,
        start_on=offer.start_on + timedelta(weeks=12),
    )

    accept_offer(offer, by=offer.learner)

    other.refresh_from_db()
    later.refresh_from_db()
    assert other.status == Status.WITHDRAWN
    assert later.status == Status.UNDER_REVIEW
    assert taken(other.listing) == set()
    told = Message.objects.filter(template="placements/application_withdrawn")
    assert told.get().recipient == host_of(other).email


def test_accept_offer_that_overlaps_a_placement_is_refused(offer):
    PlacementFactory(learner=offer.learner, start_on=offer.start_on)

    with pytest.raises(DatesOverlap):
        accept_offer(offer, by=offer.learner)

    offer.refresh_from_db()
    assert offer.status == Status.OFFERED


def test_accept_offer_waits_for_the_schools_approval_where_it_is_asked():
    offer = ApplicationFactory(status=Status.OFFERED, listing__needs_school_approval=True)
    with pytest.raises(SchoolMustApprove):
        accept_offer(offer, by=offer.learner)

    DocumentFactory(owner=offer.learner, type=DocumentTypeFactory(slug="school-approval"))

    assert accept_offer(offer, by=offer.learner).pk


def test_decline_offer_frees_the_seat_and_tells_the_preceptor_once(offer):
    decline_offer(offer, by=offer.learner)

    assert offer.status == Status.OFFER_DECLINED
    assert taken(offer.listing) == set()
    assert Message.objects.get().recipient == host_of(offer).email


def test_expire_offer_does_nothing_before_its_moment(offer):
    assert expire_offer(offer) is False
    assert offer.status == Status.OFFERED


def test_expire_offer_frees_the_seat_and_tells_both(offer):
    with time_machine.travel(offer.offer_expires_at + timedelta(seconds=1), tick=False):
        assert expire_offer(offer) is True

    assert taken(offer.listing) == set()
    told = set(Message.objects.values_list("recipient", flat=True))
    assert told == {offer.learner.email, host_of(offer).email}


ENDS = [status for status in Status if status not in TRANSITIONS]


@pytest.mark.parametrize("status", ENDS)
def test_what_has_ended_cannot_be_offered(status):
    application = ApplicationFactory(status=status)

    with pytest.raises(TransitionNotAllowed):
        offer_seat(application, by=host_of(application))

    assert taken(application.listing) == set()
