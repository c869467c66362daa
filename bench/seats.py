"""How many confirms a second, against the same locked updates without our code.

    script/test bench/seats.py

Both run in this process on the same server, one after the other and back, so that the ratio
means something on a noisy machine.
"""

import statistics
import time

import pytest
from django.db import connection, transaction

from placements.actions.offers import offer_seat
from placements.states import Status
from tests.factories.placements import ApplicationFactory
from tests.factories.rotations import ListingFactory

ROUNDS, EACH = 5, 20


def timed(act, things):
    began = time.perf_counter()
    for thing in things:
        act(thing)
    return (time.perf_counter() - began) / len(things) * 1000


def floor(_thing):
    """One locked update and one insert: what a booking cannot do without."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select id from rotations_seatweek order by id limit 4 for no key update")
        cursor.execute(
            "insert into clocks_due (kind, subject_id, occurrence, at, outcome, tries) "
            "values ('bench', 1, gen_random_uuid()::text, now(), '', 0)"
        )


@pytest.mark.django_db(transaction=True)
def test_confirms():
    listing = ListingFactory(weeks=16, weeks__capacity=ROUNDS * EACH)
    host = listing.preceptor.user
    ours, bare = [], []
    for _ in range(ROUNDS):
        waiting = ApplicationFactory.create_batch(EACH, listing=listing, status=Status.UNDER_REVIEW)
        bare.append(timed(floor, waiting))
        ours.append(timed(lambda one: offer_seat(one, by=host), waiting))
    confirm, least = statistics.median(ours), statistics.median(bare)
    print(f"\nconfirm {confirm:.1f} ms, floor {least:.1f} ms, ratio {least / confirm:.2f}")
    assert confirm > 0
