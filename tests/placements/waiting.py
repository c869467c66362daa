"""A full block and those who wait for it."""

from datetime import timedelta

from django.utils import timezone

from clocks.calendar import next_monday
from placements.actions.waitlist import waitlist_application
from placements.models import Application
from placements.states import Status
from tests.factories.placements import ApplicationFactory


def in_weeks(number):
    """The Monday so many weeks ahead."""
    return next_monday(timezone.localdate()) + timedelta(weeks=number)


def a_full_block(*, waiting, weeks_ahead=12, **more):
    """Who holds its one seat by an offer, and so many who wait for it, in their order."""
    held = ApplicationFactory(
        status=Status.OFFERED, start_on=in_weeks(weeks_ahead), weeks_capacity=1, **more
    )
    return held, [join(held) for _ in range(waiting)]


def join(held, **more):
    """One more who asked for the same dates, and was put on the waitlist."""
    one = ApplicationFactory(
        status=Status.UNDER_REVIEW, listing=held.listing, start_on=held.start_on, **more
    )
    waitlist_application(one, by=held.listing.preceptor.user)
    return one


def status_of(application):
    return Application.objects.get(pk=application.pk).status
