"""What was paid before there was a ledger is in it afterwards."""

from importlib import import_module

import pytest
from django.apps import apps

from placements.states import CancelledBy, CancelReason, PlacementStatus
from tests.factories.accounts import StaffFactory
from tests.factories.placements import PlacementFactory, _days

pytestmark = pytest.mark.django_db
open_ledgers = import_module("placements.migrations.0006_money").open_ledgers


def placement(status, **more):
    return PlacementFactory(
        status=status,
        listing__fee_per_week=40_000,
        listing__service_fee=15_000,
        listing__policy__tiers=[[30, 100], [14, 50], [0, 0]],
        money=False,
        **more,
    )


def cancelled(by, *, paid, reason=CancelReason.OTHER):
    facts = {"paid_at": _days(-1, only=True), "paid_by": StaffFactory()} if paid else {}
    return placement(PlacementStatus.CANCELLED, cancelled_by=by, cancel_reason=reason, **facts)


def test_each_becomes_entries_that_say_the_same():
    waiting, done = placement(PlacementStatus.ONBOARDING), placement(PlacementStatus.COMPLETED)
    unpaid = cancelled(CancelledBy.LEARNER, paid=False)
    by_host = cancelled(CancelledBy.SITE, paid=True)
    by_learner = cancelled(CancelledBy.LEARNER, paid=True)

    open_ledgers(apps, None)

    sums = [one.ledger.balance() for one in (waiting, done, unpaid, by_host, by_learner)]
    assert [(one.open, one.received, one.to_refund) for one in sums] == [
        (175_000, 0, 0),
        (0, 175_000, 0),
        (0, 0, 0),
        (0, 175_000, 175_000),
        (0, 175_000, 160_000),
    ]
    row = done.ledger.get(kind="received")
    assert (row.recorded_by, row.day) == (done.paid_by, done.paid_at.date())
    assert not hasattr(row, "receipt")
    assert waiting.ledger.first().due_on <= waiting.start_on
