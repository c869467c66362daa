"""The numbers that timers count by: which count when."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from clocks.intervals import Unit, declared, interval
from clocks.models import Interval
from clocks.queries import forget_numbers, in_words, length, lengths, number, numbers

pytestmark = pytest.mark.django_db

ANSWER = declared()["answer"]
REMINDERS = declared()["answer_reminders"]


def row(one, *found):
    return Interval.objects.create(key=one.key, numbers=list(found or one.default))


def test_without_a_row_the_shipped_numbers_count():
    assert number(ANSWER) == 10
    assert numbers(REMINDERS) == (2, 4, 7)


def test_a_row_counts_before_the_shipped_numbers():
    row(declared()["offer"], 5)
    row(declared()["offer_reminders"], 48, 2)

    assert length(declared()["offer"]) == timedelta(days=5)
    assert lengths(declared()["offer_reminders"]) == [timedelta(hours=48), timedelta(hours=2)]
    assert number(ANSWER) == 10


def test_all_numbers_are_asked_for_once_in_a_while(django_assert_num_queries):
    row(ANSWER, 8)

    with django_assert_num_queries(1):
        assert [number(ANSWER), *numbers(REMINDERS), number(ANSWER)] == [8, 2, 4, 7, 8]


def test_another_process_counts_by_old_numbers_for_seconds_only(time_machine):
    """As in a worker, which hears of no edit."""
    time_machine.move_to("2027-01-11 12:00Z", tick=False)
    kept = row(ANSWER)
    assert number(ANSWER) == 10
    Interval.objects.filter(pk=kept.pk).update(numbers=[8])
    assert number(ANSWER) == 10

    time_machine.shift(timedelta(seconds=21))

    assert number(ANSWER) == 8


def test_in_words_says_one_and_many():
    assert in_words(ANSWER) == "10 business days"
    assert in_words(declared()["offer_reminders"]) == "72, 24 and 3 hours"
    row(ANSWER, 1)
    forget_numbers()
    assert in_words(ANSWER) == "1 business day"


def test_two_timers_cannot_share_a_name():
    with pytest.raises(ValueError, match="answer"):
        interval("answer", 1, unit=Unit.DAYS, purpose="Another")


def test_a_shipped_number_keeps_to_its_own_rules():
    for one in declared().values():
        assert one.least <= min(one.default)
        assert max(one.default) <= one.most
        assert one.in_order(list(one.default)) == list(one.default)
        if one.within:
            assert one.length(max(one.default)) <= one.within.length(one.within.default[0])


def test_the_table_refuses_a_timer_without_a_number():
    with pytest.raises(IntegrityError, match="interval_has_a_number"), transaction.atomic():
        Interval.objects.create(key="answer", numbers=[])
