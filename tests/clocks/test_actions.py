from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from clocks.actions import attend, pause_all, schedule
from clocks.models import Due

pytestmark = pytest.mark.django_db


def past(minutes=1):
    return timezone.now() - timedelta(minutes=minutes)


def test_schedule_twice_is_owed_once():
    schedule("a.kind", 7, at=past(), occurrence="x")
    schedule("a.kind", 7, at=past(5), occurrence="x")
    schedule("a.kind", 7, at=past(), occurrence="y")

    assert Due.objects.count() == 2


def test_attend_does_what_is_due_once():
    schedule("a.kind", 7, at=past())
    due = Due.objects.get()
    done = []

    attend(due.pk, lambda row: done.append(row.pk) or "told")
    attend(due.pk, lambda row: done.append(row.pk))

    due.refresh_from_db()
    assert done == [due.pk]
    assert due.outcome == "told"
    assert due.done_at is not None


def test_attend_leaves_what_is_not_due_yet():
    schedule("a.kind", 7, at=timezone.now() + timedelta(minutes=1))

    attend(Due.objects.get().pk, lambda _row: pytest.fail("too early"))

    assert Due.objects.get().done_at is None


def test_attend_that_fails_leaves_it_due_and_counts_the_try():
    schedule("a.kind", 7, at=past())
    due = Due.objects.get()

    with pytest.raises(ZeroDivisionError):
        attend(due.pk, lambda _row: str(1 / 0))

    due.refresh_from_db()
    assert due.done_at is None
    assert due.tries == 1


def test_pause_all_moves_what_is_open_and_leaves_what_is_done():
    schedule("a.kind", 1, at=past())
    schedule("a.kind", 2, at=past())
    attend(Due.objects.get(subject_id=2).pk, lambda _row: None)
    before = dict(Due.objects.values_list("subject_id", "at"))

    assert pause_all(timedelta(hours=3)) == 1

    after = dict(Due.objects.values_list("subject_id", "at"))
    assert after[1] - before[1] == timedelta(hours=3)
    assert after[2] == before[2]


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_one_due_thing_once():
    schedule("a.kind", 7, at=past())
    due = Due.objects.get()
    together = Barrier(2)
    done = []

    def work(_n):
        together.wait(timeout=5)
        try:
            attend(due.pk, lambda row: done.append(row.pk))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))

    assert done == [due.pk]
