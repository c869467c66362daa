"""Role × profile × verb: who reads and who changes whose profile, by whatever address."""

from datetime import date

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from accounts.actions import COORDINATORS, ensure_groups, give_consent
from accounts.kinds import ConsentKind, ShotKind
from accounts.models import ImmunizationFact, Licence, PreceptorProfile
from placements.states import Status
from tests.factories.accounts import (
    BoardFactory,
    DelegationFactory,
    PreceptorFactory,
    StaffFactory,
    UserFactory,
)
from tests.factories.placements import ApplicationFactory, learner
from tests.factories.rotations import ListingFactory

pytestmark = pytest.mark.django_db

ROLES = ("anonymous", "owner", "learner", "host", "delegate", "colleague", "clerk",
         "coordinator", "admin")  # fmt: skip
IN, OK, BAD, NO, GONE, VERB = 302, 200, 422, 403, 404, 405


def row(*cells):
    return dict(zip(ROLES, cells, strict=True))


# The roles, in this order: nobody; the learner whose profile it is; another learner; the preceptor
# she applied to; that one's delegate; a preceptor she never wrote to; staff without any
# permission; a coordinator; an administrator. A POST of nothing: a page with faults is 422.
EVERYBODY = row(OK, OK, OK, OK, OK, OK, OK, OK, OK)
OWN = row(IN, OK, OK, OK, OK, OK, OK, OK, OK)
PRECEPTORS = row(IN, NO, NO, OK, NO, OK, NO, NO, NO)
SAFE_ONLY = row(*[VERB] * len(ROLES))
# The admin's door for who is not staff is the sign-in.
OFFICE = row(IN, IN, IN, IN, IN, IN, NO, OK, OK)
NOBODY = row(IN, IN, IN, IN, IN, IN, NO, NO, NO)
FAULTS = row(IN, NO, NO, BAD, NO, BAD, NO, NO, NO)
DONE = row(IN, NO, NO, IN, NO, IN, NO, NO, NO)
# View → what a GET and what a POST answers to each role.
TABLE = {
    # Her own, whoever she is: there is no address of another's.
    "accounts:profile": (OWN, row(IN, BAD, BAD, IN, BAD, IN, BAD, BAD, BAD)),
    "accounts:credentials": (PRECEPTORS, FAULTS),
    "accounts:licence_add": (PRECEPTORS, FAULTS),
    "accounts:licence": (PRECEPTORS, FAULTS),
    "accounts:board_add": (PRECEPTORS, FAULTS),
    "accounts:board": (
        row(IN, NO, NO, OK, NO, GONE, NO, NO, NO),
        row(IN, NO, NO, BAD, NO, GONE, NO, NO, NO),
    ),
    "accounts:board_remove": (SAFE_ONLY, row(IN, NO, NO, IN, NO, GONE, NO, NO, NO)),
    "accounts:photo": (SAFE_ONLY, FAULTS),
    "accounts:photo_remove": (SAFE_ONLY, DONE),
    "accounts:licence_remove": (SAFE_ONLY, DONE),
    # The record of vaccines: after her consent, and the others give theirs first.
    "accounts:immunizations": (
        row(IN, OK, IN, IN, IN, IN, IN, IN, IN),
        row(IN, BAD, IN, IN, IN, IN, IN, IN, IN),
    ),
    "accounts:immunization_remove": (
        SAFE_ONLY,
        row(IN, IN, GONE, GONE, GONE, GONE, GONE, GONE, GONE),
    ),
    # A learner's profile, as a preceptor sees it with a request.
    "placements:review": (row(IN, NO, GONE, OK, OK, GONE, GONE, OK, OK), SAFE_ONLY),
    # A preceptor's profile, as anybody sees it.
    "rotations:preceptor": (EVERYBODY, SAFE_ONLY),
    "rotations:preceptor_photo": (EVERYBODY, SAFE_ONLY),
    # Everybody's, as staff see and change it.
    "admin:accounts_user_change": (OFFICE, OFFICE),
    "admin:accounts_user_history": (OFFICE, OFFICE),
    "admin:accounts_learnerprofile_change": (OFFICE, OFFICE),
    "admin:accounts_learnerprofile_history": (OFFICE, OFFICE),
    "admin:accounts_preceptorprofile_change": (OFFICE, OFFICE),
    "admin:accounts_preceptorprofile_history": (OFFICE, OFFICE),
    "admin:accounts_immunizationfact_change": (OFFICE, NOBODY),
}
# Who changes something by a POST of nothing: her own, by a button that asks nothing more.
CHANGES = {
    ("accounts:immunization_remove", "owner"),
    ("accounts:profile", "host"),  # nothing in it has to be filled in
    ("accounts:photo_remove", "host"),
    ("accounts:board_remove", "host"),
}


