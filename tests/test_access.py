"""Every URL × every role. A URL that this table does not name fails the build.

A cell is the status of a GET; 302 is the way to the sign-in. POST-only addresses
answer 405 to a GET by whoever passes the door, and their POSTs stand below.
"""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from accounts.actions import ensure_groups
from accounts.uploads import CleanFile
from guides.models import Guide, Page
from letters.states import LetterStatus
from placements.links import FEED_SIGNER
from placements.models import AttendanceNote, CalendarFeed, Declaration
from placements.states import PlacementStatus, Status
from rotations.kinds import ListingStatus
from tests.factories.accounts import (
    BoardFactory,
    DelegationFactory,
    DocumentFactory,
    DocumentTypeFactory,
    InvitationFactory,
    PreceptorFactory,
    UserFactory,
)
from tests.factories.letters import IssuedDocumentFactory, LetterRequestFactory
from tests.factories.placements import ApplicationFactory, PlacementFactory, learner
from tests.factories.privacy import ErasureFactory, ExportFactory
from tests.factories.rotations import ListingFactory
from tests.papers import drawn
from threads.actions.messages import send_message
from threads.actions.reports import file_report

pytestmark = pytest.mark.django_db

ROLES = ("anonymous", "learner", "other", "preceptor", "delegate", "colleague", "coordinator")
SIGN_IN, OK, NO, GONE, POST = 302, 200, 403, 404, 405
# The password is asked once more.
AGAIN = 302


def row(*cells):
    return dict(zip(ROLES, cells, strict=True))


