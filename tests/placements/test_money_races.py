"""Money under contention, on real PostgreSQL. Each fails when its lock is taken away."""

import pytest
from django.db import IntegrityError

from placements.actions.earnings import record_payout
from placements.actions.ledger import AmountRefused, today_at
from placements.actions.payments import owe_refund, record_payment
from placements.kinds import EarningKind, EntryKind
from placements.models import Earning, LedgerEntry, Placement, Receipt
from placements.states import PlacementStatus
from tests.factories.accounts import StaffFactory
from tests.factories.placements import PlacementFactory, pay_in_full
from tests.placements.test_races import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)


def copies(placement, number):
    return [Placement.objects.with_listing().get(pk=placement.pk) for _ in range(number)]


def test_the_same_payment_recorded_by_four_at_once_counts_once():
    placement, office = PlacementFactory(), StaffFactory()
    cents, day = placement.total, today_at(placement)

    outcomes = all_at_once(
        lambda one: record_payment(one, by=office, cents=cents, method="Check", day=day),
        copies(placement, 4),
    )

    assert sorted(type(one).__name__ for one in outcomes) == ["AmountRefused"] * 3 + ["LedgerEntry"]
    assert placement.ledger.balance().received == cents


def test_parts_recorded_at_once_all_count_with_numbers_of_their_own():
    placement, office = PlacementFactory(), StaffFactory()
    day = today_at(placement)

    outcomes = all_at_once(
        lambda one: record_payment(one, by=office, cents=100, method="Check", day=day),
        copies(placement, 4),
    )

    assert {type(one) for one in outcomes} == {LedgerEntry}
    assert placement.ledger.balance().received == 400
    assert len(set(Receipt.objects.values_list("number", flat=True))) == 4


def test_two_decisions_never_give_back_more_than_was_paid():
    placement, office = PlacementFactory(), StaffFactory()
    pay_in_full(placement, by=office)

    outcomes = all_at_once(
        lambda one: owe_refund(one, by=office, cents=placement.total, note="x"),
        copies(placement, 3),
    )

    assert [type(one) for one in outcomes].count(AmountRefused) == 2
    assert placement.ledger.balance().refund_due == placement.total


def test_rows_written_past_the_actions_are_stopped_by_the_table():
    placement = PlacementFactory()
    pay_in_full(placement, by=StaffFactory())
    facts = {"kind": EntryKind.REFUND_DUE, "cents": placement.total, "ground": "goodwill"}

    outcomes = all_at_once(
        lambda one: LedgerEntry.objects.create(placement=one, day=one.start_on, **facts),
        copies(placement, 4),
    )

    assert [isinstance(one, IntegrityError) for one in outcomes].count(True) == 3


def test_a_payout_recorded_by_three_at_once_counts_once():
    placement, office = PlacementFactory(status=PlacementStatus.ACTIVE), StaffFactory()
    host = placement.preceptor
    Earning.objects.create(
        preceptor=host, placement=placement, kind=EarningKind.EARNED, cents=500,
        day=placement.start_on,
    )  # fmt: skip

    outcomes = all_at_once(
        lambda one: record_payout(
            one.preceptor, by=office, cents=500, method="Check", day=one.start_on
        ),
        copies(placement, 3),
    )

    assert [isinstance(one, Earning) for one in outcomes].count(True) == 1
    assert host.earnings.account().owed == 0
