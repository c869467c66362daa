"""Placements on fixed days of 2027, in Houston, for the tests of changed plans."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from placements.states import PlacementStatus
from rotations.actions.seats import open_weeks
from rotations.blocks import Block
from tests.factories.placements import PlacementFactory
from tests.factories.rotations import ListingFactory

ZONE = ZoneInfo("America/Chicago")


def at(month, day, hour=10, minute=0):
    """At the site."""
    return datetime(2027, month, day, hour, minute, tzinfo=ZONE)


def listing_with(*starts, weeks=4, capacity=1, **more):
    """A listing with these blocks open."""
    listing = ListingFactory(usual_weeks=weeks, min_weeks=1, max_weeks=16, **more)
    for start in starts:
        open_weeks(listing, Block(start, weeks).mondays, capacity=capacity, by=None)
    return listing


def placed(listing, start, weeks=4, status=PlacementStatus.ONBOARDING, **more):
    return PlacementFactory(
        listing=listing,
        start_on=start,
        weeks=weeks,
        status=status,
        application__weeks_capacity=0,
        **more,
    )


def taken(listing):
    """Seats taken by Monday, where there are any."""
    rows = listing.weeks.filter(taken__gt=0).order_by("monday")
    return dict(rows.values_list("monday", "taken"))


APRIL, MAY, JUNE = date(2027, 4, 26), date(2027, 5, 24), date(2027, 6, 21)
