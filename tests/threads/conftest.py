"""A request that is with a preceptor and her delegate."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from accounts.codes import new_code
from placements.states import Status
from tests.factories.accounts import DelegationFactory, LearnerFactory
from tests.factories.placements import ApplicationFactory
from threads.actions.messages import send_message

# No quiet hours anywhere near.
NOON = "2026-11-24 18:00+00:00"


@pytest.fixture
def talking():
    """Everybody who can be part of one conversation, and somebody of no part in it."""
    application = ApplicationFactory(
        status=Status.UNDER_REVIEW,
        learner=LearnerFactory(user__name="Amara O'Nwosu").user,
        listing__preceptor__user__name="Helen O'Castellano",
    )
    preceptor = application.listing.preceptor
    delegation = DelegationFactory(preceptor=preceptor, since=timezone.now() - timedelta(days=1))
    return SimpleNamespace(
        application=application,
        learner=application.learner,
        preceptor=preceptor,
        host=preceptor.user,
        delegation=delegation,
        delegate=delegation.person,
        url=f"/applications/{application.code}/messages/",
    )


def say(application, by, text="Hello", **more):
    return send_message(application, by=by, text=text, key=new_code(), **more)