PUBLIC = row(OK, OK, OK, OK, OK, OK, OK)
POSTED = row(POST, POST, POST, POST, POST, POST, POST)
# (URL name, arguments) → what a GET answers to each role.
TABLE = {
    "rotations:home": PUBLIC,
    "rotations:catalogue": PUBLIC,
    "rotations:listing": PUBLIC,
    "rotations:ask": PUBLIC,
    "rotations:pairs": PUBLIC,
    "rotations:save_listing": PUBLIC,
    "rotations:compare_listing": PUBLIC,
    "rotations:saved": PUBLIC,
    "rotations:save_search": row(SIGN_IN, OK, OK, OK, OK, OK, OK),
    "rotations:compare": PUBLIC,
    "rotations:alert": row(GONE, GONE, GONE, GONE, GONE, GONE, GONE),
    "rotations:specialties": PUBLIC,
    "rotations:specialty": PUBLIC,
    "rotations:states": PUBLIC,
    "rotations:state": PUBLIC,
    "rotations:feed": PUBLIC,
    "rotations:feed_atom": PUBLIC,
    "rotations:specialty_feed": PUBLIC,
    "rotations:specialty_feed_atom": PUBLIC,
    "rotations:state_feed": PUBLIC,
    "rotations:state_feed_atom": PUBLIC,
    "rotations:preceptor": PUBLIC,
    "rotations:my_listings": row(SIGN_IN, GONE, GONE, OK, OK, OK, GONE),
    "rotations:preceptor_photo": row(GONE, GONE, GONE, GONE, GONE, GONE, GONE),
    "rotations:new_listing": row(SIGN_IN, GONE, GONE, OK, OK, OK, GONE),
    "rotations:edit_listing": row(SIGN_IN, NO, NO, OK, OK, NO, NO),
    "rotations:listing_step": row(SIGN_IN, NO, NO, OK, OK, NO, NO),
    "placements:weeks": row(SIGN_IN, NO, NO, OK, OK, NO, OK),
    "placements:year": row(SIGN_IN, NO, NO, OK, OK, OK, OK),
    "rotations:take_back_listing": POSTED,
    "rotations:discard_listing": POSTED,
    "rotations:pause_listing": POSTED,
    "rotations:resume_listing": POSTED,
    "rotations:submit_listing": POSTED,
    "guides:index": PUBLIC,
    "guides:guide": PUBLIC,
    "guides:page": PUBLIC,
    "letters:verify": PUBLIC,
    "letters:verify_code": PUBLIC,
    "letters:verify_capitals": row(302, 302, 302, 302, 302, 302, 302),
    "letters:compare": POSTED,
    "letters:certificate_keys": PUBLIC,
    "letters:certificate": row(SIGN_IN, 202, GONE, 202, 202, GONE, 202),
    "letters:requests": row(SIGN_IN, OK, OK, OK, OK, OK, OK),
    "letters:request": row(SIGN_IN, OK, GONE, OK, GONE, GONE, OK),
    "letters:request_pdf": row(SIGN_IN, GONE, GONE, GONE, GONE, GONE, GONE),
    "letters:ask": row(SIGN_IN, 302, GONE, GONE, GONE, GONE, GONE),
    "letters:packet": row(OK, GONE, OK, OK, OK, OK, OK),
    "letters:packet_pdf": row(GONE, GONE, GONE, GONE, GONE, GONE, GONE),
    # Who has an account has a profile.
    "accounts:questions": row(OK, 302, 302, 302, 302, 302, 302),
    "accounts:clear_answers": POSTED,
    "letters:planner": PUBLIC,
    "accounts:dashboard": row(SIGN_IN, 302, 302, 302, 302, 302, 302),
    "accounts:take_role": POSTED,
    "accounts:profile": row(SIGN_IN, OK, OK, OK, OK, OK, OK),
    "accounts:stop_address_change": row(GONE, GONE, GONE, GONE, GONE, GONE, GONE),
    "accounts:end_session": POSTED,
    "accounts:decline_second_factor": POSTED,
    "accounts:credentials": row(SIGN_IN, NO, NO, OK, NO, OK, NO),
    "accounts:licence_add": row(SIGN_IN, NO, NO, OK, NO, OK, NO),
    "accounts:licence": row(SIGN_IN, NO, NO, OK, NO, OK, NO),
    "accounts:licence_remove": POSTED,
    "accounts:board_add": row(SIGN_IN, NO, NO, OK, NO, OK, NO),
    "accounts:board": row(SIGN_IN, NO, NO, OK, NO, GONE, NO),
    "accounts:board_remove": POSTED,
    "accounts:photo": POSTED,
    "accounts:photo_remove": POSTED,
    "accounts:wallet": row(SIGN_IN, OK, OK, OK, OK, OK, OK),
    "accounts:immunizations": row(SIGN_IN, 302, 302, 302, 302, 302, 302),
    "accounts:immunization_remove": POSTED,
    "accounts:document_add": row(SIGN_IN, OK, OK, OK, OK, OK, OK),
    "accounts:documents_add": row(SIGN_IN, OK, OK, OK, OK, OK, OK),
    "accounts:documents_check": row(SIGN_IN, 302, 302, 302, 302, 302, 302),
    "accounts:document_add_type": row(SIGN_IN, OK, OK, OK, OK, OK, OK),
    "accounts:document": row(SIGN_IN, OK, GONE, GONE, GONE, GONE, OK),
    "accounts:document_page": row(SIGN_IN, OK, GONE, GONE, GONE, GONE, OK),
    "accounts:document_dates": row(SIGN_IN, OK, GONE, GONE, GONE, GONE, GONE),
    "accounts:document_remove": POSTED,
    "accounts:offer": row(OK, OK, OK, 302, OK, 302, OK),
    "accounts:offered": PUBLIC,
    "accounts:joined": row(SIGN_IN, 302, 302, OK, 302, OK, 302),
    "accounts:invitation": row(OK, NO, NO, NO, NO, NO, NO),
    "accounts:delegates": row(SIGN_IN, NO, NO, OK, OK, OK, NO),
    "accounts:office_mail": POSTED,
    "accounts:delegation_end": POSTED,
    "accounts:invitation_again": POSTED,
    "accounts:invitation_revoke": POSTED,
    "placements:my_applications": row(SIGN_IN, OK, OK, OK, OK, OK, OK),
    "placements:apply": row(SIGN_IN, OK, OK, NO, OK, NO, NO),
    "placements:application": row(SIGN_IN, OK, GONE, 302, 302, GONE, OK),
    "placements:dates": row(SIGN_IN, 302, GONE, NO, NO, GONE, 302),
    "placements:about": row(SIGN_IN, 302, GONE, NO, NO, GONE, 302),
    "placements:documents": row(SIGN_IN, 302, GONE, NO, NO, GONE, 302),
    "placements:send": row(SIGN_IN, 302, GONE, NO, NO, GONE, 302),
    "placements:sent": row(SIGN_IN, OK, GONE, NO, NO, GONE, OK),
    "placements:withdraw": row(SIGN_IN, OK, GONE, NO, NO, GONE, OK),
    "placements:offer": row(SIGN_IN, 302, GONE, NO, NO, GONE, 302),
    "placements:accept": POSTED,
    "placements:decline_offer": POSTED,
    "placements:stay": POSTED,
    "placements:seat": row(GONE, GONE, GONE, GONE, GONE, GONE, GONE),
    "placements:placement": row(SIGN_IN, OK, GONE, OK, OK, GONE, OK),
    "placements:calendar": row(SIGN_IN, OK, GONE, OK, OK, GONE, OK),
    "placements:hours": POSTED,
    "placements:cancel": row(SIGN_IN, 302, GONE, NO, NO, GONE, 302),
    "placements:money": row(SIGN_IN, OK, GONE, NO, NO, GONE, OK),
    "placements:receipt": row(SIGN_IN, OK, GONE, GONE, GONE, GONE, OK),
    # The PDF is not made yet.
    "placements:receipt_pdf": row(SIGN_IN, 302, GONE, GONE, GONE, GONE, 302),
    # A preceptor's own; whoever has none of her own sees none.
    "placements:earnings": row(SIGN_IN, GONE, GONE, OK, GONE, OK, GONE),
    "placements:move": row(SIGN_IN, 302, GONE, NO, NO, GONE, 302),
    "placements:extend": row(SIGN_IN, NO, GONE, 302, 302, GONE, NO),
    "placements:answer_move": POSTED,
    "placements:hold": row(SIGN_IN, 302, GONE, 302, 302, GONE, NO),
    "placements:call_off": row(SIGN_IN, NO, GONE, 302, 302, GONE, NO),
    "placements:no_show": row(SIGN_IN, NO, GONE, 302, 302, GONE, NO),
    "placements:stop": row(SIGN_IN, NO, GONE, 302, 302, GONE, NO),
    "placements:declaration": row(SIGN_IN, OK, GONE, NO, NO, GONE, OK),
    "placements:attendance": row(SIGN_IN, OK, GONE, OK, OK, GONE, OK),
    "placements:calendars": row(SIGN_IN, OK, OK, OK, OK, OK, OK),
    "placements:feed": PUBLIC,
    "placements:move_link": row(GONE, GONE, GONE, GONE, GONE, GONE, GONE),
    "placements:inbox": row(SIGN_IN, NO, NO, OK, OK, OK, NO),
    "placements:learners": row(SIGN_IN, NO, NO, OK, OK, OK, NO),
    "placements:review": row(SIGN_IN, NO, GONE, OK, OK, GONE, OK),
    "placements:confirm": POSTED,
    "placements:undo": POSTED,
    "placements:waitlist": POSTED,
    "placements:reopen": POSTED,
    "placements:decline": POSTED,
    "placements:school": row(SIGN_IN, 302, GONE, NO, NO, GONE, 302),
    "placements:school_link": row(GONE, GONE, GONE, GONE, GONE, GONE, GONE),
    "placements:link": row(GONE, GONE, GONE, GONE, GONE, GONE, GONE),
    "placements:sign_hours": row(SIGN_IN, NO, GONE, OK, OK, GONE, NO),
    "placements:arrived": POSTED,
    "placements:evaluation": row(SIGN_IN, NO, GONE, OK, NO, GONE, NO),
    "threads:threads": row(SIGN_IN, OK, OK, OK, OK, OK, OK),
    "threads:mails": POSTED,
    # What a mail carries, for whoever has it.
    "threads:quiet_link": row(GONE, GONE, GONE, GONE, GONE, GONE, GONE),
    "threads:thread": row(SIGN_IN, OK, GONE, OK, OK, GONE, OK),
    "threads:of_placement": row(SIGN_IN, 302, GONE, 302, 302, GONE, 302),
    "threads:attachment": row(SIGN_IN, OK, GONE, OK, OK, GONE, OK),
    "threads:report": row(SIGN_IN, OK, OK, OK, OK, OK, OK),
    # Its writer's alone; staff have it in the admin.
    "threads:own_report": row(SIGN_IN, OK, GONE, GONE, GONE, GONE, GONE),
    "privacy:home": row(SIGN_IN, OK, OK, OK, OK, OK, OK),
    "privacy:ask_copy": row(SIGN_IN, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN),
    "privacy:export": row(SIGN_IN, AGAIN, GONE, GONE, GONE, GONE, GONE),
    "privacy:readings": row(SIGN_IN, OK, OK, OK, OK, OK, OK),
    "privacy:health": row(SIGN_IN, OK, OK, OK, OK, OK, OK),
    "privacy:erase": row(SIGN_IN, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN, AGAIN),
    "privacy:call_off": POSTED,
    "privacy:keep": PUBLIC,
    "healthz": PUBLIC,
    "readyz": row(503, 503, 503, 503, 503, 503, 503),
    "stay": PUBLIC,
    "kept": row(SIGN_IN, GONE, GONE, GONE, GONE, GONE, GONE),
    "theme": PUBLIC,
    "theme_css": PUBLIC,
    "robots": PUBLIC,
    "sitemap_index": PUBLIC,
    "sitemap": PUBLIC,
    "manifest": PUBLIC,
    "favicon": row(302, 302, 302, 302, 302, 302, 302),
}
# Whole families with a door of their own, tested where they are at home.
ELSEWHERE = ("admin:", "account_", "mfa_", "socialaccount_", "usersessions_", "outbox:")


