"""Story A, steps 1 and 2: what Amara sees on 20 January (handbook 6.1)."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from accounts.kinds import Family, VisaPlan
from rotations.kinds import HandsOn, RotationType
from tests.factories.accounts import DocumentFactory, DocumentTypeFactory, LearnerFactory
from tests.factories.rotations import ListingFactory, RequirementFactory, open_seats
from tests.rotations.pages import html

pytestmark = pytest.mark.django_db
START, END = "2027-04-26", "May 21, 2027"


@pytest.fixture(autouse=True)
def _twentieth_of_january():
    with time_machine.travel(datetime(2027, 1, 20, 15, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def amara(client):
    learner = LearnerFactory(
        family=Family.IMG_GRADUATE,
        graduation_on=date(2023, 7, 1),
        step1="passed",
        visa_plan=VisaPlan.B1_B2,
    )
    client.force_login(learner.user)
    return learner


@pytest.fixture
def malpractice():
    return DocumentTypeFactory(slug="malpractice", name="Malpractice insurance")


def page(client, listing):
    return html(client.get(listing.get_absolute_url(), {"on": START}))


def test_the_externship_is_red_for_her_visa_and_amber_for_insurance(client, amara, malpractice):
    listing = ListingFactory(rotation_type=RotationType.EXTERNSHIP, hands_on=HandsOn.EXAMINE)
    open_seats(listing, 4, start_on=date(2027, 4, 26))

    found = page(client, listing)

    assert "Not met: B-1/B-2 does not cover hands-on work by graduates, only observing" in found
    assert (
        "We looked at who you are: International medical graduate (IMG); visa plan: B-1/B-2."
        in found
    )
    slug = listing.slug
    assert f'/profile/?next=%2Frotations%2F{slug}%2F%3Fon%3D{START}%26weeks%3D4#visa"' in found
    assert "/wallet/add/?type=malpractice&amp;next=" in found
    assert "One of these stops you from applying." in found
    assert "/guides/visa-basics/" in found


def test_the_observership_is_open_and_its_tb_test_ends_too_early(client, amara):
    listing = ListingFactory()
    open_seats(listing, 4, start_on=date(2027, 4, 26))
    kind = RequirementFactory(listing=listing, type=DocumentTypeFactory(name="TB blood test")).type
    DocumentFactory(owner=amara.user, type=kind, issued_on=date(2026, 5, 14))

    found = page(client, listing)

    assert "Nothing here stops you from applying." in found
    assert "your TB blood test of Thu, May 14, 2026, valid to Thu, May 13, 2027" in found
    assert f"ends 8 days before your last day, Fri, {END}" in found
    assert "/wallet/add/?type=tb&amp;next=" in found
    assert "You meet 3 of 4" in found


def test_a_fresh_test_mends_it(client, amara):
    listing = ListingFactory()
    open_seats(listing, 4, start_on=date(2027, 4, 26))
    kind = RequirementFactory(listing=listing).type
    DocumentFactory(owner=amara.user, type=kind, issued_on=date(2027, 1, 18))

    assert "You meet all 4" in page(client, listing)
