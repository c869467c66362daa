"""Each mail to a learner, rendered once, with an apostrophe in every name."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.actions import record
from outbox.models import Message
from placements import emails
from placements.actions.ledger import today_at
from placements.actions.payments import (
    correct_entry,
    owe_refund,
    record_payment,
    record_refund,
    waive,
)
from placements.actions.placements import open_requirements
from placements.states import CancelledBy, CancelReason, PlacementStatus, Status
from rotations.kinds import Screening
from tests.factories.accounts import LearnerFactory, PreceptorFactory, StaffFactory, UserFactory
from tests.factories.placements import ApplicationFactory, HoursEntryFactory, PlacementFactory
from tests.factories.rotations import ListingFactory, RequirementFactory, SiteFactory

pytestmark = pytest.mark.django_db
NOTE = "Can't you come in May?\nhttps://evil.example/ isn't ours"


@pytest.fixture
def learner():
    person = UserFactory(name="Sinéad O'Brien", call_me="Sinéad O'B", time_zone="Africa/Lagos")
    LearnerFactory(user=person)
    return person


@pytest.fixture
def listing():
    preceptor = PreceptorFactory(user=UserFactory(name="Niamh O'Connor"))
    site = SiteFactory(
        name="St. Mary's",
        city="Houston",
        arrival="Ask for Dr. O'Connor's team.",
        phone="(713) 555-0100",
    )
    found = ListingFactory(
        title="Ward medicine at St. Mary's",
        preceptor=preceptor,
        site=site,
        typical_day=[["7:00 AM", "Rounds"]],
    )
    RequirementFactory(listing=found)
    return found


def occasion(thing):
    return record("test.happened", thing, by=None)


def sent(template):
    return Message.objects.get(template=f"placements/{template}")


def application(learner, listing, status, **more):
    return ApplicationFactory(learner=learner, listing=listing, status=status, **more)


def placement(learner, listing, status=PlacementStatus.ONBOARDING, **more):
    return PlacementFactory(
        application__learner=learner, application__listing=listing, status=status, **more
    )


def offer(learner, listing):
    return application(learner, listing, Status.OFFERED)


APPLICATION_MAILS = {
    "application_received": (
        Status.UNDER_REVIEW,
        r"We have your application for Houston, \w+ \d+ – ",
    ),
    "changes_requested": (
        Status.CHANGES_REQUESTED,
        r"\[Reply by \w+, \w+ \d+\] A question about Houston",
    ),
    "application_declined": (Status.DECLINED, r"Houston is not possible, one similar rotation"),
    "application_ineligible": (Status.INELIGIBLE, r"Houston is not possible, one similar rotation"),
    "application_lapsed": (Status.NO_RESPONSE, r"Houston is not possible, one similar rotation"),
    "application_closed": (Status.CLOSED, r"Your application for Houston, .* is closed"),
    "offer_rescinded": (Status.UNDER_REVIEW, r"The offer for Houston, .* was taken back"),
    "offer_expired": (Status.OFFER_EXPIRED, r"Your offer for Houston, .* has ended"),
    "application_waitlisted": (Status.WAITLISTED, r"You are on the waitlist for Houston, \w+ \d+"),
    "waitlist_expired": (
        Status.OFFER_EXPIRED,
        r"Your seat from the waitlist in Houston, .* has gone",
    ),
}


@pytest.mark.parametrize("name", APPLICATION_MAILS)
def test_mail_about_an_application(learner, listing, name):
    status, subject = APPLICATION_MAILS[name]
    ListingFactory(weeks=12, title="Clinic at St. John's")
    thing = application(learner, listing, status, note=NOTE)

    getattr(emails, name)(thing, occasion=occasion(thing))

    message = sent(name)
    assert re.match(subject, message.subject)
    _is_well_formed(message)


def test_mail_of_an_offer(learner, listing):
    thing = offer(learner, listing)

    emails.offer_made(thing, occasion=occasion(thing), due_at=timezone.now())

    message = sent("offer_made")
    assert re.match(r"\[Accept by \w+, \w+ \d+\] A seat in Houston, \w+ \d+ – ", message.subject)
    for words in ("$1,750 (USD)", "in Houston (", "in Lagos)", "you get back $1,600"):
        assert words in " ".join(message.body.split())
    _is_well_formed(message)


def test_mail_that_an_offer_ends(learner, listing):
    emails.offer_reminder(offer(learner, listing), due=1)

    message = sent("offer_reminder")
    assert message.subject.endswith("Your seat in Houston is still held")
    _is_well_formed(message)


def test_mail_of_a_seat_that_came_free(learner, listing):
    thing = offer(learner, listing)

    emails.waitlist_offer(thing, occasion=occasion(thing))

    message = sent("waitlist_offer")
    assert re.match(r"\[Answer by \w+, \w+ \d+\] A seat came free in Houston", message.subject)
    for words in ("$1,750 (USD)", "in Houston (", "in Lagos)", "works without a password"):
        assert words in " ".join(message.body.split())
    _is_well_formed(message)


def test_mail_that_she_stays_on_the_waitlist(learner, listing):
    thing = application(learner, listing, Status.WAITLISTED)
    rests = timezone.now() + timedelta(days=7)

    emails.waitlist_kept(thing, rests_until=rests, occasion=occasion(thing))

    message = sent("waitlist_kept")
    assert message.subject.startswith("You stay on the waitlist for Houston")
    _is_well_formed(message)


def test_mail_about_a_draft_without_dates(learner, listing):
    thing = application(learner, listing, Status.DRAFT, start_on=None, weeks=None)

    emails.draft_reminder(thing, due=1)

    message = sent("draft_reminder")
    assert "No dates chosen yet" in message.body
    _is_well_formed(message)


def test_mail_of_a_screened_request_tells_of_the_coordinator(learner, listing):
    listing.screening = Screening.COORDINATOR
    thing = application(learner, listing, Status.SUBMITTED)

    emails.application_received(thing, occasion=occasion(thing))

    assert "A coordinator looks at it first" in sent("application_received").body


def test_mail_of_acceptance_is_the_checklist(learner, listing):
    thing = placement(learner, listing)

    emails.application_accepted(thing, occasion=occasion(thing))

    message = sent("application_accepted")
    assert message.subject.startswith("Your seat in Houston is yours, ")
    for words in ("- Documents: complete by", "- Payment: $1,750 (USD) by", "calendar.ics"):
        assert words in message.body
    _is_well_formed(message)


PLACEMENT_MAILS = {
    "placement_ready": (PlacementStatus.READY, "You are ready for Houston"),
    "placement_on_hold": (PlacementStatus.ON_HOLD, "On hold: Houston"),
    "placement_resumed": (PlacementStatus.ONBOARDING, "The hold is lifted: Houston"),
    "placement_wrap_up": (PlacementStatus.WRAP_UP, "Your rotation in Houston is over"),
    "evaluation_signed": (PlacementStatus.WRAP_UP, "Dr. O'Connor signed your evaluation"),
    "placement_cancelled": (PlacementStatus.CANCELLED, "Canceled: Houston"),
}


@pytest.mark.parametrize("name", PLACEMENT_MAILS)
def test_mail_about_a_placement(learner, listing, name):
    status, subject = PLACEMENT_MAILS[name]
    thing = placement(learner, listing, status, note=NOTE)

    getattr(emails, name)(thing, occasion=occasion(thing))

    message = sent(name)
    assert re.match(subject, message.subject)
    _is_well_formed(message)


def test_mail_of_the_first_day_says_when_and_where(learner, listing):
    thing = placement(learner, listing, PlacementStatus.ACTIVE)

    emails.first_day(thing, occasion=occasion(thing))

    message = sent("placement_first_day")
    assert message.subject == "Monday, 7:00 AM: first day in Houston"
    assert "Ask for Dr. O'Connor's team." in message.body
    _is_well_formed(message)


@pytest.mark.parametrize(
    ("days", "subject"), [(1, "Tomorrow: first day"), (14, "In 14 days: first day")]
)
def test_mail_before_the_start(learner, listing, days, subject):
    emails.start_reminder(placement(learner, listing, PlacementStatus.READY), days=days, due=1)

    message = sent("placement_starts")
    assert message.subject.startswith(subject)
    _is_well_formed(message)


def test_mails_about_papers_name_each(learner, listing):
    thing = placement(learner, listing)
    items = open_requirements(thing)

    emails.documents_due(thing, items, day=thing.start_on - timedelta(days=30), due=1)
    emails.placement_not_ready(thing, items, occasion=occasion(thing))

    assert re.match(
        r"\[Send by .*\] One document is missing for Houston", sent("documents_due").subject
    )
    for name in ("documents_due", "placement_not_ready"):
        assert "- TB test" in sent(name).body
        _is_well_formed(sent(name))


def test_mail_about_hours_that_were_not_signed(learner, listing):
    entry = HoursEntryFactory(
        placement=placement(learner, listing, PlacementStatus.ACTIVE), disputed=True
    )

    emails.hours_disputed(entry, occasion=occasion(entry))

    message = sent("hours_disputed")
    assert entry.dispute_note in message.body
    _is_well_formed(message)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"paid_at": None}, "No payment is recorded"),
        ({}, "You get back $1,600 (USD)."),
        ({"cancelled_by": CancelledBy.SITE, "cancel_reason": CancelReason.SITE_CLOSED},
         "You get back everything, $1,750 (USD)."),
        ({"cancel_reason": CancelReason.VISA_DENIED}, "With the refusal letter of the consulate"),
    ],
)  # fmt: skip
def test_mail_of_a_cancellation_says_what_comes_back(learner, listing, changes, words):
    paid = {"paid_at": timezone.now(), "paid_by": StaffFactory(), **changes}
    if paid["paid_at"] is None:
        paid["paid_by"] = None
    thing = placement(learner, listing, PlacementStatus.CANCELLED, **paid)

    emails.placement_cancelled(thing, occasion=occasion(thing))

    by_host = "_by_host" if thing.cancelled_by == CancelledBy.SITE else ""
    assert words in sent(f"placement_cancelled{by_host}").body


def test_mails_about_money(learner, listing):
    """Received, corrected, waived, owed and sent back; each has its own words."""
    thing, office = placement(learner, listing), StaffFactory()
    facts = {"by": office, "method": "Check", "day": today_at(thing), "reference": "<b>No. 7"}
    waive(thing, by=office, cents=5_000, note=NOTE)
    slip = record_payment(thing, cents=100, **facts)
    correct_entry(slip, by=office, note=NOTE)
    record_payment(thing, cents=170_000, **facts)
    emails.payment_due(thing, due=1)
    owe_refund(thing, by=office, cents=2_000, note=NOTE)
    record_refund(thing, cents=1_000, **facts)

    year = thing.created_at.year
    for name, subject in {
        "payment_waived": r"You need not pay \$50 \(USD\) for Houston",
        "payment_corrected": "A correction of what we recorded for Houston",
        "payment_due": r"\[Pay by .*\] \$0 \(USD\) for Houston, arranged with Dana Whitlock",
        "refund_owed": r"You get back \$20 \(USD\) for Houston",
        "refund_sent": rf"Refund R-{year}-\d{{6}}: \$10 \(USD\) for Houston",
    }.items():
        message = sent(name)
        assert re.match(subject, message.subject), message.subject
        _is_well_formed(message)
    received = Message.objects.filter(template="placements/payment_received")
    assert [one.subject for one in received.order_by("pk")] == [
        f"Receipt R-{year}-000001: $1 (USD) for Houston",
        f"Receipt R-{year}-000003: $1,700 (USD) for Houston",
    ]
    for message in received:
        _is_well_formed(message)


def _is_well_formed(message):
    """Names as typed, every sentence filled in, one button, and what a person wrote set in."""
    assert message.recipient
    assert message.body.startswith("Hello Sinéad O'B,\n\n")
    for wrong in ("&#", "&amp;", "{{", "{%", "None", "!", "  ,", " .\n", "\n\n\n"):
        assert wrong not in message.body, wrong
        assert wrong not in message.subject, wrong
    html = message.as_html()
    assert html.count('<a class="btn"') == 1
    assert "evil.example" not in re.findall(r'<a class="btn" href="([^"]*)"', html)[0]
    assert "O&#x27;B" in html
    assert "<script" not in html