def names(patterns=None, space=""):
    """Every URL name of the project, with its namespace."""
    for entry in patterns or get_resolver().url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{space}{entry.namespace}:" if entry.namespace else space
            yield from names(entry.url_patterns, inner)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{space}{entry.name}"


def test_no_page_ships_unclassified():
    found = {name for name in names() if not name.startswith(ELSEWHERE)}

    assert found - TABLE.keys() == set()
    assert TABLE.keys() - found == set()


class Cast:
    """One learner's application, placement and letter with one preceptor, and bystanders."""

    def __init__(self):
        ensure_groups()
        self.learner, self.other = learner(), learner()
        self.listing = ListingFactory(weeks=12)
        self.preceptor = self.listing.preceptor.user
        self.delegation = DelegationFactory(preceptor=self.listing.preceptor)
        self.delegate = self.delegation.person
        self.invitation = InvitationFactory(preceptor=self.listing.preceptor, link="from-the-mail")
        self.board = BoardFactory(preceptor=self.listing.preceptor)
        self.colleague = PreceptorFactory().user
        self.coordinator = UserFactory(is_staff=True)
        self.coordinator.groups.add(Group.objects.get(name="coordinators"))
        Authenticator.objects.create(user=self.coordinator, type="totp", data={"secret": "x"})
        self.application = ApplicationFactory(
            learner=self.learner, listing=self.listing, status=Status.UNDER_REVIEW
        )
        self.placement = PlacementFactory(
            learner=self.learner, listing=self.listing, status=PlacementStatus.COMPLETED
        )
        self.document = drawn(DocumentFactory(owner=self.learner))
        self.receipt = self.placement.ledger.get(kind="received").receipt
        self.certificate = IssuedDocumentFactory(placement=self.placement)
        self.letter = LetterRequestFactory(placement=self.placement, status=LetterStatus.REQUESTED)
        file = CleanFile(b"%PDF-1.4\n%%EOF\n", "application/pdf", "letter.pdf", 1)
        self.message = send_message(
            self.application, by=self.learner, text="Hello", key="of-one-form", files=[file]
        )
        self.thread, self.attachment = self.message.thread, self.message.attachments.get()
        self.report = file_report(
            by=self.learner, concern="safety", text="A needle", no_mail=True,
            application=self.application,
        )  # fmt: skip
        self.export = ExportFactory(owner=self.learner, ready=True)
        self.erasure = ErasureFactory()
        self.feed = CalendarFeed.objects.create(owner=self.learner, side="learner")
        kind = DocumentTypeFactory(slug="conduct", name="Code of conduct")
        Declaration.objects.create(type=kind, version=1, body="Text")
        AttendanceNote.objects.create(
            placement=self.placement,
            issued_by=self.coordinator,
            facts={"start_on": "2027-03-01", "end_on": "2027-03-12"},
        )

    def arguments(self, name):
        app, _colon, page = name.rpartition(":")
        slug = {"listing": self.listing.slug, "ask": self.listing.slug, "apply": self.listing.slug,
                "specialty": self.listing.specialty.slug,
                "specialty_feed": self.listing.specialty.slug,
                "specialty_feed_atom": self.listing.specialty.slug,
                "state": self.listing.site.state.slug,
                "state_feed": self.listing.site.state.slug,
                "state_feed_atom": self.listing.site.state.slug,
                "sitemap": "listings",
                "preceptor": self.listing.preceptor.slug,
                "pause_listing": self.listing.slug, "resume_listing": self.listing.slug,
                "submit_listing": self.listing.slug, "save_listing": self.listing.slug,
                "compare_listing": self.listing.slug, "alert": "nothing-we-made", "edit_listing": self.listing.slug,
                "weeks": self.listing.slug, "take_back_listing": self.listing.slug,
                "discard_listing": self.listing.slug,
                "preceptor_photo": self.listing.preceptor.slug,
                "licence": "TX", "licence_remove": "TX", "board": self.board.pk,
                "board_remove": self.board.pk, "guide": "visas", "page": "terms",
                "document_add_type": self.document.type.slug,
                "document": self.document.code,
                "document_dates": self.document.code, "document_remove": self.document.code,
                "verify_code": self.certificate.code, "verify_capitals": self.certificate.code,
                "compare": self.certificate.code, "certificate": self.certificate.code,
                "receipt": self.receipt.code, "receipt_pdf": self.receipt.code,
                "request": self.letter.code, "request_pdf": self.letter.code,
                "packet": self.letter.token, "packet_pdf": self.letter.token,
                "stop_address_change": "nothing-we-made", "end_session": 0,
                "take_role": "coordinator",
                "invitation": "from-the-mail", "delegation_end": self.delegation.code,
                "invitation_again": self.invitation.code,
                "invitation_revoke": self.invitation.code,
                "export": self.export.code, "keep": self.erasure.code,
                "link": "nothing-we-made", "school_link": "nothing-we-made",
                "seat": "nothing-we-made", "move_link": "nothing-we-made",
                "feed": FEED_SIGNER.sign_object([self.feed.pk, self.feed.code]),
                "immunization_remove": "nobodys"}  # fmt: skip
        of_a_thread = {
            "thread": self.application.code,
            "of_placement": self.placement.code,
            "attachment": self.attachment.code,
            "own_report": self.report.code,
            "quiet_link": "nothing-we-made",
        }
        of_a_placement = {
            "move",
            "extend",
            "answer_move",
            "hold",
            "call_off",
            "no_show",
            "stop",
            "attendance",
            "placement",
            "money",
            "calendar",
            "hours",
            "cancel",
            "sign_hours",
            "arrived",
            "evaluation",
        }
        if page == "listing_step":
            return [self.listing.slug, "work"]
        if app == "letters" and page == "ask":
            return [self.placement.code]
        if app == "placements" and page in of_a_placement:
            return [self.placement.code]
        two = {
            "declaration": [self.placement.code, "conduct"],
            "document_page": [self.document.code, 1],
        }
        if page in two:
            return two[page]
        if app == "placements" and page not in slug:
            return [self.application.code]
        if app == "threads":
            slug = of_a_thread
        return [slug[page]] if page in slug else []

    def address(self, name):
        for arguments in (self.arguments(name), []):
            try:
                return reverse(name, args=arguments)
            except NoReverseMatch:
                continue
        raise AssertionError(name)


