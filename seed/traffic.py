"""Requests of earlier months, by people who have been forgotten since: what figures are made of."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import PreceptorProfile, User
from clocks.calendar import next_monday
from placements.actions.answers import count_answers
from placements.models import Application
from placements.states import Status
from rotations.models import Listing
from seed.reading import structure

FORMER, MOST = 6, 12
# Days between one request and the next, and how long ago the last one was.
APART, LATEST = 19, 45
WAITED = timedelta(days=14)


def build_traffic(preceptors: dict[str, PreceptorProfile]) -> int:
    """As many requests as the content says, answered as fast and as often; how many."""
    former = [_former(number) for number in range(1, FORMER + 1)]
    rows: list[Application] = []
    for row in structure("demo/preceptors.json"):
        listing = Listing.objects.filter(preceptor=preceptors[row["key"]]).order_by("pk").first()
        if row.get("response") and listing:
            rows += _requests(row["response"], listing, former)
    Application.objects.bulk_create(rows)
    count_answers()
    return len(rows)


def _former(number: int) -> User:
    user = User(
        email=f"former-{number}@demo.invalid",
        name="Former learner",
        is_demo=True,
        is_active=False,
        erased_at=timezone.now() - timedelta(days=30),
    )
    user.set_unusable_password()
    user.save()
    return user


def _requests(figures: dict[str, Any], listing: Listing, former: list[User]) -> list[Application]:
    number = min(figures["requests"], MOST)
    answered = round(number * figures["answered_percent"] / 100)
    now, found = timezone.now(), []
    for turn in range(number):
        asked_at = now - timedelta(days=LATEST + APART * turn, hours=turn % 7)
        row = Application(
            learner=former[turn % FORMER],
            listing=listing,
            weeks=listing.usual_weeks,
            start_on=next_monday((asked_at + timedelta(days=60)).date()),
            fee=listing.fee(listing.usual_weeks),
            service_fee=listing.service_fee,
            submitted_at=asked_at,
            asked_at=asked_at,
            review_started_at=asked_at,
        )
        place = turn if turn < answered else None
        found.append(_ended(row, asked_at, place, answered, figures["median_hours"]))
    return found


def _ended(
    row: Application, asked_at: datetime, place: int | None, answered: int, median: int
) -> Application:
    if place is None:
        row.status, row.ended_at = Status.NO_RESPONSE, asked_at + WAITED
        return row
    # From half the median to one and a half of it.
    share = 0.5 + (place / (answered - 1) if answered > 1 else 0.5)
    row.answered_at = asked_at + timedelta(hours=median * share, minutes=-10)
    row.answered_by = row.listing.preceptor.user
    row.status, row.ended_at = Status.OFFER_DECLINED, row.answered_at + timedelta(days=2)
    return row
