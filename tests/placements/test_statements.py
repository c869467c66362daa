"""How many statements each step of a booking sends: what it reads beside its row comes with the
lock, what it writes goes in one statement for each table.
"""

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clocks.queries import numbers
from outbox.models import Message
from placements import deadlines
from placements.actions.applications import submit_application, withdraw_application
from placements.actions.offers import accept_offer, offer_seat
from placements.actions.promotion import promote_next
from placements.actions.reschedules import approve_reschedule, ask_reschedule
from placements.models import Application, ApplicationDocument, Placement, RescheduleRequest
from placements.states import RescheduleReason, Status
from rotations.blocks import Block
from rotations.eligibility.severity import severities
from rotations.models import Listing
from rotations.queries.limits import CACHE_KEY as RATIOS
from tests.factories.accounts import DocumentFactory
from tests.factories.placements import ApplicationFactory, PlacementFactory
from tests.factories.rotations import ListingFactory, RequirementFactory
from tests.placements.waiting import a_full_block

pytestmark = pytest.mark.django_db
# The aim for each step; limits on learners cost some steps two statements more.
MOST = 15
ASIDE = ("SAVEPOINT", "RELEASE")


def sent_by(act):
    """The statements of an action, without those that begin and end its transaction."""
    numbers(deadlines.OFFER_REMINDERS)  # kept in memory for some seconds, as are the rules
    severities()
    # An installation has rules of this kind, or has asked for them a moment ago.
    caches["local"].set(RATIOS, [], 60)
    with CaptureQueriesContext(connection) as captured:
        act()
    return [
        query["sql"] for query in captured.captured_queries if not query["sql"].startswith(ASIDE)
    ]


def an_application(status, **more):
    """As its page reads it."""
    made = ApplicationFactory(status=status, **more)
    return Application.objects.with_listing().get(pk=made.pk)


def a_move():
    made = PlacementFactory(listing=ListingFactory(weeks=16, weeks__capacity=5))
    placement = Placement.objects.with_listing().get(pk=made.pk)
    return placement, Block(placement.start_on + timedelta(weeks=4), placement.weeks)


def ask(placement, block):
    return ask_reschedule(placement, block, by=placement.learner, reason=RescheduleReason.VISA)


def test_confirm():
    one = an_application(Status.UNDER_REVIEW)
    host = one.listing.preceptor.user
    assert len(sent_by(lambda: offer_seat(one, by=host))) <= MOST


def test_accept():
    one = an_application(Status.OFFERED)
    assert len(sent_by(lambda: accept_offer(one, by=one.learner))) <= MOST
    # The learner, the preceptor and the coordinators, by one of these statements.
    assert Message.objects.count() == 3


def test_submit():
    """It is sent and handed on in one go, so two steps are written and two people hear of it."""
    asked = RequirementFactory()
    one = an_application(Status.DRAFT, listing=asked.listing)
    DocumentFactory(owner=one.learner, type=asked.type)
    assert len(sent_by(lambda: submit_application(one, by=one.learner))) <= MOST + 2
    assert one.status == Status.UNDER_REVIEW
    assert ApplicationDocument.objects.filter(application=one).count() == 1
    assert Message.objects.count() == 2


def test_withdraw():
    one = an_application(Status.OFFERED)
    assert len(sent_by(lambda: withdraw_application(one, by=one.learner))) <= MOST


def test_promote():
    held, (first,) = a_full_block(waiting=1)
    withdraw_application(held, by=held.learner)
    rows = Listing.objects.select_related("site__state", "preceptor__user").defer("document")
    listing = rows.get(pk=held.listing_id)
    assert len(sent_by(lambda: promote_next(listing))) <= MOST + 3
    first.refresh_from_db()
    assert first.status == Status.OFFERED


def test_ask_for_other_dates():
    placement, block = a_move()
    assert len(sent_by(lambda: ask(placement, block))) <= MOST


def test_agree_to_other_dates():
    key = ask(*a_move()).pk
    request = RescheduleRequest.objects.with_placement().get(pk=key)
    host = request.placement.preceptor.user
    assert len(sent_by(lambda: approve_reschedule(request, by=host))) <= MOST + 2
