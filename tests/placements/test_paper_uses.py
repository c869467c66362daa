"""Where a paper is used, and whether it lasts until the last day there."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.kinds import Validity
from placements.queries import document_uses
from placements.states import PlacementStatus, Status
from tests.factories.accounts import DocumentFactory, DocumentTypeFactory
from tests.factories.placements import ApplicationFactory, PlacementFactory, learner
from tests.factories.rotations import ListingFactory, RequirementFactory

pytestmark = pytest.mark.django_db
WALLET = reverse("accounts:wallet")


@pytest.fixture
def amara():
    return learner()


def asking(kind, **more):
    listing = ListingFactory(weeks=12, **more)
    RequirementFactory(listing=listing, type=kind)
    return listing


def issued(amara, kind, days_ago):
    on = timezone.localdate() - timedelta(days=days_ago)
    return DocumentFactory(owner=amara, type=kind, issued_on=on)


def problems(amara, *papers):
    uses = document_uses(amara, papers)
    return {slug: [use.problem for use in those] for slug, those in uses.items()}


def test_a_paper_that_lasts_and_one_that_does_not(amara):
    tb, bls = DocumentTypeFactory(), DocumentTypeFactory(slug="bls", name="BLS")
    listing = asking(tb)
    RequirementFactory(listing=listing, type=bls)
    placement = PlacementFactory(learner=amara, listing=listing, status=PlacementStatus.ONBOARDING)
    short = (timezone.localdate() - placement.end_on).days + 365 + 8
    found = problems(amara, issued(amara, tb, 10), issued(amara, bls, short))

    assert found["tb"] == [""]
    assert found["bls"][0].startswith("your BLS ends ")


def test_only_what_runs_counts(amara):
    tb = DocumentTypeFactory()
    paper = issued(amara, tb, 10)
    for status in (Status.DRAFT, Status.WITHDRAWN, Status.DECLINED):
        ApplicationFactory(learner=amara, listing=asking(tb), status=status)
    assert problems(amara, paper) == {}

    ApplicationFactory(learner=amara, listing=asking(tb), status=Status.UNDER_REVIEW)
    assert problems(amara, paper) == {"tb": [""]}


def test_what_no_rotation_asks_for_is_used_nowhere(amara):
    other = DocumentTypeFactory(slug="cv", name="CV", validity=Validity.NONE, validity_months=None)
    ApplicationFactory(learner=amara, listing=asking(DocumentTypeFactory()))

    assert problems(amara, issued(amara, other, 10)) == {}


def test_the_wallet_says_where_each_is_used(client, amara):
    tb = DocumentTypeFactory()
    placement = PlacementFactory(
        learner=amara, listing=asking(tb), status=PlacementStatus.ONBOARDING
    )
    paper = issued(amara, tb, 10)
    client.force_login(amara)

    page = client.get(WALLET).text
    assert "Valid through the last day of:" in page
    assert placement.get_absolute_url() in page

    paper.issued_on = timezone.localdate() - timedelta(days=340)
    paper.save(update_fields=["issued_on"])
    page = client.get(WALLET).text
    assert "One document ends before a rotation of yours does." in page
    assert "before your last day" in page
    assert "Valid through the last day of:" not in page


@pytest.mark.parametrize("number", [1, 3])
def test_the_wallet_asks_as_much_for_three_rotations_as_for_one(
    client, amara, number, django_assert_num_queries
):
    tb = DocumentTypeFactory()
    issued(amara, tb, 10)
    for _ in range(number):
        ApplicationFactory(learner=amara, listing=asking(tb), status=Status.UNDER_REVIEW)
    client.force_login(amara)
    client.get(WALLET)

    with django_assert_num_queries(12):
        assert client.get(WALLET).status_code == 200
