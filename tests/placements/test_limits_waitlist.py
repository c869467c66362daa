"""Who waits because of a limit is served when there is room under it again."""

import pytest
from django.urls import reverse

from accounts.actions import save_profile
from placements.actions.offers import offer_seat
from placements.actions.placements import cancel_placement
from placements.actions.waitlist import waitlist_application
from placements.models import WaitlistEntry
from placements.states import CancelledBy, CancelReason, PassedOver, Status
from rotations.actions.limits import save_limits
from rotations.models import FamilyLimit, Ratio
from tests.factories.placements import PlacementFactory
from tests.factories.rotations import RatioFactory
from tests.placements.limiting import asks, host_of, two_listings
from tests.placements.test_promotion import entry_of, tick
from tests.placements.waiting import in_weeks, status_of
from tests.rotations.test_admin import fields_of

pytestmark = pytest.mark.django_db


def waits_at(listing):
    one = asks(listing)
    waitlist_application(one, by=host_of(one))
    return one


def beyond_her_limit():
    """Somebody is confirmed at one listing; another waits at the other."""
    here, there = two_listings(max_learners=1)
    there_already = PlacementFactory(listing=here, start_on=in_weeks(12), weeks=4)
    return there_already, waits_at(there)


def test_a_limit_is_the_reason_that_is_kept():
    placement, waiting = beyond_her_limit()
    other = asks(placement.listing, ahead=30)
    offer_seat(other, by=host_of(other))

    save_limits(waiting.listing, {}, by=host_of(waiting))
    tick()

    assert status_of(waiting) == Status.WAITLISTED
    assert entry_of(waiting).passed_over == PassedOver.LIMIT


def test_a_seat_that_comes_free_at_her_other_listing_makes_room():
    placement, waiting = beyond_her_limit()

    cancel_placement(
        placement,
        by=placement.learner,
        cancelled_by=CancelledBy.LEARNER,
        reason=CancelReason.ILLNESS,
    )
    tick()

    assert status_of(waiting) == Status.OFFERED


def test_a_look_beside_ends():
    """Two who wait at either listing, and nobody can be served: each is looked at once."""
    placement, waiting = beyond_her_limit()
    other = waits_at(placement.listing)

    save_limits(waiting.listing, {}, by=host_of(waiting))
    tick()

    assert {status_of(one) for one in (waiting, other)} == {Status.WAITLISTED}
    assert set(WaitlistEntry.objects.values_list("passed_over", flat=True)) == {PassedOver.LIMIT}


@pytest.mark.parametrize("most", [2, None])
def test_her_own_limit_raised_makes_room(most):
    placement, waiting = beyond_her_limit()
    preceptor = placement.preceptor
    preceptor.max_learners = most

    save_profile(preceptor, by=preceptor.user)
    tick()

    assert status_of(waiting) == Status.OFFERED


def test_raised_in_the_admin_it_does_too(staff_client):
    _placement, waiting = beyond_her_limit()
    preceptor = waiting.listing.preceptor
    page = reverse("admin:accounts_preceptorprofile_change", args=[preceptor.pk])
    sent = fields_of(staff_client.get(page))

    answer = staff_client.post(page, sent | {"max_learners": "2"})
    assert answer.status_code == 302, answer.context["errors"]
    tick()

    assert status_of(waiting) == Status.OFFERED


def test_a_listings_limit_raised_makes_room():
    here, _there = two_listings()
    FamilyLimit.objects.create(listing=here, family="np_student", most=1)
    first = asks(here)
    offer_seat(first, by=host_of(first))
    waiting = waits_at(here)

    save_limits(here, {"np_student": 2}, by=host_of(waiting))
    tick()

    assert status_of(waiting) == Status.OFFERED


def test_a_rule_changed_in_the_admin_makes_room(staff_client):
    RatioFactory()
    here, there = two_listings()
    first = asks(here)
    offer_seat(first, by=host_of(first))
    waiting = waits_at(there)
    rule = Ratio.objects.get()

    answer = staff_client.post(
        reverse("admin:rotations_ratio_change", args=[rule.pk]),
        {"state": rule.state_id, "family": "np_student", "credential": "", "most": "2",
         "source": "the board"},
    )  # fmt: skip
    assert answer.status_code == 302
    tick()

    assert status_of(waiting) == Status.OFFERED
