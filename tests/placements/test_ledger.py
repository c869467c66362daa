"""The ledger: sums, what it refuses, and that nothing in it is ever changed."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from audit.models import Event
from outbox.models import Message
from placements.actions.ledger import AmountRefused, charge, today_at, write
from placements.actions.payments import (
    accept_visa_proof,
    correct_entry,
    owe_refund,
    record_payment,
    record_refund,
    waive,
)
from placements.actions.placements import cancel_placement
from placements.kinds import EntryKind, Ground
from placements.models import LedgerEntry, Placement, Receipt
from placements.models.ledger import validate_no_card
from placements.states import CancelledBy, CancelReason, PlacementStatus
from tests.factories.accounts import StaffFactory
from tests.factories.placements import PlacementFactory, entry, pay_in_full

pytestmark = pytest.mark.django_db
STANDARD = [[30, 100], [14, 50], [0, 0]]
START = date(2027, 3, 29)


@pytest.fixture
def office():
    return StaffFactory()


@pytest.fixture
def placement():
    """$1,600 and $150, by the standard policy, more than 30 days ahead."""
    found = PlacementFactory(
        listing__fee_per_week=40_000,
        listing__service_fee=15_000,
        listing__policy__tiers=STANDARD,
        start_on=_monday(60),
    )
    assert (found.fee, found.service_fee) == (160_000, 15_000)
    return found


def _monday(days):
    day = timezone.localdate() + timedelta(days=days)
    return day + timedelta(days=-day.weekday() % 7)


def pay(placement, cents, by, **more):
    facts = {"method": "Check", "day": today_at(placement), **more}
    return record_payment(placement, by=by, cents=cents, **facts)


def cancel(placement, *, days_before, by=CancelledBy.LEARNER, reason=CancelReason.OTHER, clock):
    day = placement.start_on - timedelta(days=days_before)
    clock(day)
    who = placement.learner if by == CancelledBy.LEARNER else StaffFactory()
    cancel_placement(placement, by=who, cancelled_by=by, reason=reason)
    return placement.ledger.balance()


@pytest.fixture
def clock(time_machine):
    def at_noon(day):
        moment = timezone.now().replace(year=day.year, month=day.month, day=day.day, hour=18)
        time_machine.move_to(moment, tick=False)

    return at_noon


def test_acceptance_charges_both_fees_with_their_day(placement):
    due = max(placement.start_on - timedelta(days=45), timezone.localdate() + timedelta(days=3))

    fees = placement.ledger.values_list("kind", "cents", "due_on")

    assert list(fees) == [
        ("rotation_fee", 160_000, due),
        ("service_fee", 15_000, due),
    ]
    assert placement.ledger.balance().open == 175_000
    assert placement.paid_at is None


def test_it_is_ready_once_the_last_part_is_paid(placement, office):
    pay(placement, 100_000, office)
    assert (placement.status, placement.paid_at) == (PlacementStatus.ONBOARDING, None)

    pay(placement, 75_000, office)

    assert placement.status == PlacementStatus.READY
    assert placement.paid_by == office


def test_a_waiver_settles_as_well(placement, office):
    pay(placement, 100_000, office)

    waive(placement, by=office, cents=75_000, note="A hardship.")

    assert placement.status == PlacementStatus.READY
    assert placement.ledger.balance().open == 0
    assert "A hardship." in Message.objects.get(template="placements/payment_waived").body


@pytest.mark.parametrize("cents", [175_001, 10**9])
def test_more_than_is_open_is_refused(placement, office, cents):
    for act in (
        lambda: pay(placement, cents, office),
        lambda: waive(placement, by=office, cents=cents, note="x"),
    ):
        with pytest.raises(AmountRefused, match=r"Only \$1,750"):
            act()
    assert placement.ledger.count() == 2
    assert not Message.objects.filter(template__startswith="placements/payment").exists()
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("cents", [0, -5])
def test_an_amount_is_more_than_nothing(placement, office, cents):
    with pytest.raises(AmountRefused):
        pay(placement, cents, office)


def test_money_does_not_move_on_a_day_to_come(placement, office):
    with pytest.raises(ValidationError, match="still to come"):
        pay(placement, 100, office, day=today_at(placement) + timedelta(days=1))


def test_the_table_takes_no_change_and_no_deletion(placement, office):
    one = pay(placement, 100, office)

    for act in (
        lambda: LedgerEntry.objects.filter(pk=one.pk).update(cents=1),
        lambda: LedgerEntry.objects.filter(pk=one.pk).update(day=date(2020, 1, 1)),
        lambda: LedgerEntry.objects.filter(pk=one.pk).update(reference="other"),
        lambda: LedgerEntry.objects.exclude(receipt__entry=one).delete(),
    ):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            act()


def test_words_can_be_taken_out_of_it(placement, office):
    one = pay(placement, 100, office, reference="Acct of A. Okafor")

    LedgerEntry.objects.filter(pk=one.pk).update(method="", reference="", note="")

    one.refresh_from_db()
    assert (one.reference, one.cents) == ("", 100)


def test_the_table_refuses_refunds_beyond_what_was_paid(placement, office):
    pay(placement, 1_000, office)
    raw = {"placement": placement, "day": START}

    for kind, cents in (("refund_due", 1_001), ("refunded", 1)):
        with pytest.raises(IntegrityError, match="within what was paid"), transaction.atomic():
            LedgerEntry.objects.create(kind=kind, cents=cents, ground="policy", **raw)
    LedgerEntry.objects.create(kind="refund_due", cents=1_000, ground="policy", **raw)
    LedgerEntry.objects.create(kind="refunded", cents=1_000, **raw)


def test_a_correction_counters_and_both_stay(placement, office):
    one = pay_in_full(placement, by=office)
    assert placement.status == PlacementStatus.READY

    opposite = correct_entry(one, by=office, note="Another learner's transfer.")

    placement.refresh_from_db()
    assert (opposite.cents, opposite.corrects) == (-175_000, one)
    assert placement.ledger.balance().open == 175_000
    assert (placement.status, placement.paid_at) == (PlacementStatus.ONBOARDING, None)
    assert one.receipt.number < opposite.receipt.number
    assert opposite.receipt.facts["voids"] == one.receipt.number
    assert "is void" in Message.objects.get(template="placements/payment_corrected").body
    for again in (one, opposite):
        with pytest.raises(ValidationError, match="corrected already"):
            correct_entry(again, by=office, note="x")


def test_fees_are_not_corrected_by_hand(placement, office):
    with pytest.raises(ValidationError, match="Fees follow"):
        correct_entry(placement.ledger.first(), by=office, note="x")


def test_a_payment_that_came_back_cannot_be_corrected_away(placement, office, clock):
    one = pay_in_full(placement, by=office)
    cancel(placement, days_before=40, clock=clock)

    with pytest.raises(AmountRefused, match="No more can come back"):
        correct_entry(one, by=office, note="x")


@pytest.mark.parametrize(
    ("days", "back"), [(30, 160_000), (29, 80_000), (14, 80_000), (13, 0), (1, 0)]
)
def test_the_learner_cancels_and_the_policy_counts(placement, office, clock, days, back):
    pay_in_full(placement, by=office)

    balance = cancel(placement, days_before=days, clock=clock)

    assert (balance.refund_due, balance.to_refund, balance.open) == (back, back, 0)
    assert placement.ledger.filter(kind="refund_due", ground=Ground.POLICY).exists() == bool(back)


@pytest.mark.parametrize("who", [CancelledBy.PRECEPTOR, CancelledBy.SITE, CancelledBy.PORTAL])
@pytest.mark.parametrize("days", [40, 1])
def test_the_host_cancels_and_all_comes_back(placement, office, clock, who, days):
    pay_in_full(placement, by=office)

    balance = cancel(placement, days_before=days, by=who, clock=clock)

    assert balance.refund_due == 175_000
    assert "To be paid back: $1,750" in _coordinators_mail()


def test_a_denied_visa_waits_for_its_proof(placement, office, clock):
    pay_in_full(placement, by=office)
    reason = CancelReason.VISA_DENIED
    balance = cancel(placement, days_before=1, reason=reason, clock=clock)
    assert balance.refund_due == 0

    accept_visa_proof(placement, by=office)
    assert accept_visa_proof(placement, by=office) is None

    assert placement.ledger.balance().refund_due == 160_000
    assert Message.objects.filter(template="placements/refund_owed").count() == 1


def test_no_proof_for_what_was_not_a_denied_visa(placement, office, clock):
    pay_in_full(placement, by=office)
    cancel(placement, days_before=1, clock=clock)

    with pytest.raises(ValidationError, match="not canceled because of a denied visa"):
        accept_visa_proof(placement, by=office)


def test_who_has_not_paid_owes_nothing_after_a_cancellation(placement, clock):
    balance = cancel(placement, days_before=20, clock=clock)

    assert (balance.open, balance.released, balance.refund_due) == (0, 175_000, 0)
    assert "no money has to come back" in _learners_mail()


def test_of_a_part_that_was_paid_the_percentage_comes_back(placement, office, clock):
    pay(placement, 95_000, office)

    balance = cancel(placement, days_before=20, clock=clock)

    # 150 for the service, 800 of the rotation fee, half of that.
    assert (balance.refund_due, balance.open) == (40_000, 0)


def test_goodwill_goes_up_to_what_was_paid(placement, office, clock):
    pay_in_full(placement, by=office)
    cancel(placement, days_before=20, clock=clock)

    with pytest.raises(AmountRefused, match=r"Only \$950"):
        owe_refund(placement, by=office, cents=95_001, note="x")
    owe_refund(placement, by=office, cents=95_000, note="She was in hospital.")

    assert placement.ledger.balance().kept == 0


def test_a_refund_is_recorded_up_to_what_is_owed(placement, office, clock):
    pay_in_full(placement, by=office)
    cancel(placement, days_before=29, clock=clock)
    facts = {"by": office, "method": "Bank transfer", "day": today_at(placement)}

    with pytest.raises(AmountRefused, match=r"Only \$800"):
        record_refund(placement, cents=80_001, **facts)
    sent = record_refund(placement, cents=80_000, **facts)

    assert placement.ledger.balance().to_refund == 0
    assert sent.receipt.number in Message.objects.get(template="placements/refund_sent").subject
    assert Event.objects.filter(verb="placement.refunded").count() == 1


def test_other_dates_move_the_due_day_and_keep_the_history(placement, office):
    pay_in_full(placement, by=office)
    Placement.objects.filter(pk=placement.pk).update(
        start_on=placement.start_on + timedelta(days=28),
        end_on=placement.end_on + timedelta(days=28),
    )
    placement.refresh_from_db()
    before = placement.ledger.balance().due_on

    charge(placement, by=office)
    charge(placement, by=office)

    balance = placement.ledger.balance()
    assert balance.due_on == before + timedelta(days=28)
    assert (balance.charged, balance.open) == (175_000, 0)
    assert placement.ledger.exclude(corrects=None).count() == 2
    assert placement.paid_at


def test_sums_agree_with_each_balance(placement, office):
    pay(placement, 1_000, office)
    other = PlacementFactory(status=PlacementStatus.ACTIVE)
    rows = {row["placement"]: row for row in LedgerEntry.objects.sums()}

    for one in (placement, other):
        balance = one.ledger.balance()
        assert rows[one.pk]["open"] == balance.open
        assert rows[one.pk]["to_refund"] == balance.to_refund
        assert rows[one.pk]["due_on"] == balance.due_on


@pytest.mark.parametrize(
    "text", ["4111 1111 1111 1111", "card 5500-0055-5555-5559", "378282246310005"]
)
def test_a_card_number_is_refused(placement, office, text):
    with pytest.raises(ValidationError, match="number of a card"):
        pay(placement, 100, office, reference=text)
    assert not placement.ledger.filter(kind="received").exists()


@pytest.mark.parametrize("text", ["4111 1111 1111 1112", "Wire 20270312-00042", "WL 00017", ""])
def test_other_references_are_taken(text):
    validate_no_card(text)


def test_receipts_are_numbered_without_a_gap(placement, office):
    numbers = [pay(placement, 100, office).receipt.number for _ in range(3)]

    year = timezone.localdate().year
    assert numbers == [f"R-{year}-{n:06}" for n in (1, 2, 3)]


@pytest.mark.parametrize("kind", list(EntryKind))
def test_a_minus_is_a_correction(placement, kind):
    due = {"due_on": START} if "fee" in kind else {}
    with pytest.raises(AmountRefused):
        write(placement, kind, -1, by=None, ground="policy", **due)


def test_an_entry_of_a_factory_is_like_any_other(placement):
    assert entry(placement, EntryKind.RECEIVED, cents=5).receipt.facts["cents"] == 5


def _coordinators_mail():
    return Message.objects.get(template="placements/placement_cancelled_coordinator").body


def _learners_mail():
    return Message.objects.get(template="placements/placement_cancelled").body
