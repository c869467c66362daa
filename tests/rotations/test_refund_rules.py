"""What comes back, over all policies that the validator takes; and in words."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotations.models.policy import validate_tiers
from rotations.refunds import Change, paid_of_fee, refund, refund_changes

STANDARD = [[30, 100], [14, 50], [0, 0]]
START = date(2027, 3, 29)
FEE, SERVICE = 160_000, 15_000

# Any policy that the validator takes.
TIERS = st.lists(
    st.tuples(st.integers(1, 120), st.integers(0, 100)), max_size=4, unique_by=lambda row: row[0]
).map(
    lambda rows: [
        [days, percent]
        for days, percent in zip(
            [*sorted((days for days, _p in rows), reverse=True), 0],
            sorted([*(percent for _d, percent in rows), 0], reverse=True),
            strict=True,
        )
    ]
)
CENTS = st.integers(0, 500_000)


@given(tiers=TIERS, fee=CENTS, service=CENTS, parts=st.tuples(CENTS, CENTS))
def test_no_refund_is_above_what_was_paid_and_none_grows_with_delay(tiers, fee, service, parts):
    validate_tiers(tiers)
    waived = min(parts[0], fee + service)
    paid = min(parts[1], fee + service - waived)
    of_fee = paid_of_fee(fee, service, paid=paid, waived=waived)

    back = [refund(tiers, of_fee, 0, days) for days in range(130, -3, -1)]

    assert all(0 <= one <= paid for one in back)
    assert back == sorted(back, reverse=True)
    assert max(back) <= refund(tiers, of_fee, 0, 1, visa_denied=True) <= paid


@given(tiers=TIERS, fee=CENTS, ahead=st.integers(-3, 130))
def test_the_words_agree_with_the_refund_of_each_day(tiers, fee, ahead):
    today = START - timedelta(days=ahead)
    changes = refund_changes(tiers, fee, START, today)

    for n in range(140):
        day = today + timedelta(days=n)
        said = [one for one in changes if one.from_on <= day][-1].cents
        assert said == refund(tiers, fee, 0, (START - day).days)


def test_the_golden_words():
    changes = refund_changes(STANDARD, 160_000, START, date(2027, 2, 1))

    assert changes == [
        Change(date(2027, 2, 1), 160_000),
        Change(date(2027, 2, 28), 80_000),
        Change(date(2027, 3, 16), 0),
    ]


def test_the_words_after_the_start_promise_nothing():
    assert refund_changes(STANDARD, FEE, START, date(2027, 4, 2)) == [Change(date(2027, 4, 2), 0)]


@pytest.mark.parametrize(
    ("paid", "waived", "of_fee"),
    [
        (175_000, 0, FEE),
        (0, 0, 0),
        (SERVICE, 0, 0),
        (SERVICE - 1, 0, 0),
        (95_000, 0, 80_000),
        (FEE, SERVICE, FEE),
        (155_000, 20_000, 155_000),
    ],
)
def test_a_payment_counts_for_the_service_fee_first(paid, waived, of_fee):
    assert paid_of_fee(FEE, SERVICE, paid=paid, waived=waived) == of_fee
