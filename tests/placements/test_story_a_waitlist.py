"""Handbook 6.1, Story A, steps 3 to 5, with its dates: a shared seat, the waitlist, promotion."""

from contextlib import contextmanager
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine

from clocks.models import Due
from outbox.models import Message
from placements.actions.applications import choose_dates, submit_application
from placements.actions.offers import accept_offer, decline_offer, offer_seat
from placements.actions.placements import cancel_placement
from placements.actions.waitlist import waitlist_application
from placements.models import Application, Placement
from placements.queries import overlapping_applications, place_on_waitlist
from placements.states import Status
from rotations.actions.seats import SeatsGone
from rotations.blocks import Block
from tests.factories.accounts import LearnerFactory
from tests.factories.placements import ApplicationFactory
from tests.factories.rotations import ListingFactory, open_seats
from tests.placements.pages import url
from tests.placements.test_timers import run_due

pytestmark = pytest.mark.django_db
HOUSTON = ZoneInfo("America/Chicago")
APRIL, MAY = Block(date(2027, 4, 26), 4), Block(date(2027, 5, 24), 4)


@contextmanager
def at(day, hour, minute=0, month=2):
    with time_machine.travel(datetime(2027, month, day, hour, minute, tzinfo=HOUSTON), tick=False):
        yield


@pytest.fixture
def houston():
    with at(20, 9, month=1):
        listing = ListingFactory(title="Internal medicine observership", fee_per_week=40_000)
        open_seats(listing, 12, start_on=APRIL.start_on, capacity=1)
        yield listing


def ask(listing, learner, *blocks):
    draft = ApplicationFactory(
        listing=listing, learner=learner, start_on=blocks[0].start_on, weeks_capacity=1
    )
    choose_dates(draft, *blocks, by=learner)
    submit_application(draft, by=learner)
    return draft


def mails_to(person):
    return list(
        Message.objects.filter(user=person).order_by("pk").values_list("template", flat=True)
    )


def tick():
    while Due.objects.due().exists():
        run_due()


def test_story_a_steps_3_to_5(client, houston):
    host = houston.preceptor.user
    amara = LearnerFactory(user__name="Amara Okafor").user
    diego = LearnerFactory(user__name="Diego Fuentes").user

    # 3. Both ask on Monday, February 8; neither takes the seat by asking.
    with at(8, 9, 30):
        hers = ask(houston, amara, APRIL, MAY)
    with at(8, 10, 5):
        his = ask(houston, diego, APRIL)
    assert {hers.status, his.status} == {Status.UNDER_REVIEW}
    assert hers.reply_by.astimezone(HOUSTON).date() == date(2027, 2, 23)
    reminders = Due.objects.filter(kind="application.reply_reminder", subject_id=hers.pk)
    assert [due.at.astimezone(HOUSTON).day for due in reminders] == [10, 12, 18]
    Message.objects.all().delete()

    # 4. Friday, February 12: one offer, one page that says what can be done instead.
    with at(12, 8):
        client.force_login(host)
        offer_seat(his, by=host)
        page = client.post(url("confirm", hers))
        assert page.status_code == 409
        for words in ("Filled a moment ago", "May 24", "waitlist", "Decline"):
            assert words in page.text
        with pytest.raises(SeatsGone):
            offer_seat(Application.objects.get(pk=hers.pk), by=host)
        client.post(url("waitlist", hers), {"waitlist": "1", "start": "2027-04-26"})
    hers.refresh_from_db()
    assert hers.status == Status.WAITLISTED
    assert place_on_waitlist(hers).position == 1
    assert mails_to(amara) == ["placements/application_waitlisted"]
    assert mails_to(diego) == ["placements/offer_made"]
    his.refresh_from_db()
    assert his.offer_expires_at == datetime(2027, 2, 19, 8, tzinfo=HOUSTON)

    # 5. Monday, February 15: he declines, she is next, for 48 hours.
    with at(15, 9):
        decline_offer(his, by=diego)
        tick()
    hers.refresh_from_db()
    assert hers.status == Status.OFFERED
    assert hers.offer_expires_at == datetime(2027, 2, 17, 9, tzinfo=HOUSTON)

    with at(16, 12):
        dallas = ApplicationFactory(
            status=Status.UNDER_REVIEW, learner=amara, start_on=date(2027, 5, 3)
        )
        assert overlapping_applications(hers) == [dallas]
        client.force_login(amara)
        page = client.get(url("offer", hers))
        assert "It is withdrawn when you accept." in page.text
        assert client.post(url("accept", hers), {"policy": "on"}).status_code == 422
        client.post(url("accept", hers), {"policy": "on", "give_up": "on"})
    placement = Placement.objects.get()
    assert (placement.learner, placement.start_on) == (amara, APRIL.start_on)
    dallas.refresh_from_db()
    assert (dallas.status, dallas.note) == (Status.WITHDRAWN, "superseded")
    told = Message.objects.filter(template="placements/application_withdrawn")
    assert told.get().user == dallas.listing.preceptor.user
    taken = houston.weeks.filter(taken=1).values_list("monday", flat=True)
    assert list(taken) == APRIL.mondays


def test_a_seat_freed_thirteen_days_before_promotes_nobody(houston):
    """Step 7: on April 13 the start is 13 days away, and the lead is 14."""
    host = houston.preceptor.user
    with at(12, 8):
        his = ask(houston, LearnerFactory().user, APRIL)
        hers = ask(houston, LearnerFactory().user, APRIL)
        offer_seat(his, by=host)
        placement = accept_offer(his, by=his.learner)
        waitlist_application(hers, by=host)
    with at(13, 10, month=4):
        cancel_placement(placement, by=his.learner, cancelled_by="learner", reason="visa_delay")
        tick()

    hers.refresh_from_db()
    assert hers.status == Status.WAITLISTED
    assert hers.waitlist_entries.get().passed_over == "near"
