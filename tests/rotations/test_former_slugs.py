"""Old addresses lead to where a page is now, in one step, and to nobody who is not public."""

import pytest
from django.db import IntegrityError

from accounts.models import PreceptorProfile
from guides.models import FormerSlug, Guide
from rotations.models import Listing, Specialty
from tests.factories.accounts import PreceptorFactory
from tests.factories.rotations import ListingFactory, SpecialtyFactory, StateFactory

pytestmark = pytest.mark.django_db


def guide(slug="old"):
    return Guide.objects.create(slug=slug, title="Visas", group="visa", body="Text")


def named(make, slug):
    one = make()
    one.slug = slug
    one.save()
    return one


@pytest.mark.parametrize(
    "make",
    [ListingFactory, PreceptorFactory, SpecialtyFactory, StateFactory, guide],
    ids=["listing", "preceptor", "specialty", "state", "guide"],
)
def test_an_old_address_leads_to_the_new_one_in_one_step(client, make):
    one = make()
    first = one.get_absolute_url()
    one.slug = "second-name"
    one.save()
    second = one.get_absolute_url()
    one.slug = "third-name"
    one.save()

    for old in (first, second):
        response = client.get(old, {"weeks": "4"})
        assert response.status_code == 301
        assert response["Location"] == f"{one.get_absolute_url()}?weeks=4"
    assert client.get(one.get_absolute_url()).status_code == 200


def test_a_slug_that_comes_back_is_a_page_and_no_loop(client):
    field = SpecialtyFactory(slug="cardiology", name="Cardiology")
    for slug in ("heart", "cardiology"):
        field.slug = slug
        field.save()

    assert client.get("/specialties/cardiology/").status_code == 200
    assert client.get("/specialties/heart/")["Location"] == "/specialties/cardiology/"


def test_a_slug_that_another_took_is_the_others(client):
    first = ListingFactory(slug="ward")
    Listing.objects.filter(pk=first.pk).update(slug="ward-one")
    second = ListingFactory(slug="ward", title="The other ward")
    assert "The other ward" in client.get("/rotations/ward/").text

    second.slug = "ward-two"
    second.save()

    assert client.get("/rotations/ward/")["Location"] == "/rotations/ward-two/"


def test_kinds_do_not_mix(client):
    named(SpecialtyFactory, "new")
    assert client.get("/states/internal-medicine/").status_code == 404


def test_the_old_address_of_a_draft_or_a_hidden_person_tells_nothing(client):
    listing = ListingFactory(slug="old", status="draft")
    Listing.objects.filter(pk=listing.pk).update(slug="new")
    preceptor = PreceptorFactory(slug="ana-ruiz", verified_at=None, verified_by=None)
    PreceptorProfile.objects.filter(pk=preceptor.pk).update(slug="ana-ruiz-diaz")

    assert client.get("/rotations/old/").status_code == 404
    assert client.get("/preceptors/ana-ruiz/").status_code == 404


def test_the_feed_of_an_old_address_moves_with_its_page(client):
    SpecialtyFactory(slug="heart")
    Specialty.objects.update(slug="cardiology")

    response = client.get("/specialties/heart/feed.atom")

    assert response.status_code == 301
    assert response["Location"] == "/specialties/cardiology/feed.atom"


def test_saving_without_a_new_slug_keeps_nothing():
    listing = ListingFactory()
    listing.title = "Another title"
    listing.save()

    assert not FormerSlug.objects.exists()


def test_a_former_slug_leads_to_one_page_of_a_kind():
    named(ListingFactory, "new")
    row = FormerSlug.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError):
        row.save(force_insert=True)
