"""Other dates and later last days: asked for with a held seat, answered, ended (timer T15)."""

from datetime import date, timedelta

import pytest
import time_machine

from clocks.models import Due
from outbox.models import Message
from placements.actions.placements import cancel_placement
from placements.actions.reschedules import (
    CannotReschedule,
    PapersTooShort,
    RequestOver,
    approve_reschedule,
    ask_reschedule,
    decline_reschedule,
    expire_reschedule,
    offer_extension,
    take_back_reschedule,
)
from placements.actions.transition import TransitionNotAllowed
from placements.models import RescheduleRequest
from placements.states import (
    CancelledBy,
    CancelReason,
    PlacementStatus,
    RescheduleReason,
    RescheduleStatus,
)
from rotations.actions.seats import SeatsGone
from rotations.blocks import Block
from tests.factories.accounts import (
    DocumentFactory,
    DocumentTypeFactory,
    StaffFactory,
)
from tests.factories.rotations import RequirementFactory
from tests.placements.changing import APRIL, JUNE, MAY, at, listing_with, placed, taken

pytestmark = pytest.mark.django_db
WISH, VISA = RescheduleReason.WISH, RescheduleReason.VISA


@pytest.fixture
def now():
    with time_machine.travel(at(3, 1), tick=False) as clock:
        yield clock


@pytest.fixture
def placement(now):
    return placed(listing_with(APRIL, MAY, JUNE), APRIL)


def weeks_of(*starts):
    return {monday: 1 for start in starts for monday in Block(start, 4).mondays}


def ask(placement, start=JUNE, *, reason=WISH, by=None):
    return ask_reschedule(placement, Block(start, 4), by=by or placement.learner, reason=reason)


def templates():
    return sorted(Message.objects.values_list("template", flat=True))


def test_asking_holds_the_new_seat_and_keeps_the_old_one(placement):
    ask(placement)

    assert taken(placement.listing) == weeks_of(APRIL, JUNE)
    assert templates() == ["placements/reschedule_requested"]


def test_a_move_that_the_site_asks_for_is_not_one_of_hers(placement):
    request = ask(placement)
    approve_reschedule(request, by=placement.preceptor.user)
    assert placement.reschedules.moves().count() == 1

    RescheduleRequest.objects.update(reason=RescheduleReason.SITE)

    assert placement.reschedules.moves().count() == 0


def test_agreeing_moves_it_and_frees_the_old_seat(placement):
    request = ask(placement)

    approve_reschedule(request, by=placement.preceptor.user)

    placement.refresh_from_db()
    assert (placement.start_on, placement.end_on) == (JUNE, date(2027, 7, 16))
    assert placement.sequence == 1
    assert placement.planned_hours == 19 * placement.listing.hours_per_week // 5
    assert taken(placement.listing) == weeks_of(JUNE)
    assert request.status == RescheduleStatus.APPROVED
    assert templates()[:2] == ["placements/learner_rescheduled", "placements/placement_rescheduled"]


def test_it_may_move_to_a_block_that_was_not_among_her_choices(placement):
    application = placement.application
    application.starts = [MAY, APRIL]
    application.save()

    approve_reschedule(ask(placement), by=placement.preceptor.user)

    application.refresh_from_db()
    assert (application.start_on, application.starts) == (JUNE, [MAY, JUNE])


def test_it_may_move_to_another_of_her_choices(placement):
    application = placement.application
    application.starts = [APRIL, JUNE]
    application.save()

    approve_reschedule(ask(placement), by=placement.preceptor.user)

    application.refresh_from_db()
    assert (application.start_on, application.starts) == (JUNE, [JUNE])


def test_blocks_that_overlap_share_their_weeks(placement):
    later = APRIL + timedelta(weeks=2)
    request = ask(placement, later)

    assert sum(taken(placement.listing).values()) == 6
    approve_reschedule(request, by=placement.preceptor.user)
    assert taken(placement.listing) == weeks_of(later)


@pytest.mark.parametrize("end", [decline_reschedule, take_back_reschedule])
def test_a_no_frees_the_held_seat_and_leaves_the_dates(placement, end):
    request = ask(placement)

    end(request, by=placement.learner)

    placement.refresh_from_db()
    assert placement.start_on == APRIL
    assert taken(placement.listing) == weeks_of(APRIL)
    with pytest.raises(RequestOver):
        approve_reschedule(request, by=placement.preceptor.user)


def test_no_answer_in_five_business_days_ends_it(now, placement):
    request = ask(placement)
    assert request.answer_by == at(3, 8, 23, 59)
    due = Due.objects.filter(kind__startswith="reschedule.").order_by("at")
    assert [(one.kind, one.at) for one in due] == [
        ("reschedule.reminder", at(3, 3, 9)),
        ("reschedule.reminder", at(3, 5, 9)),
        ("reschedule.expire", at(3, 8, 23, 59)),
    ]

    assert expire_reschedule(request) is False
    now.move_to(at(3, 9, 0, 0))
    with pytest.raises(RequestOver):
        approve_reschedule(request, by=placement.preceptor.user)
    assert expire_reschedule(request) is True
    assert taken(placement.listing) == weeks_of(APRIL)
    assert templates().count("placements/reschedule_expired") == 2


def test_a_full_block_is_refused_and_changes_nothing(placement):
    placed(placement.listing, JUNE)

    with pytest.raises(SeatsGone):
        ask(placement)

    assert not RescheduleRequest.objects.exists()
    assert taken(placement.listing) == weeks_of(APRIL, JUNE)


