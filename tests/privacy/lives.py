"""Two people with all that a portal can come to hold about somebody."""

from datetime import date

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import CHANGE, LogEntry
from django.test import Client
from django.utils import timezone

from accounts.actions import (
    add_document,
    add_fact,
    give_consent,
    read_document,
    reject_document,
    remove_document,
    save_profile,
)
from accounts.kinds import ConsentKind, DocumentGroup, RejectReason
from accounts.models import AddressChange, Introduction
from accounts.uploads import CleanFile
from audit.actions import record
from letters import emails as letter_emails
from letters.actions.requests import attach_request_pdf
from letters.states import LetterStatus
from placements import emails as placement_emails
from placements.actions.demands import sign_declaration
from placements.models import (
    ApplicationDocument,
    AttendanceNote,
    CalendarFeed,
    Declaration,
    Hold,
    LateRequirement,
    RescheduleRequest,
    RuleChange,
    SchoolApproval,
)
from placements.states import PlacementStatus, Status
from rotations.actions.alerts import save_search
from rotations.actions.questions import ask_question
from rotations.actions.saved import as_it_stands, save_listing
from rotations.actions.seats import plan_weeks
from rotations.kinds import Often
from rotations.models import Told
from rotations.queries import Wish
from tests.factories.accounts import (
    DelegationFactory,
    DocumentFactory,
    DocumentTypeFactory,
    InvitationFactory,
    LearnerFactory,
    PreceptorFactory,
    StaffFactory,
    UserFactory,
)
from tests.factories.letters import IssuedDocumentFactory, LetterRequestFactory
from tests.factories.placements import (
    ApplicationFactory,
    EvaluationFactory,
    HoursEntryFactory,
    PlacementFactory,
)
from tests.factories.rotations import ListingFactory
from tests.papers import small_pdf

PASSWORD = "quiet harbor lantern nine"
LEARNER_WORDS = [
    "Zyxwina", "Quibberly", "zyx@quibberly.example", "old@quibberly.example", "867-5309",
    "98765432", "87654321", "Plimsoll College", "Grebnik", "Zorvath", "Vexmoor",
    "203.0.113.77",
]  # fmt: skip
PRECEPTOR_WORDS = [
    "Thessaly", "Vandermolen", "thv@ward.example", "555-7788", "1234567893", "Ogdoad Clinic",
    "K77123X", "203.0.113.78",
]  # fmt: skip


def _file(name):
    content = small_pdf("A paper of Zyxwina Quibberly")
    return CleanFile(content=content, name=name, content_type="application/pdf", pages=1)


def _signed_in(user, address):
    client = Client(REMOTE_ADDR=address)
    client.force_login(user)
    client.get("/profile/")
    return client


def _sign_in_facts(user, other_address):
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    EmailAddress.objects.create(user=user, email=other_address, verified=False)
    AddressChange.objects.create(
        user=user, old=f"older-{other_address}", new=user.email, key=other_address
    )
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x", "who": user.name})
    SocialAccount.objects.create(
        user=user, provider="google", uid=f"g-{user.pk}", extra_data={"name": user.name}
    )


def _office_log(staff, *things):
    for thing in things:
        LogEntry.objects.log_actions(
            staff.pk, [thing], CHANGE, [{"changed": {"object": str(thing)}}]
        )


