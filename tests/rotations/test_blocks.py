from datetime import date

import pytest

from rotations.blocks import WEEK, Block, OpenBlock, open_blocks, runs

MARCH_29 = date(2027, 3, 29)


def test_a_block_ends_on_the_friday_of_its_last_week():
    assert Block(MARCH_29, 4).end_on == date(2027, 4, 23)
    assert Block(date(2027, 3, 1), 8).end_on == date(2027, 4, 23)


@pytest.mark.parametrize("days", range(5))
def test_a_block_may_end_on_any_weekday_of_its_last_week(days):
    last = date(2027, 4, 19 + days)

    block = Block.between(MARCH_29, last)

    assert block.end_on == last
    assert block.mondays == Block(MARCH_29, 4).mondays
    assert (block == Block(MARCH_29, 4)) is (days == 4)


@pytest.mark.parametrize(
    ("start", "hours"),
    [(date(2027, 6, 21), 152), (date(2027, 5, 24), 144), (date(2027, 3, 29), 160)],
)
def test_federal_holidays_reduce_the_hours(start, hours):
    assert Block(start, 4).working_days * 8 == hours


def test_a_monday_holiday_on_day_one_is_known():
    assert Block(date(2027, 10, 11), 4).starts_on_holiday
    assert not Block(MARCH_29, 4).starts_on_holiday


def test_touching_blocks_do_not_overlap():
    assert not Block(MARCH_29, 4).overlaps(Block(date(2027, 4, 26), 4))
    assert Block(MARCH_29, 4).overlaps(Block(date(2027, 4, 19), 2))


def test_a_block_takes_every_week_of_one_listing():
    assert Block(MARCH_29, 2).of(7) == {(7, MARCH_29), (7, date(2027, 4, 5))}


def test_a_block_over_a_closed_week_is_not_offered():
    april_5, april_12 = date(2027, 4, 5), date(2027, 4, 12)
    seats = {MARCH_29: (2, 2), april_5: (1, 3), april_12: (0, 0)}

    found = open_blocks(seats, mondays=[MARCH_29, april_5, april_12], weeks=2)

    assert found == [OpenBlock(Block(MARCH_29, 2), 1, 3)]


def test_weeks_in_a_row_are_one_run():
    mondays = [MARCH_29 + n * WEEK for n in (4, 0, 1, 2)]

    assert runs(mondays) == [Block(MARCH_29, 3), Block(date(2027, 4, 26), 1)]
    assert runs([]) == []
