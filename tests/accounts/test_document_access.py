"""Role × document × verb: who reads and who changes which paper, by whatever address."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone

from accounts.actions import COORDINATORS, ensure_groups
from accounts.kinds import Scan, Validity
from accounts.models import Document
from audit.models import Event
from placements.states import Status
from tests.factories.accounts import (
    DelegationFactory,
    DocumentFactory,
    DocumentTypeFactory,
    PreceptorFactory,
    StaffFactory,
    UserFactory,
)
from tests.factories.placements import ApplicationFactory, learner
from tests.factories.rotations import ListingFactory, RequirementFactory
from tests.papers import drawn

pytestmark = pytest.mark.django_db

ROLES = ("anonymous", "owner", "learner", "host", "delegate", "blind_host", "colleague", "clerk",
         "coordinator", "admin")  # fmt: skip
IN, OK, BAD, NO, GONE, VERB = 302, 200, 422, 403, 404, 405


def row(*cells):
    return dict(zip(ROLES, cells, strict=True))


# The roles, in this order: nobody; her own; another learner; a preceptor she applied to whose
# listing asks to see the file; that one's delegate; one whose listing does not ask; one she never
# wrote to; staff without the permission for documents; a coordinator; an administrator.
READ = {
    "paper": row(IN, OK, GONE, OK, OK, GONE, GONE, GONE, OK, OK),
    "passport": row(IN, OK, GONE, GONE, GONE, GONE, GONE, GONE, GONE, OK),
    "earlier": row(IN, OK, GONE, GONE, GONE, GONE, GONE, GONE, OK, OK),
    "waiting": row(IN, GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE),
    "infected": row(IN, GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE),
}
HERS = row(IN, OK, GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE)
NOT_HERS = row(IN, GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE, GONE)
SAFE_ONLY = row(*[VERB] * len(ROLES))
OFFICE = {name: row(IN, IN, IN, IN, IN, IN, IN, NO, OK, OK) for name in READ} | {
    "passport": row(IN, IN, IN, IN, IN, IN, IN, GONE, GONE, OK)
}
PAPERS = tuple(READ)


def reading(paper):
    return {"GET": READ[paper], "HEAD": READ[paper], "POST": SAFE_ONLY}


def dating(paper):
    """Of what counts now, whether or not a scanner has seen it; the dates here are missing."""
    looks = HERS if paper in {"paper", "passport", "waiting"} else NOT_HERS
    return {"GET": looks, "HEAD": looks, "POST": {**looks, "owner": BAD if looks is HERS else GONE}}


def removing(_paper):
    return {"GET": SAFE_ONLY, "HEAD": SAFE_ONLY, "POST": {**HERS, "owner": IN}}


def judging(paper):
    """POST without a decision: the page again, for whoever may decide."""
    posts = {role: BAD if cell == OK else cell for role, cell in OFFICE[paper].items()}
    return {"GET": OFFICE[paper], "HEAD": OFFICE[paper], "POST": posts}


TABLE = {
    "accounts:document": reading,
    "accounts:document_page": reading,
    "accounts:document_dates": dating,
    "accounts:document_remove": removing,
    "admin:accounts_document_change": judging,
}


class Company:
    """One learner with papers in every state, and everybody who might ask for them."""

    def __init__(self, second_factor):
        ensure_groups()
        self.owner, self.learner = learner(), learner()
        self.colleague = PreceptorFactory().user
        self.clerk = second_factor(UserFactory(is_staff=True))
        self.coordinator = second_factor(UserFactory(is_staff=True))
        self.coordinator.groups.add(Group.objects.get(name=COORDINATORS))
        self.admin = second_factor(StaffFactory())
        printed = {"validity": Validity.PRINTED, "validity_months": None}
        kinds = {
            "paper": DocumentTypeFactory(slug="tb", **printed),
            "passport": DocumentTypeFactory(
                slug="passport", name="Passport", is_identity=True, **printed
            ),
            "waiting": DocumentTypeFactory(slug="bls", name="BLS", **printed),
        }
        self.papers = {name: self._paper(kind) for name, kind in kinds.items()}
        self.papers["earlier"] = self._paper(kinds["paper"], superseded_at=timezone.now())
        self.papers["infected"] = self._paper(kinds["waiting"], superseded_at=timezone.now())
        self.host = self._applied_to(kinds.values(), sees=True)
        self.delegate = DelegationFactory(preceptor=self.host.preceptor_profile).person
        self.blind_host = self._applied_to(kinds.values(), sees=False)
        unjudged = {"verified_at": None, "verified_by": None}
        self._now("waiting", scan=Scan.WAITING, **unjudged)
        self._now("infected", scan=Scan.INFECTED, virus="Eicar", **unjudged)

    def _paper(self, kind, **more):
        return drawn(DocumentFactory(owner=self.owner, type=kind, scan=Scan.CLEAN, **more))

    def _applied_to(self, kinds, *, sees):
        listing = ListingFactory()
        for kind in kinds:
            RequirementFactory(listing=listing, type=kind, site_sees_file=sees)
        application = ApplicationFactory(
            learner=self.owner, listing=listing, status=Status.UNDER_REVIEW
        )
        for name in ("paper", "passport", "waiting", "infected"):
            application.sent_documents.create(document=self.papers[name])
        return listing.preceptor.user

    def _now(self, name, **changes):
        Document.objects.filter(pk=self.papers[name].pk).update(**changes)
        self.papers[name].refresh_from_db()

    def address(self, view, name):
        paper = self.papers[name]
        if view.startswith("admin:"):
            return reverse(view, args=[paper.pk])
        return reverse(view, args=[paper.code, 1] if view.endswith("_page") else [paper.code])


@pytest.fixture
def company(second_factor, settings):
    settings.CLAMAV_SOCKET = "127.0.0.1:9"
    return Company(second_factor)


def ask(client, verb, address):
    answer = client.generic(verb, address)
    if answer.streaming:
        b"".join(answer)  # to the end, which closes the file
    return answer.status_code


def everything():
    return list(Document.objects.order_by("pk").values())


@pytest.mark.parametrize("verb", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("role", ROLES)
def test_who_reads_and_changes_which_paper(client, company, role, verb):
    if role != "anonymous":
        client.force_login(getattr(company, role))
    before = everything()
    wrong = {}
    for view, expected in TABLE.items():
        for name in PAPERS:
            got = ask(client, verb, company.address(view, name))
            wanted = expected(name)[verb][role]
            if got != wanted:
                wrong[view, name] = (got, wanted)

    assert wrong == {}
    if (role, verb) != ("owner", "POST"):
        assert everything() == before


@pytest.mark.parametrize("role", ROLES)
def test_every_reading_is_remembered_and_no_other(client, company, role):
    if role != "anonymous":
        client.force_login(getattr(company, role))

    for name in PAPERS:
        ask(client, "GET", company.address("accounts:document", name))
        ask(client, "HEAD", company.address("accounts:document", name))

    opened = {name for name in PAPERS if READ[name][role] == OK}
    read = Event.objects.filter(verb="document.read")
    assert {event.subject_id for event in read} == {str(company.papers[n].pk) for n in opened}
    assert read.count() == len(opened)


@pytest.mark.parametrize("role", [role for role in ROLES if role not in {"anonymous", "owner"}])
def test_nobody_reaches_a_paper_of_another_by_the_pages_of_her_own(client, company, role):
    client.force_login(getattr(company, role))
    codes = [paper.code for paper in company.papers.values()]
    before = everything()

    for address in ("accounts:wallet", "accounts:document_add", "accounts:documents_add"):
        page = client.get(reverse(address)).text
        assert [code for code in codes if code in page] == []
    check = reverse("accounts:documents_check")
    assert client.get(check, {"paper": codes}).status_code == IN
    assert client.post(check, {"paper": codes}).status_code == IN
    assert everything() == before
    assert not Event.objects.filter(verb="document.dates_confirmed").exists()


@pytest.mark.parametrize("role", ["clerk", "coordinator"])
def test_lists_of_the_office_hold_no_passport(client, company, role):
    client.force_login(getattr(company, role))

    answer = client.get(reverse("admin:accounts_document_changelist"))

    assert answer.status_code == (NO if role == "clerk" else OK)
    assert company.papers["passport"].code not in answer.text