def learner():
    """She learned, wrote, uploaded, was evaluated, got a certificate, and is done."""
    user = UserFactory(
        name="Zyxwina Quibberly", call_me="Zyxwina", email="zyx@quibberly.example",
        pronouns="she", time_zone="Africa/Lagos", password=PASSWORD,
    )  # fmt: skip
    profile = LearnerFactory(
        user=user, school="Plimsoll College", aamc_id="98765432", usmle_id="87654321",
        phone="(301) 867-5309", languages="Grebnik", goals="Grebnik wards",
        statement="I am Zyxwina and I speak Grebnik.",
        emergency_name="Zorvath", emergency_relation="Grebnik uncle",
        emergency_phone="(301) 867-5309",
    )  # fmt: skip
    staff, listing = StaffFactory(), ListingFactory(weeks=12)
    _sign_in_facts(user, "old@quibberly.example")
    _signed_in(user, "203.0.113.77")
    for kind in (ConsentKind.TERMS, ConsentKind.HEALTH):
        give_consent(user, kind, version="1", address="203.0.113.77")
    profile.goals = "Grebnik surgery"
    save_profile(profile, by=user)
    add_fact(user, by=user, kind="mmr", on=date(1999, 5, 1))
    papers = _papers(user, staff)
    placement = _rotation(user, listing, papers)
    _declined(user, papers)
    SchoolApproval.objects.create(
        application=placement.application, preceptor=listing.preceptor, asked_by=user,
        start_on=placement.start_on, end_on=placement.end_on, expires_at=timezone.now(),
        official_name="Dean Vexmoor", official_email="dean@vexmoor.example",
        facts={"learner": user.name, "school": "Plimsoll College"},
    )  # fmt: skip
    _keeps(user, listing)
    ask_question(listing, by=user, name=user.name, email=user.email, text="Zyxwina asks.")
    _office_log(staff, user, profile, placement, placement.application, papers[0])
    return user


def _keeps(user, listing):
    """What she saved, and what she was told of it."""
    save_listing(as_it_stands(listing), by=user)
    alert = save_search("q=Zyxwina", "“Zyxwina”", Often.DAILY, by=user)
    Told.objects.create(alert=alert, listing=listing, start_on=date(2027, 3, 1), weeks=4)


def _papers(user, staff):
    tb = DocumentTypeFactory(is_health=True)
    cv = DocumentTypeFactory(slug="cv", name="CV", group=DocumentGroup.OTHER, validity="none")
    first = add_document(user, tb, _file("quibberly-tb.pdf"), by=user)
    second = add_document(user, tb, _file("zyxwina-tb.pdf"), by=user)
    reject_document(second, by=staff, reason=RejectReason.UNREADABLE, note="Dear Zyxwina, again.")
    third = add_document(user, cv, _file("quibberly-cv.pdf"), by=user)
    read_document(third, by=user, address="203.0.113.77")
    read_document(third, by=staff, address="198.51.100.7")
    remove_document(add_document(user, cv, _file("quibberly-old-cv.pdf"), by=user), by=user)
    return [first, second, DocumentFactory(owner=user, type=cv, name="quibberly-new-cv.pdf",
                                           superseded_at=timezone.now())]  # fmt: skip


def _rotation(user, listing, papers):
    placement = PlacementFactory(
        learner=user, listing=listing, status=PlacementStatus.COMPLETED,
        application__statement="Zyxwina wants to learn.",
        application__answers={"name": user.name, "school": "Plimsoll College"},
        note="Zyxwina was late.",
    )  # fmt: skip
    application = placement.application
    ApplicationDocument.objects.create(application=application, document=papers[0])
    HoursEntryFactory(placement=placement, signed=True, note="Zyxwina on rounds")
    EvaluationFactory(placement=placement, signed=True, comment="Zyxwina listens well.")
    certificate = IssuedDocumentFactory(placement=placement)
    letter = LetterRequestFactory(
        placement=placement, status=LetterStatus.CONFIRMED, message="Yours, Zyxwina Quibberly"
    )
    attach_request_pdf(letter, small_pdf("Zyxwina Quibberly"))
    _changed_plans(placement)
    for thing in (application, placement, certificate):
        event = record("test.happened", thing, by=user, address="203.0.113.77")
        if thing is application:
            placement_emails.review_request(application, occasion=event)
            placement_emails.application_received(application, occasion=event)
        elif thing is placement:
            placement_emails.placement_wrap_up(placement, occasion=event)
        else:
            letter_emails.certificate_issued(certificate, occasion=event)
    return placement


