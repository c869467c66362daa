"""What a type and a level mean stands where somebody decides by them."""

import pytest
from django.urls import reverse

from rotations.kinds import LEVEL_MEANS, TYPE_MEANS, HandsOn, RotationType
from tests.factories.placements import ApplicationFactory, learner
from tests.factories.rotations import ListingFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", RotationType)
def test_every_type_is_explained_on_its_listing(client, kind):
    text = client.get(ListingFactory(rotation_type=kind).get_absolute_url()).text

    assert f"What does “{kind.label}” mean?" in text
    assert str(TYPE_MEANS[kind]).replace("'", "&#x27;") in text
    assert f'href="/guides/types-of-us-clinical-experience/#{kind}"' in text


@pytest.mark.parametrize("level", HandsOn)
def test_every_level_is_explained_on_its_listing(client, level):
    text = client.get(ListingFactory(hands_on=level).get_absolute_url()).text

    assert str(LEVEL_MEANS[level]) in text


def test_type_and_level_are_explained_while_applying(client):
    person = learner()
    listing = ListingFactory(weeks=8, rotation_type=RotationType.OBSERVERSHIP, hands_on=1)
    application = ApplicationFactory(learner=person, listing=listing, status="draft")
    client.force_login(person)

    for step in ("dates", "about"):
        text = client.get(reverse(f"placements:{step}", args=[application.code])).text
        assert "What does “Observership” mean?" in text
        assert str(LEVEL_MEANS[HandsOn.OBSERVE]) in text
