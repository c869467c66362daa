"""A preceptor with two listings, and learners of a kind who ask for the same dates at either."""

from placements.states import Status
from tests.factories.accounts import LearnerFactory, PreceptorFactory
from tests.factories.placements import ApplicationFactory
from tests.factories.rotations import ListingFactory
from tests.placements.waiting import in_weeks

WEEKS_AHEAD = 12


def two_listings(**of_preceptor):
    preceptor = PreceptorFactory(**of_preceptor)
    return ListingFactory.create_batch(2, preceptor=preceptor, min_weeks=1, max_weeks=12)


def asks(listing, family="np_student", *, weeks=4, ahead=WEEKS_AHEAD, name=None, learner=None):
    """A request that waits for the preceptor."""
    named = {"user__name": name} if name else {}
    return ApplicationFactory(
        listing=listing,
        learner=learner or LearnerFactory(family=family, **named).user,
        start_on=in_weeks(ahead),
        weeks=weeks,
        status=Status.UNDER_REVIEW,
    )


def host_of(thing):
    return thing.listing.preceptor.user
