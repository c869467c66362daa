"""The demo's waitlist: four wait for one seat, and elsewhere a seat came free yesterday."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from placements.actions.applications import (
    choose_dates,
    save_about,
    save_documents,
    start_application,
    submit_application,
)
from placements.actions.offers import decline_offer, offer_seat
from placements.actions.promotion import promote_next
from placements.actions.waitlist import keep_on_waitlist, waitlist_application
from placements.models import Application
from rotations.blocks import WEEK, Block
from rotations.models import Listing
from seed.stage import acting_at

EVENING = 19


def play_waiting(waiting: Iterable[tuple[Application, datetime]]) -> None:
    """Each on the day that her preceptor said so, once the stories have filled the dates."""
    for application, at in sorted(waiting, key=lambda pair: pair[1]):
        with acting_at(at):
            application.refresh_from_db()
            waitlist_application(application, by=application.listing.preceptor.user)


def play_freed_seat(row: dict[str, Any], company: Any) -> None:
    """Two asked for one seat. Who had it declined last night, and who waited has the offer."""
    listing = company.listings[row["listing"]]
    host = listing.preceptor.user
    with company.days_ago(9):
        first, second = (_ask(listing, person, row, company) for person in row["asking"])
    with company.days_ago(5):
        offer_seat(first, by=host)
        waitlist_application(second, by=host)
        keep_on_waitlist(second, by=second.learner, keep=True)
    with company.days_ago(1, EVENING):
        decline_offer(first, by=first.learner)
        promote_next(listing)


def _ask(
    listing: Listing, person: dict[str, str], row: dict[str, Any], company: Any
) -> Application:
    learner = company.learners[person["learner"]]
    application = start_application(listing, learner=learner, by=learner)
    blocks = [
        Block(company.first_monday + start * WEEK, row["weeks"]) for start in row["start_weeks"]
    ]
    choose_dates(application, *blocks, by=learner)
    save_about(application, by=learner, statement=person["statement"])
    save_documents(application, by=learner)
    return submit_application(application, by=learner)
