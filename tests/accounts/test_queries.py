"""How the papers of a wallet stand, and which of them rotations ask of her."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.kinds import DocumentGroup, Family, Validity
from accounts.queries import wallet, wallet_row
from tests.factories.accounts import (
    DocumentFactory,
    DocumentTypeFactory,
    LearnerFactory,
    UserFactory,
)
from tests.factories.placements import ApplicationFactory

pytestmark = pytest.mark.django_db


def kind_of(validity, slug="paper", **more):
    months = 12 if validity == Validity.MONTHS else None
    return DocumentTypeFactory(
        slug=slug, name=slug, validity=validity, validity_months=months, **more
    )


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


def state_of(validity, **facts):
    paper = DocumentFactory(type=kind_of(validity), **{"issued_on": None, **facts})
    return wallet_row(paper.owner, paper.type).state


@pytest.mark.parametrize(
    ("validity", "facts", "state"),
    [
        (Validity.NONE, {}, "accepted"),
        (Validity.NONE, {"verified_at": None, "verified_by": None}, "in_review"),
        (Validity.MONTHS, {"issued_on": -30}, "accepted"),
        (Validity.MONTHS, {"issued_on": -400}, "expired"),
        (Validity.MONTHS, {"issued_on": -345}, "expiring"),
        (Validity.MONTHS, {}, "undated"),
        (Validity.PRINTED, {"expires_on": 0}, "expiring"),
        (Validity.PRINTED, {"expires_on": 30}, "expiring"),
        (Validity.PRINTED, {"expires_on": 31}, "accepted"),
        (Validity.PRINTED, {"expires_on": -1}, "expired"),
        (Validity.POLICY, {}, "undated"),
        (Validity.SEASON, {}, "undated"),
        (Validity.SEASON, {"issued_on": -30}, "accepted"),
        (Validity.BLOCK, {}, "accepted"),
    ],
)
def test_a_paper_stands_as_its_dates_say(validity, facts, state):
    days = {name: in_days(days) if name.endswith("_on") else days for name, days in facts.items()}

    assert state_of(validity, **days) == state


def test_what_was_not_accepted_says_so_whatever_its_date():
    paper = DocumentFactory(
        type=kind_of(Validity.PRINTED), expires_on=in_days(900), verified_at=None, verified_by=None
    )
    paper.rejected_at, paper.rejected_by = timezone.now(), paper.owner
    paper.save()

    assert wallet_row(paper.owner, paper.type).state == "rejected"


def test_a_kind_without_a_paper_is_missing():
    assert wallet_row(UserFactory(), kind_of(Validity.NONE)).state == "missing"


def test_the_wallet_puts_first_what_needs_her():
    amara = UserFactory()
    for slug, expires in (("late", -5), ("fine", 300), ("soon", 10)):
        DocumentFactory(
            owner=amara, type=kind_of(Validity.PRINTED, slug), expires_on=in_days(expires)
        )
    kind_of(Validity.NONE, "other", group=DocumentGroup.OTHER)

    found = wallet(amara)

    assert [row.type.slug for row in found.hers] == ["late", "soon"]
    assert (found.accepted, found.in_review, len(found.held)) == (1, 0, 3)
    health, other = found.groups
    assert [row.type.slug for row in health.held] == ["fine"]
    assert [row.type.slug for row in other.missing] == ["other"]


def test_the_wallet_leaves_out_what_is_asked_of_other_families():
    nurse = LearnerFactory(family=Family.NP_STUDENT).user
    kind_of(Validity.NONE, "usmle", families=[Family.IMG_GRADUATE])
    kind_of(Validity.NONE, "rn-license", families=[Family.NP_STUDENT, Family.NP_GRADUATE])

    assert [row.type.slug for row in wallet(nurse).rows] == ["rn-license"]
    assert len(wallet(UserFactory()).rows) == 2


def test_the_wallet_leaves_out_what_belongs_to_one_rotation_until_it_is_there():
    amara, kind = UserFactory(), kind_of(Validity.PLACEMENT)
    assert wallet(amara).rows == []

    DocumentFactory(owner=amara, type=kind)

    assert [row.type for row in wallet(amara).rows] == [kind]


def test_a_paper_of_another_family_that_she_has_stays():
    paper = DocumentFactory(
        owner=LearnerFactory(family=Family.NP_STUDENT).user,
        type=kind_of(Validity.NONE, families=[Family.IMG_GRADUATE]),
    )

    assert [row.document for row in wallet(paper.owner).rows] == [paper]


def test_earlier_versions_stand_behind_the_current_one():
    amara, kind = UserFactory(), kind_of(Validity.NONE)
    old = DocumentFactory(owner=amara, type=kind, superseded_at=timezone.now())
    new = DocumentFactory(owner=amara, type=kind)
    ApplicationFactory(learner=amara).sent_documents.create(document=old)

    row = wallet_row(amara, kind)

    assert (row.document, row.earlier) == (new, [old])
    assert [version.times_sent for version in row.versions] == [0, 1]
