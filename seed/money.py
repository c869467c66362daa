"""The demo's money: payments in full and in parts, a waiver, a slip corrected, refunds, earnings."""

from datetime import date, timedelta

from accounts.models import User
from placements.actions.earnings import earn_week, record_payout
from placements.actions.ledger import today_at
from placements.actions.payments import correct_entry, record_payment, record_refund, waive
from placements.models import Placement, PreceptorTerms
from rotations.models import Listing
from seed.stage import acting_at, moment

HOW = "Bank transfer"
NOON = 12
# What some listings pay their preceptor: cents for a week, or percent of the fee.
TERMS = {
    "inpatient-internal-medicine-houston": {"cents_per_week": 12_500},
    "internal-medicine-observership-houston": {"percent": 25},
    "internal-medicine-clerkship-houston": {"percent": 30},
    "sports-medicine-elective-denver": {"cents_per_week": 10_000},
}


def pay(placement: Placement, *, by: User, cents: int | None = None, how: str = HOW) -> None:
    """All that is open, or a part of it."""
    record_payment(
        placement,
        by=by,
        cents=cents or placement.ledger.balance().open,
        method=how,
        day=today_at(placement),
        reference=f"WL {placement.pk:05}",
    )


def play_money(listings: dict[str, Listing], staff: User, today: date) -> None:
    _part_of_it(_of(listings, "neurology-externship-columbus"), staff, today)
    _a_slip(_of(listings, "neurology-elective-columbus"), staff, today)
    _sent_back(_of(listings, "pediatrics-elective-miami", status="cancelled"), staff, today)
    _earnings(listings, staff, today)


def _of(listings: dict[str, Listing], slug: str, **which: str) -> Placement | None:
    return listings[slug].placements.filter(**which).with_listing().first()


def _part_of_it(placement: Placement | None, staff: User, today: date) -> None:
    """A deposit, and something waived; the rest is overdue or soon will be."""
    if placement is None:
        return
    with acting_at(moment(today - timedelta(days=12), NOON)):
        waive(placement, by=staff, cents=5_000, note="You came by recommendation of our site.")
        pay(placement, by=staff, cents=50_000, how="Check")


def _a_slip(placement: Placement | None, staff: User, today: date) -> None:
    """Recorded for the wrong person, and taken back the next day."""
    if placement is None:
        return
    with acting_at(moment(today - timedelta(days=40), NOON)):
        pay(placement, by=staff)
    with acting_at(moment(today - timedelta(days=39), NOON)):
        slip = placement.ledger.filter(kind="received").get()
        correct_entry(slip, by=staff, note="This transfer was for another rotation. We are sorry.")


def _sent_back(placement: Placement | None, staff: User, today: date) -> None:
    """The preceptor canceled: all of it, paid out. The other canceled one still waits."""
    if placement is None:
        return
    with acting_at(moment(today - timedelta(days=3), NOON)):
        record_refund(
            placement,
            by=staff,
            cents=placement.ledger.balance().to_refund,
            method=HOW,
            day=today_at(placement),
            reference="WL refund",
        )


def _earnings(listings: dict[str, Listing], staff: User, today: date) -> None:
    for slug, terms in TERMS.items():
        PreceptorTerms.objects.create(listing=listings[slug], **terms)
    for slug in TERMS:
        for placement in listings[slug].placements.with_listing():
            _earn(placement, today)
    first = listings["inpatient-internal-medicine-houston"].preceptor
    if (owed := first.earnings.account().owed) > 0:
        with acting_at(moment(today - timedelta(days=5), NOON)):
            day = today - timedelta(days=5)
            record_payout(
                first, by=staff, cents=owed // 2, method=HOW, day=day, reference="WL 00017"
            )


def _earn(placement: Placement, today: date) -> None:
    for number, monday in enumerate(placement.block.mondays, start=1):
        friday = monday + timedelta(days=4)
        if friday < today:
            with acting_at(moment(friday, 23, 59)):
                earn_week(placement, number)