@pytest.fixture
def cast():
    Guide.objects.create(slug="visas", title="Visas", summary="In short", group="visa", body="Text")
    Page.objects.create(slug="terms", title="Terms", body="Text")
    return Cast()


def look(client, address):
    response = client.get(address)
    for close in response._resource_closers:
        close()
    return response.status_code


@pytest.mark.parametrize("role", ROLES)
def test_what_a_get_answers(client, cast, role):
    if role != "anonymous":
        client.force_login(getattr(cast, role))

    answers = {name: look(client, cast.address(name)) for name in TABLE}

    wanted = {name: cells[role] for name, cells in TABLE.items()}
    wrong = {name: got for name, got in answers.items() if got != wanted[name]}
    assert wrong == {}, wrong


POSTS = [
    "placements:confirm", "placements:decline", "placements:undo", "placements:accept",
    "placements:waitlist", "placements:reopen", "placements:stay",
    "placements:decline_offer", "placements:withdraw", "placements:hours", "placements:sign_hours",
    "placements:evaluation", "placements:arrived", "placements:cancel", "placements:send",
    "placements:move", "placements:extend", "placements:answer_move", "placements:hold",
    "placements:call_off", "placements:no_show", "placements:stop", "placements:declaration",
    "accounts:document_remove", "letters:request", "letters:ask", "rotations:pause_listing",
    "accounts:delegation_end", "accounts:invitation_again", "accounts:invitation_revoke",
    "rotations:listing_step", "placements:weeks", "rotations:take_back_listing",
    "threads:thread", "rotations:discard_listing", "privacy:ask_copy", "privacy:erase", "privacy:call_off",
]  # fmt: skip