def _changed_plans(placement):
    """A pause, other dates, a late paper, a statement, a note, and her calendar."""
    user, staff, block = placement.learner, StaffFactory(), placement.block
    day = placement.start_on
    Hold.objects.create(placement=placement, reason="illness", note="Zyxwina was ill",
                        from_on=day, to_on=day)  # fmt: skip
    RescheduleRequest.objects.create(
        placement=placement, kind="move", status="declined", start_on=day, weeks=block.weeks,
        was_start_on=day, was_weeks=block.weeks, reason="visa", note="Zyxwina waits for a visa",
        asked_by=user, answer_by=timezone.now(), answered_at=timezone.now(),
    )  # fmt: skip
    LateRequirement.objects.create(
        placement=placement, type=DocumentTypeFactory(), added_by=staff, waived=True,
        note="Zyxwina had it before",
    )  # fmt: skip
    RuleChange.objects.create(
        placement=placement, changed_at=timezone.now(), added=["tb"], free_until=timezone.now()
    )
    declaration = Declaration.objects.create(
        type=DocumentTypeFactory(slug="conduct", name="Code of conduct"), version=1, body="Text"
    )
    sign_declaration(placement, declaration, by=user, typed_name=user.name, address="203.0.113.77")
    AttendanceNote.objects.create(
        placement=placement, issued_by=staff, facts={"learner": user.name}
    )
    CalendarFeed.objects.create(owner=user, side="learner")


def _declined(user, papers):
    application = ApplicationFactory(
        learner=user, status=Status.DECLINED, statement="Zyxwina again",
        note="Not this time, Zyxwina.", answers={"name": user.name},
    )  # fmt: skip
    ApplicationDocument.objects.create(application=application, document=papers[1])
    event = record("test.happened", application, by=None)
    placement_emails.application_declined(application, occasion=event)


def preceptor():
    """She hosted somebody, and nothing of hers is under way."""
    user = UserFactory(
        name="Thessaly Vandermolen", call_me="Thessaly", email="thv@ward.example",
        password=PASSWORD,
    )  # fmt: skip
    profile = PreceptorFactory(
        user=user, slug="thessaly-vandermolen", npi="1234567893", phone="(301) 555-7788",
        affiliation="Ogdoad Clinic", statement="I, Thessaly, teach at the bedside.",
        licence_in="",
    )  # fmt: skip
    profile.certifications.create(board="other", certificate="Vandermolen board")
    profile.licences.create(state="TX", number="K77123X", expires_on=date(2030, 1, 1))
    Introduction.objects.create(
        preceptor=profile, specialty="Medicine", state="TX", npi="1234567893",
        words="I am Thessaly.",
    )  # fmt: skip
    DelegationFactory(preceptor=profile)
    InvitationFactory(
        email=user.email, accepted_by=user, accepted_at=timezone.now(),
        facts={"name": "Thessaly Vandermolen"},
    )  # fmt: skip
    _sign_in_facts(user, "thv2@ward.example")
    _signed_in(user, "203.0.113.78")
    listing = ListingFactory(
        preceptor=profile, title="Rounds with Thessaly Vandermolen", weeks=4,
        description="Dr. Vandermolen rounds at seven. Write to thv@ward.example.",
        activities=["Walk with Dr. Vandermolen"],
        typical_day=[["7:00 AM", "Dr. Vandermolen’s rounds"]],
    )  # fmt: skip
    last = listing.weeks.latest("monday").monday
    plan_weeks(listing, {last: Wish(0, "Thessaly is away")}, by=None)
    staff = StaffFactory()
    placement = PlacementFactory(
        listing=listing, status=PlacementStatus.COMPLETED,
        application__statement="I want to work with Dr. Vandermolen.",
    )  # fmt: skip
    EvaluationFactory(placement=placement, signed=True, comment="Signed, Thessaly Vandermolen")
    IssuedDocumentFactory(placement=placement)
    LetterRequestFactory(
        placement=placement, status=LetterStatus.DECLINED, message="Dear Dr. Vandermolen, …"
    )
    event = record("test.happened", placement, by=user, address="203.0.113.78")
    placement_emails.placement_wrap_up(placement, occasion=event)
    event = record("test.happened", placement.application, by=user)
    placement_emails.review_request(placement.application, occasion=event)
    _office_log(staff, user, profile, listing)
    return user
