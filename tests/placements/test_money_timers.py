"""T9: payments are asked for before their day; weeks are earned at their end."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from clocks.models import Due
from placements.actions.earnings import correct_earning, earn_week, record_payout
from placements.actions.ledger import payment_due_on
from placements.actions.offers import accept_offer
from placements.actions.placements import cancel_placement, start_clocks
from placements.models import Earning, Placement, PreceptorTerms
from placements.states import CancelledBy, CancelReason, PlacementStatus, Status
from tests.factories.accounts import StaffFactory
from tests.factories.placements import ApplicationFactory, PlacementFactory, pay_in_full
from tests.placements.test_timers import run_due, sent

pytestmark = pytest.mark.django_db


def far_ahead():
    day = timezone.localdate() + timedelta(days=80)
    start = day + timedelta(days=-day.weekday() % 7)
    application = ApplicationFactory(status=Status.OFFERED, start_on=start)
    return accept_offer(application, by=application.learner)


def test_three_reminders_before_the_day_and_nothing_after_it():
    placement = far_ahead()
    due_on = payment_due_on(placement)
    zone = placement.listing.site.zone
    rows = Due.objects.filter(kind="placement.payment_due").order_by("at")

    days = [(due_on - row.at.astimezone(zone).date()).days for row in rows]
    assert days == [14, 7, 1]
    assert due_on == placement.start_on - timedelta(days=45)

    for n, row in enumerate(rows, start=1):
        run_due(row.at + timedelta(minutes=1))
        assert sent("payment_due") == n
    run_due(rows.last().at + timedelta(days=10))
    placement.refresh_from_db()
    assert sent("payment_due") == 3
    assert placement.status == PlacementStatus.ONBOARDING


@pytest.mark.parametrize("settle", ["paid", "cancelled"])
def test_who_has_paid_or_left_is_not_asked(settle):
    placement = far_ahead()
    if settle == "paid":
        pay_in_full(placement, by=StaffFactory())
    else:
        cancel_placement(
            placement,
            by=placement.learner,
            cancelled_by=CancelledBy.LEARNER,
            reason=CancelReason.OTHER,
        )

    run_due(timezone.now() + timedelta(days=36))

    assert sent("payment_due") == 0


def test_a_start_that_is_near_leaves_three_days_and_one_reminder():
    placement = PlacementFactory()
    start = timezone.localdate() + timedelta(days=20)
    placement.start_on = start + timedelta(days=-start.weekday() % 7)
    start_clocks(placement)

    (row,) = Due.objects.filter(kind="placement.payment_due")
    assert payment_due_on(placement) == timezone.localdate(
        timezone=placement.listing.site.zone
    ) + timedelta(days=3)
    assert row.occurrence.endswith(":1d")


def on_site(**more):
    """Four weeks that began a week ago, for $1,600."""
    return PlacementFactory(status=PlacementStatus.ACTIVE, listing__fee_per_week=40_000, **more)


def weeks(placement):
    return list(placement.earnings.order_by("pk").values_list("cents", flat=True))


def test_without_terms_nothing_is_earned():
    assert earn_week(on_site(), 1) is None


def test_an_amount_for_each_week_entered_once():
    placement = on_site()
    PreceptorTerms.objects.create(listing=placement.listing, cents_per_week=12_500)

    for _ in range(2):
        earn_week(placement, 1)
    earn_week(placement, 2)

    assert weeks(placement) == [12_500, 12_500]
    assert earn_week(placement, placement.weeks + 1) is None


@pytest.mark.parametrize("fee", [160_000, 160_001, 99_997])
def test_the_parts_of_a_percentage_add_up(fee):
    placement = on_site()
    placement.fee = fee
    terms = PreceptorTerms(listing=placement.listing, percent=33)

    parts = [terms.for_week(placement, n) for n in range(1, placement.weeks + 1)]

    assert sum(parts) == (fee * 33 + 50) // 100
    assert max(parts) - min(parts) <= 1


def test_added_weeks_bring_no_more_than_the_whole_of_a_percentage():
    placement = on_site()
    PreceptorTerms.objects.create(listing=placement.listing, percent=50)
    for number in range(1, placement.weeks + 1):
        earn_week(placement, number)
    placement.end_on += timedelta(days=9)
    placement.save(update_fields=["end_on"])

    assert earn_week(placement, placement.weeks) is None
    assert sum(weeks(placement)) == (placement.fee * 50 + 50) // 100


def test_terms_that_change_count_from_the_next_week_on():
    placement = on_site()
    terms = PreceptorTerms.objects.create(listing=placement.listing, cents_per_week=100)
    earn_week(placement, 1)
    terms.cents_per_week, terms.percent = None, 50
    terms.save()
    earn_week(placement, 2)

    assert weeks(placement) == [100, 20_000]


@pytest.mark.parametrize(
    ("status", "earned"),
    [
        (PlacementStatus.ACTIVE, True),
        (PlacementStatus.WRAP_UP, True),
        (PlacementStatus.TERMINATED, True),
        (PlacementStatus.NO_SHOW, False),
        (PlacementStatus.ON_HOLD, False),
        (PlacementStatus.ONBOARDING, False),
        (PlacementStatus.CANCELLED, False),
    ],
)
def test_only_a_week_with_a_learner_on_site_is_earned(status, earned):
    placement = PlacementFactory(status=status)
    PreceptorTerms.objects.create(listing=placement.listing, cents_per_week=100)

    assert bool(earn_week(placement, 1)) == earned


def test_a_week_that_began_counts_whole_and_none_after_the_end():
    placement = on_site()
    PreceptorTerms.objects.create(listing=placement.listing, cents_per_week=100)
    ended = placement.start_on + timedelta(days=9)
    Placement.objects.filter(pk=placement.pk).update(
        status=PlacementStatus.TERMINATED,
        ended_at=timezone.now().replace(year=ended.year, month=ended.month, day=ended.day),
    )

    assert [bool(earn_week(placement, n)) for n in (1, 2, 3, 4)] == [True, True, False, False]


def test_the_clock_enters_each_week_on_its_friday_night():
    placement = far_ahead()
    PreceptorTerms.objects.create(listing=placement.listing, cents_per_week=100)
    Placement.objects.filter(pk=placement.pk).update(status=PlacementStatus.ACTIVE)

    rows = list(Due.objects.filter(kind="placement.week_earned").order_by("at"))
    assert len(rows) == placement.weeks
    assert {row.at.astimezone(placement.listing.site.zone).weekday() for row in rows} == {5}
    Due.objects.exclude(kind="placement.week_earned").delete()
    run_due(rows[1].at + timedelta(minutes=1))

    assert [one.day for one in Earning.objects.all()] == placement.block.mondays[:2]


def test_a_payout_is_recorded_up_to_what_is_owed():
    placement, office = on_site(), StaffFactory()
    PreceptorTerms.objects.create(listing=placement.listing, cents_per_week=500)
    week = earn_week(placement, 1)
    facts = {"by": office, "method": "Check", "day": timezone.localdate()}

    with pytest.raises(ValidationError, match=r"Only \$5 is owed"):
        record_payout(placement.preceptor, cents=501, **facts)
    paid = record_payout(placement.preceptor, cents=500, **facts)
    assert placement.preceptor.earnings.account().owed == 0

    correct_earning(paid, by=office, note="It came back.")
    assert placement.preceptor.earnings.account().owed == 500
    for again in (paid, paid.correction):
        with pytest.raises(ValidationError, match="corrected already"):
            correct_earning(again, by=office, note="")
    with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic():
        Earning.objects.filter(pk=week.pk).update(cents=1)


@pytest.mark.parametrize("facts", [{}, {"cents_per_week": 1, "percent": 1}, {"percent": 101}])
def test_terms_are_an_amount_or_a_part(facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        PreceptorTerms.objects.create(listing=on_site().listing, **facts)