class Company:
    def __init__(self, second_factor):
        ensure_groups()
        self.owner, self.learner = learner(), learner()
        self.listing = ListingFactory()
        self.host = self.listing.preceptor.user
        self.licence = Licence.objects.get(preceptor=self.listing.preceptor)
        self.board = BoardFactory(preceptor=self.listing.preceptor)
        self.delegate = DelegationFactory(preceptor=self.listing.preceptor).person
        self.colleague = PreceptorFactory().user
        self.clerk = second_factor(UserFactory(is_staff=True))
        self.coordinator = second_factor(UserFactory(is_staff=True))
        self.coordinator.groups.add(Group.objects.get(name=COORDINATORS))
        self.admin = second_factor(StaffFactory())
        self.application = ApplicationFactory(
            learner=self.owner, listing=self.listing, status=Status.UNDER_REVIEW
        )
        give_consent(self.owner, ConsentKind.HEALTH, version="1", address=None)
        self.listing.preceptor.photo.save("photo.jpg", ContentFile(b"a picture"))
        self.fact = ImmunizationFact.objects.create(
            owner=self.owner, kind=ShotKind.MMR, on=date(1999, 5, 1)
        )

    def address(self, name):
        host = self.listing.preceptor
        arguments = {
            "accounts:licence": [self.licence.state],
            "accounts:licence_remove": [self.licence.state],
            "accounts:board": [self.board.pk],
            "accounts:board_remove": [self.board.pk],
            "accounts:immunization_remove": [self.fact.code],
            "placements:review": [self.application.code],
            "rotations:preceptor": [host.slug],
            "rotations:preceptor_photo": [host.slug],
            "admin:accounts_user_change": [self.owner.pk],
            "admin:accounts_user_history": [self.owner.pk],
            "admin:accounts_learnerprofile_change": [self.owner.learner_profile.pk],
            "admin:accounts_learnerprofile_history": [self.owner.learner_profile.pk],
            "admin:accounts_immunizationfact_change": [self.fact.pk],
            "admin:accounts_preceptorprofile_change": [host.pk],
            "admin:accounts_preceptorprofile_history": [host.pk],
        }
        return reverse(name, args=arguments.get(name, []))

    def profiles(self):
        """All that is kept of the learner and of the preceptor."""
        rows = (self.owner, self.owner.learner_profile, self.fact, self.host,
                self.listing.preceptor, self.licence, self.board)  # fmt: skip
        return [type(row).objects.filter(pk=row.pk).values().first() for row in rows]


@pytest.fixture
def company(second_factor):
    return Company(second_factor)


@pytest.mark.parametrize("verb", ["GET", "POST"])
@pytest.mark.parametrize("role", ROLES)
def test_who_reads_and_changes_whose_profile(client, company, role, verb):
    if role != "anonymous":
        client.force_login(getattr(company, role))
    wrong, changed = {}, set()
    for name, cells in TABLE.items():
        before = company.profiles()
        got = ask(client, verb, company.address(name))
        wanted = cells[verb == "POST"][role]
        if got != wanted:
            wrong[name] = (got, wanted)
        if company.profiles() != before:
            changed.add((name, role))

    assert wrong == {}
    assert changed == {change for change in CHANGES if change[1] == role and verb == "POST"}


def ask(client, verb, address):
    answer = client.generic(verb, address)
    if answer.streaming:
        b"".join(answer)  # to the end, which closes the file
    return answer.status_code


# What each page of one's own takes; somebody else's profile stays as it is all the same.
FILLED = {
    "accounts:profile": {"name": "Mallory", "call_me": "M", "school": "Nowhere"},
    "accounts:credentials": {"npi": "1987654328", "credential": "MD", "role": "faculty"},
    "accounts:licence": {"number": "ZZ1", "expires_on": "2031-01-01"},
    "accounts:licence_add": {"state": "TX", "number": "ZZ1", "expires_on": "2031-01-01"},
    "accounts:board": {"board": "ABS", "certificate": "surgery", "status": "certified"},
    "accounts:board_add": {"board": "ABS", "certificate": "surgery", "status": "certified"},
    "accounts:immunizations": {"kind": "mmr", "on": "1999-05-02"},
}


@pytest.mark.parametrize("role", ["anonymous", "learner", "delegate", "colleague", "clerk"])
@pytest.mark.parametrize("name", FILLED)
def test_nobody_writes_into_another_by_the_pages_of_her_own(client, company, role, name):
    if role != "anonymous":
        client.force_login(getattr(company, role))
    before = company.profiles()

    for words in (
        {},
        {"pk": company.owner.pk, "user": company.owner.pk, "owner": company.owner.pk},
    ):
        client.post(company.address(name), {**FILLED[name], **words})

    assert company.profiles() == before


def test_a_hidden_preceptor_is_seen_by_herself_and_staff_alone(client, company):
    PreceptorProfile.objects.filter(pk=company.listing.preceptor.pk).update(
        suspended_at=timezone.now(), suspended_by=company.admin
    )
    seen = {}
    for role in ROLES:
        client.logout()
        if role != "anonymous":
            client.force_login(getattr(company, role))
        seen[role] = [
            ask(client, "GET", company.address(name))
            for name in ("rotations:preceptor", "rotations:preceptor_photo")
        ]

    picture = {"host", "coordinator", "admin"}
    assert seen == {role: [GONE, OK if role in picture else GONE] for role in ROLES}
