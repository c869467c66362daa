"""What a measurement over HTTP begins with, made by the factories of the tests; kept as JSON.

Run inside Django, in a database of its own.
"""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import User
from bench.booking.floor.views import TABLES
from placements.links import review_url
from placements.states import Status
from rotations.actions.seats import open_weeks
from rotations.blocks import Block
from tests.factories.placements import ApplicationFactory, learner
from tests.factories.rotations import ListingFactory, soonest_start

SEATS = 5
WEEKS = 4


def fill(target: str, *, rounds: int, requests: int, bookings: int) -> None:
    """For each round a race of so many requests, and so many bookings that are still to be made."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
    made = {
        "races": [race(requests) for _ in range(rounds)],
        "bookings": [[booking(n) for n in range(bookings)] for _ in range(rounds)],
    }
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    Path(target).write_text(json.dumps(made))


def race(requests: int) -> dict[str, Any]:
    """Requests for one block with a few seats, and the link to each from its preceptor's mail."""
    listing = ListingFactory()
    block = Block(soonest_start(listing), WEEKS)
    open_weeks(listing, block.mondays, capacity=SEATS, by=None)
    host = listing.preceptor.user
    waiting = ApplicationFactory.create_batch(
        requests,
        listing=listing,
        status=Status.UNDER_REVIEW,
        start_on=block.start_on,
        weeks=block.weeks,
    )
    return {
        "listing": listing.pk,
        "links": [urlsplit(review_url(one, host)).path for one in waiting],
    }


def booking(number: int) -> dict[str, Any]:
    """A learner who is signed in, and a listing of its own that nobody else asks for."""
    listing = ListingFactory(weeks=WEEKS * 4)
    start = Block(soonest_start(listing), WEEKS * 4).mondays[number % 3 * WEEKS]
    return {
        "slug": listing.slug,
        "host": listing.preceptor.user.email,
        "start": f"{start}",
        "weeks": WEEKS,
        "session": session_of(learner()),
    }


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client.cookies[settings.SESSION_COOKIE_NAME].value
