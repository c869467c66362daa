"""Copies and erasures: the least that is valid."""

from datetime import timedelta

import factory
from django.core.files.base import ContentFile
from django.utils import timezone
from factory.django import DjangoModelFactory

from privacy.models import Erasure, Export, Ground
from tests.factories.accounts import UserFactory


class ExportFactory(DjangoModelFactory):
    """Asked for; ``ready=True`` is there to be fetched."""

    class Meta:
        model = Export

    class Params:
        ready = False

    owner = factory.SubFactory(UserFactory)
    ready_at = factory.LazyAttribute(lambda e: timezone.now() if e.ready else None)
    expires_at = factory.LazyAttribute(
        lambda e: timezone.now() + timedelta(days=7) if e.ready else None
    )
    file = factory.LazyAttribute(lambda e: ContentFile(b"PK", name="x.zip") if e.ready else "")
    size = factory.LazyAttribute(lambda e: 2 if e.ready else 0)


class ErasureFactory(DjangoModelFactory):
    """Asked for by the person, due in a week."""

    class Meta:
        model = Erasure

    person = factory.SubFactory(UserFactory)
    ground = Ground.HERSELF
    requested_by = factory.SelfAttribute("person")
    due_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))
