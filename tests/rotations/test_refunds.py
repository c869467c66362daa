from datetime import date

import pytest
from django.core.exceptions import ValidationError

from rotations.models.policy import validate_tiers
from rotations.refunds import percent_back, refund, refund_steps

STANDARD = [[30, 100], [14, 50], [0, 0]]
START = date(2027, 3, 29)
FEE, SERVICE = 160_000, 15_000


@pytest.mark.parametrize(
    ("day", "back"),
    [
        (date(2027, 2, 27), 160_000),
        (date(2027, 2, 28), 80_000),
        (date(2027, 3, 15), 80_000),
        (date(2027, 3, 16), 0),
        (date(2027, 3, 29), 0),
        (date(2027, 4, 5), 0),
    ],
)
def test_refund_of_the_standard_policy(day, back):
    assert refund(STANDARD, FEE, SERVICE, (START - day).days) == back


def test_refund_on_a_visa_denial_is_the_whole_fee_before_the_start():
    assert refund(STANDARD, FEE, SERVICE, 1, visa_denied=True) == 160_000
    assert refund(STANDARD, FEE, SERVICE, 0, visa_denied=True) == 0


@pytest.mark.parametrize("days", [60, 1, -3])
def test_refund_is_everything_if_the_host_cancels(days):
    assert refund(STANDARD, FEE, SERVICE, days, by_host=True) == 175_000


def test_refund_gives_half_a_cent_to_the_learner():
    assert refund([[0, 50]], 101, 0, 5) == 51


def test_refund_steps_say_until_when():
    steps = refund_steps(STANDARD, FEE, START)

    assert [(one.least, one.most, one.cents, one.last_on) for one in steps] == [
        (30, None, 160_000, date(2027, 2, 27)),
        (14, 29, 80_000, date(2027, 3, 15)),
        (0, 13, 0, date(2027, 3, 29)),
    ]


def test_refund_steps_agree_with_the_refund_of_each_day():
    steps = refund_steps(STANDARD, FEE)

    for days in range(90):
        (step,) = [one for one in steps if one.least <= days <= (one.most or 90)]
        assert step.cents == refund(STANDARD, FEE, SERVICE, days)


def test_refund_steps_of_one_amount_are_one_step():
    (step,) = refund_steps([[30, 0], [0, 0]], FEE)

    assert (step.least, step.most, step.cents) == (0, None, 0)


def test_percent_back_after_the_start_is_none():
    assert percent_back([[0, 20]], -1) == 0


@pytest.mark.parametrize(
    "tiers",
    [
        [[30, 100], [60, 50], [0, 0]],
        [[30, 50], [14, 100], [0, 0]],
        [[30, 100], [30, 50], [0, 0]],
        [[30, 100], [14, 50]],
        [[30, 101], [0, 0]],
        [[-1, 0], [0, 0]],
        [],
        {},
        "0",
        [[30, "100"], [0, 0]],
        [[30], [0, 0]],
        [[True, 5], [0, 0]],
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(tiers):
    with pytest.raises(ValidationError):
        validate_tiers(tiers)


@pytest.mark.parametrize(
    "tiers",
    [STANDARD, [[14, 100], [7, 50], [0, 0]], [[60, 100], [30, 50], [0, 0]], [[0, 0]], [[0, 100]]],
)
def test_a_policy_that_makes_sense_is_taken(tiers):
    validate_tiers(tiers)