@pytest.mark.parametrize("name", POSTS)
@pytest.mark.parametrize("role", ["anonymous", "other", "colleague"])
def test_nobody_moves_what_is_somebody_elses(client, cast, role, name):
    if role != "anonymous":
        client.force_login(getattr(cast, role))
    before = snapshot(cast)

    response = client.post(cast.address(name), {"move": "cancel", "reason": "away", "sign": "1"})

    assert response.status_code in {SIGN_IN, NO, GONE}
    assert snapshot(cast) == before


# What stays with the preceptor herself (ADR 0013).
HERS_ALONE = [
    "placements:evaluation", "letters:request", "letters:ask", "accounts:office_mail",
    "accounts:delegates", "accounts:invitation_again", "accounts:invitation_revoke",
    "accounts:credentials", "accounts:licence_add", "accounts:licence_remove", "accounts:photo",
    "accounts:board_add", "accounts:board_remove",
]  # fmt: skip


@pytest.mark.parametrize("name", HERS_ALONE)
def test_a_delegate_does_not_judge_nor_invite(client, cast, name):
    client.force_login(cast.delegate)
    before = snapshot(cast)

    response = client.post(
        cast.address(name), {"move": "agree", "sign": "1", "email": "x@example.com", "wanted": "on"}
    )

    assert response.status_code in {NO, GONE}
    assert snapshot(cast) == before


def snapshot(cast):
    rows = (cast.application, cast.placement, cast.letter, cast.document, cast.listing,
            cast.thread, cast.message, cast.report, cast.delegation, cast.invitation, cast.export, cast.erasure)  # fmt: skip
    return [type(thing).objects.filter(pk=thing.pk).values().get() for thing in rows]


@pytest.mark.parametrize("role", ["anonymous", "learner", "colleague"])
@pytest.mark.parametrize(
    "status", [ListingStatus.DRAFT, ListingStatus.PAUSED, ListingStatus.ARCHIVED]
)
def test_a_listing_that_is_not_public_does_not_exist(client, cast, role, status):
    type(cast.listing).objects.filter(pk=cast.listing.pk).update(status=status)
    if role != "anonymous":
        client.force_login(getattr(cast, role))

    assert client.get(cast.listing.get_absolute_url()).status_code == GONE
