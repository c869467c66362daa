"""Each mail about changed plans, rendered once, with an apostrophe in every name."""

import re
from datetime import timedelta

import pytest

from audit.actions import record
from outbox.models import Message
from placements import emails
from placements.actions.demands import require_late
from placements.models import RescheduleRequest
from placements.states import CancelledBy, CancelReason, PlacementStatus
from tests.factories.accounts import (
    DocumentTypeFactory,
    LearnerFactory,
    PreceptorFactory,
    StaffFactory,
    UserFactory,
)
from tests.factories.placements import PlacementFactory
from tests.factories.rotations import ListingFactory, SiteFactory

pytestmark = pytest.mark.django_db
S = PlacementStatus
NOTE = "Can't be helped, says O'Hara."


@pytest.fixture
def make():
    def placement(status, **more):
        person = UserFactory(name="Sinéad O'Brien", call_me="Sinéad O'B")
        LearnerFactory(user=person)
        host = PreceptorFactory(user=UserFactory(name="Niamh O'Connor"))
        listing = ListingFactory(
            title="Ward medicine at St. Mary's",
            preceptor=host,
            site=SiteFactory(name="St. Mary's", city="Houston"),
        )
        return PlacementFactory(
            application__learner=person,
            application__listing=listing,
            status=status,
            note=NOTE,
            **more,
        )

    return placement


def occasion(thing):
    return record("test.happened", thing, by=None)


def all_sent():
    return {one.template.removeprefix("placements/"): one for one in Message.objects.all()}


def well_formed(message):
    for wrong in ("&#", "&amp;", "{{", "{%", "None", "!", "  ,", " .\n", "\n\n\n"):
        assert wrong not in message.body, wrong
        assert wrong not in message.subject, wrong
    assert message.as_html().count('<a class="btn"') == 1


CHANGED = {
    "placement_on_hold": (
        S.ON_HOLD,
        {"placement_on_hold", "learner_on_hold", "placement_on_hold_coordinator"},
        {},
    ),
    "placement_no_show": (S.NO_SHOW, {"placement_no_show", "learner_no_show"}, {}),
    "placement_terminated": (
        S.TERMINATED,
        {"placement_terminated", "placement_terminated_coordinator"},
        {"incident": "IR-7"},
    ),
    "placement_incomplete": (S.INCOMPLETE, {"placement_incomplete"}, {}),
    "attendance_noted": (S.INCOMPLETE, {"attendance_noted"}, {}),
}


@pytest.mark.parametrize("name", CHANGED)
def test_mail_about_a_changed_placement(make, name):
    status, templates, more = CHANGED[name]
    thing = make(status)

    getattr(emails, name)(thing, occasion=occasion(thing), **more)

    assert all_sent().keys() == templates
    for message in all_sent().values():
        well_formed(message)


@pytest.mark.parametrize(
    ("who", "told"),
    [
        (CancelledBy.PRECEPTOR, set()),
        (CancelledBy.SITE, {"placement_cancelled_preceptor"}),
    ],
)
def test_mail_of_a_cancellation_by_a_host(make, who, told):
    thing = make(S.CANCELLED, cancelled_by=who, cancel_reason=CancelReason.SITE_CLOSED)

    emails.placement_cancelled(thing, occasion=occasion(thing))

    mails = all_sent()
    always = {"placement_cancelled_by_host", "placement_cancelled_coordinator"}
    assert mails.keys() == always | told
    assert NOTE in mails["placement_cancelled_by_host"].body


def test_mail_of_a_rotation_at_risk_names_what_is_open(make):
    thing = make(S.ONBOARDING)

    emails.placement_at_risk(thing, [], due=1)

    mails = all_sent()
    assert mails.keys() == {"placement_at_risk", "placement_at_risk_coordinator"}
    assert "The payment is not recorded yet." in mails["placement_at_risk"].body
    for message in mails.values():
        well_formed(message)


def test_mail_of_a_late_requirement(make):
    kind = DocumentTypeFactory(name="Mask fit test", slug="n95")
    require_late(make(S.ONBOARDING), kind, by=StaffFactory(), origin="site", note=NOTE)

    mails = all_sent()
    assert "Mask fit test" in mails["requirement_added"].body
    well_formed(mails["requirement_added"])


def request_of(placement, kind):
    block = placement.block
    return RescheduleRequest(
        pk=7,
        placement=placement,
        kind=kind,
        start_on=block.start_on + timedelta(weeks=8),
        weeks=block.weeks,
        was_start_on=block.start_on,
        was_weeks=block.weeks,
        reason="visa",
        note=NOTE,
        answer_note=NOTE,
        answer_by=placement.created_at + timedelta(days=7),
    )


MOVES = {
    "reschedule_requested": ("move", {"reschedule_requested"}),
    "extension_offered": ("extension", {"extension_offered"}),
    "placement_moved": ("move", {"placement_rescheduled", "learner_rescheduled"}),
    "reschedule_declined": ("move", {"reschedule_declined"}),
    "reschedule_taken_back": ("move", {"reschedule_taken_back"}),
    "reschedule_expired": ("move", {"reschedule_expired"}),
}
EXTENSIONS = {
    "placement_moved": {"placement_extended", "learner_extended"},
    "reschedule_declined": {"extension_declined"},
    "reschedule_taken_back": {"extension_taken_back"},
}
CASES = [(name, *facts) for name, facts in MOVES.items()] + [
    (name, "extension", templates) for name, templates in EXTENSIONS.items()
]


@pytest.mark.parametrize(("name", "kind", "templates"), CASES)
def test_mail_about_other_dates(make, name, kind, templates):
    thing = make(S.ONBOARDING)

    getattr(emails, name)(request_of(thing, kind), occasion=occasion(thing))

    assert all_sent().keys() == templates
    for message in Message.objects.all():
        well_formed(message)


@pytest.mark.parametrize("kind", ["move", "extension"])
def test_the_mail_that_asks_opens_without_a_password(make, kind):
    thing = make(S.ONBOARDING)

    emails.reschedule_reminder(request_of(thing, kind), due=3)

    message = Message.objects.get()
    assert re.search(r"https?://\S+/m/\S+/", message.body)
    assert message.secret
    assert message.subject.startswith("[Reply by ")
