"""What identifies a learner is never shown to a preceptor (promise B4, handbook 3.9)."""

import re

import pytest
from django.apps import apps
from django.urls import reverse

from placements.models import ApplicationDocument
from placements.states import Status
from seed.reading import table
from tests.factories.accounts import DocumentFactory, DocumentTypeFactory
from tests.factories.placements import ApplicationFactory
from tests.factories.rotations import ListingFactory

pytestmark = pytest.mark.django_db
IDENTITY = [row["slug"] for row in table("reference/document_types.csv") if row["identity"] == "y"]
NUMBERS = re.compile(r"passport|visa_(number|no|id)|national_id|ssn|birth", re.IGNORECASE)


def test_the_portal_has_no_field_for_such_a_number():
    found = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if NUMBERS.search(field.name)
    ]

    assert found == []


def test_passport_and_visa_are_marked_in_the_reference_data():
    assert {"passport", "visa"} <= set(IDENTITY)


@pytest.mark.parametrize("slug", IDENTITY)
def test_a_preceptor_gets_no_identity_paper_whatever_the_listing_says(client, amara, slug):
    kind = DocumentTypeFactory(slug=slug, name=slug, is_identity=True)
    listing = ListingFactory()
    listing.requirements.create(type=kind, site_sees_file=True)
    paper = DocumentFactory(owner=amara, type=kind, name="X1234567.pdf")
    application = ApplicationFactory(learner=amara, listing=listing, status=Status.UNDER_REVIEW)
    ApplicationDocument.objects.create(application=application, document=paper)
    client.force_login(listing.preceptor.user)

    assert client.get(paper.get_absolute_url()).status_code == 404
    page = client.get(reverse("placements:review", args=[application.code]))
    assert page.status_code == 200
    assert paper.code not in page.text
    assert "X1234567" not in page.text


def test_a_preceptor_reads_no_phone_and_no_ids(client, amara):
    profile = amara.learner_profile
    profile.phone, profile.aamc_id, profile.usmle_id = "(301) 867-5309", "98765432", "87654321"
    profile.save()
    application = ApplicationFactory(learner=amara, status=Status.UNDER_REVIEW)
    client.force_login(application.listing.preceptor.user)

    for name in ("review", "application"):
        page = client.get(reverse(f"placements:{name}", args=[application.code]), follow=True)
        for number in ("867-5309", "98765432", "87654321", amara.email):
            assert number not in page.text