def test_only_one_request_waits_at_a_time(placement):
    ask(placement)

    with pytest.raises(CannotReschedule):
        ask(placement, MAY)
    assert taken(placement.listing) == weeks_of(APRIL, JUNE)


def test_the_third_move_is_not_free(placement):
    for start in (MAY, JUNE):
        approve_reschedule(ask(placement, start), by=placement.preceptor.user)
        placement.refresh_from_db()

    with pytest.raises(CannotReschedule):
        ask(placement, MAY)
    ask(placement, MAY, by=StaffFactory())


@pytest.mark.parametrize(("reason", "allowed"), [(WISH, False), (VISA, True)])
def test_within_two_weeks_only_a_forced_reason_counts(now, placement, reason, allowed):
    now.move_to(at(4, 13))

    if allowed:
        ask(placement, reason=reason)
    else:
        with pytest.raises(CannotReschedule):
            ask(placement, reason=reason)


@pytest.mark.parametrize(
    "status",
    [PlacementStatus.ACTIVE, PlacementStatus.CANCELLED, PlacementStatus.COMPLETED],
)
def test_what_runs_or_has_ended_is_not_moved(placement, status):
    type(placement).objects.filter(pk=placement.pk).update(
        status=status, cancelled_by="learner", cancel_reason="other"
    )

    with pytest.raises(TransitionNotAllowed):
        ask(placement)


def test_a_cancellation_frees_both_seats_and_ends_the_request(placement):
    request = ask(placement)

    cancel_placement(
        placement,
        by=placement.learner,
        cancelled_by=CancelledBy.LEARNER,
        reason=CancelReason.ACADEMIC,
    )

    request.refresh_from_db()
    assert request.status == RescheduleStatus.CANCELLED
    assert taken(placement.listing) == {}


def test_a_move_lifts_a_hold(placement):
    from placements.actions.holds import hold_placement  # noqa: PLC0415

    hold_placement(placement, by=placement.learner, note="The consulate takes time.")
    approve_reschedule(ask(placement, reason=VISA), by=placement.preceptor.user)

    placement.refresh_from_db()
    assert placement.status == PlacementStatus.ONBOARDING
    assert not placement.holds.filter(to_on=None).exists()


@pytest.fixture
def running(now):
    listing = listing_with(date(2027, 2, 8), date(2027, 3, 8))
    return placed(listing, date(2027, 2, 8), status=PlacementStatus.ACTIVE)


def test_an_extension_is_offered_held_and_agreed_to(running):
    request = offer_extension(running, date(2027, 3, 19), by=running.preceptor.user)
    assert sum(taken(running.listing).values()) == 6
    assert templates() == ["placements/extension_offered"]

    approve_reschedule(request, by=running.learner)

    running.refresh_from_db()
    assert running.status == PlacementStatus.ACTIVE
    assert running.end_on == date(2027, 3, 19)
    assert running.planned_hours == 29 * running.listing.hours_per_week // 5
    assert running.sequence == 1
    assert Due.objects.filter(kind="placement.end", at=at(3, 20, 0, 0)).exists()


def test_an_extension_may_end_in_the_middle_of_a_week_that_is_held_whole(running):
    first = offer_extension(running, date(2027, 3, 9), by=running.preceptor.user)
    assert first.held == {(running.listing_id, date(2027, 3, 8))}
    approve_reschedule(first, by=running.learner)

    running.refresh_from_db()
    assert running.end_on == date(2027, 3, 9)
    assert running.planned_hours == 21 * running.listing.hours_per_week // 5
    assert running.seats == Block(date(2027, 2, 8), 5).of(running.listing_id)
    assert Due.objects.filter(kind="placement.end", at=at(3, 10, 0, 0)).exists()
    assert Due.objects.filter(
        kind="placement.hours_digest", occurrence__endswith=":2027-03-15"
    ).exists()

    second = offer_extension(running, date(2027, 3, 10), by=running.preceptor.user)
    assert second.held == frozenset()
    assert second.was == running.block
    decline_reschedule(second, by=running.learner)
    assert sum(taken(running.listing).values()) == 5


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2027, 3, 5), "after the present last day"),
        (date(2027, 4, 5), "4 weeks at most"),
        (date(2027, 3, 20), "a weekday"),
    ],
)
def test_an_extension_to_an_impossible_day_is_refused(running, day, why):
    with pytest.raises(CannotReschedule, match=why):
        offer_extension(running, day, by=running.preceptor.user)
    assert sum(taken(running.listing).values()) == 4


def test_an_extension_beyond_school_is_refused_with_its_end(running):
    profile = running.learner.learner_profile
    profile.family = "np_student"
    profile.studies_from, profile.graduation_on = date(2025, 9, 1), date(2027, 3, 8)
    profile.save()

    with pytest.raises(CannotReschedule, match="School ends on Monday, March 8, 2027"):
        offer_extension(running, date(2027, 3, 9), by=running.preceptor.user)


def test_an_extension_beyond_a_paper_is_refused_by_name(running):
    kind = DocumentTypeFactory(slug="bls", name="BLS", validity="printed", through_end=True)
    RequirementFactory(listing=running.listing, type=kind)
    DocumentFactory(owner=running.learner, type=kind, expires_on=running.end_on)

    with pytest.raises(PapersTooShort, match="BLS"):
        offer_extension(running, date(2027, 3, 8), by=running.preceptor.user)
    assert sum(taken(running.listing).values()) == 4
