"""A site that asks for more says what is missing: to the learner, never to the preceptor."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.kinds import ShotKind
from accounts.models import ImmunizationFact
from placements.states import PlacementStatus
from tests.factories.accounts import DocumentTypeFactory
from tests.factories.placements import ApplicationFactory, PlacementFactory
from tests.factories.rotations import ListingFactory, RequirementFactory

pytestmark = pytest.mark.django_db
WORDS = "your antibodies are 10.5 mIU/mL, at least 12 are asked for"


def listing_that_asks(least):
    listing = ListingFactory()
    kind = DocumentTypeFactory(slug="hepb", name="Hepatitis B immunity", validity="none")
    RequirementFactory(listing=listing, type=kind, least=least)
    return listing


def enter(learner):
    today = timezone.localdate()
    for n in range(3):
        ImmunizationFact.objects.create(
            owner=learner, kind=ShotKind.HEPB, on=today - timedelta(days=900 - 60 * n)
        )
    ImmunizationFact.objects.create(
        owner=learner, kind=ShotKind.ANTI_HBS, on=today, value=Decimal("10.5")
    )


@pytest.mark.parametrize(("least", "is_told"), [(None, False), (Decimal(12), True)])
def test_the_application_says_what_this_site_asks_for(client, least, is_told):
    application = ApplicationFactory(listing=listing_that_asks(least))
    enter(application.learner)
    client.force_login(application.learner)

    page = client.get(reverse("placements:documents", args=[application.code])).text

    assert (WORDS in page) == is_told


def test_whoever_keeps_no_record_is_told_nothing(client):
    application = ApplicationFactory(listing=listing_that_asks(Decimal(12)))
    client.force_login(application.learner)

    page = client.get(reverse("placements:documents", args=[application.code])).text

    assert "Your record" not in page


def test_her_rotation_says_it_and_the_preceptor_reads_no_health_data(client):
    placement = PlacementFactory(
        listing=listing_that_asks(Decimal(12)), status=PlacementStatus.ONBOARDING
    )
    enter(placement.learner)

    client.force_login(placement.learner)
    assert WORDS in client.get(placement.get_absolute_url()).text
    client.force_login(placement.preceptor.user)
    for page in (placement.get_absolute_url(), f"/requests/{placement.application.code}/"):
        text = client.get(page, follow=True).text
        assert "mIU" not in text
        assert "antibodies" not in text
