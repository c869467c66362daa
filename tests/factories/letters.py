"""Certificates and letter requests in any status: rows set directly, signed as they would be."""

from datetime import timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from letters.codes import new_certificate_code
from letters.models import IssuedDocument, LetterRequest, MatchSeason
from letters.signing import sign
from letters.states import Destination, LetterStatus
from placements.states import PlacementStatus
from tests.factories.placements import PlacementFactory

ENDED = frozenset(
    {
        LetterStatus.CONFIRMED,
        LetterStatus.DECLINED,
        LetterStatus.EXPIRED,
        LetterStatus.CANCELLED,
    }
)
WAS_UPLOADED = frozenset({LetterStatus.UPLOADED, LetterStatus.CONFIRMED})


class IssuedDocumentFactory(DjangoModelFactory):
    """A signed certificate whose PDF is still owed."""

    class Meta:
        model = IssuedDocument

    placement = factory.SubFactory(PlacementFactory, status=PlacementStatus.COMPLETED)
    code = factory.LazyFunction(new_certificate_code)
    number = factory.Sequence(lambda n: f"2026-{900_000 + n:06}")
    facts = factory.LazyAttribute(
        lambda d: {
            "format": 1,
            "name": d.placement.learner.name,
            "type": "Observership",
            "practice": "observation only",
            "specialty": d.placement.listing.specialty.name,
            "setting": "Teaching hospital",
            "site": d.placement.listing.site.name,
            "city": d.placement.listing.site.city,
            "state": d.placement.listing.site.state.name,
            "preceptor": d.placement.preceptor.title,
            "start_on": d.placement.start_on.isoformat(),
            "end_on": d.placement.end_on.isoformat(),
            "weeks": d.placement.weeks,
            "hours": "160",
            "issued_on": timezone.localdate().isoformat(),
            "issuer": "Wardlight",
            "issuer_url": "http://testserver",
            "signatory": "Dana Whitlock",
            "code": d.code,
            "number": d.number,
        }
    )
    key_id = factory.LazyAttribute(lambda d: sign(d.facts).key_id)
    signature = factory.LazyAttribute(lambda d: sign(d.facts).value)


def _asked(letter: Any, days: float) -> Any:
    return None if letter.status == LetterStatus.DRAFT else timezone.now() + timedelta(days=days)


class LetterRequestFactory(DjangoModelFactory):
    """Asked ten days ago, to ERAS; ``status=…`` puts it anywhere in its life."""

    class Meta:
        model = LetterRequest

    placement = factory.SubFactory(PlacementFactory, status=PlacementStatus.COMPLETED)
    status = LetterStatus.REQUESTED
    waived = True
    destination = Destination.ERAS
    letter_id = "F7K2-90QM"
    specialty_label = "Internal medicine"
    target_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=30))
    message = "Would you feel comfortable writing me a strong letter?"
    requested_at = factory.LazyAttribute(lambda r: _asked(r, -10))
    waived_at = factory.LazyAttribute(lambda r: _asked(r, -10))
    token_expires_at = factory.LazyAttribute(lambda r: _asked(r, 50))
    uploaded_on = factory.LazyAttribute(
        lambda r: timezone.localdate() - timedelta(days=8) if r.status in WAS_UPLOADED else None
    )
    attested_at = factory.LazyAttribute(lambda r: timezone.now() if r.uploaded_on else None)
    ended_at = factory.LazyAttribute(lambda r: timezone.now() if r.status in ENDED else None)


class MatchSeasonFactory(DjangoModelFactory):
    class Meta:
        model = MatchSeason
        django_get_or_create = ["name"]

    name = "ERAS 2028"
    opens_on = "2027-06-02"
    submit_from = "2027-09-01"
    review_from = "2027-09-22"
