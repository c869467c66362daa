"""Which mail tells whom about certificates and letters. Its key is the event that causes it."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from audit.models import Event
from letters.models import IssuedDocument, LetterRequest
from outbox.actions import enqueue
from placements.models import Placement


def _absolute(name: str, *args: object) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=args)}"


def _key(occasion: Event) -> str:
    return f"event:{occasion.pk}"


def _about(placement: Placement) -> dict[str, Any]:
    return {
        "listing": placement.listing,
        "site": placement.listing.site,
        "booked": placement,
        "learner": placement.learner,
        "preceptor": placement.preceptor,
    }


def certificate_issued(document: IssuedDocument, *, occasion: Event) -> None:
    _certificate("certificate_issued", document, occasion)


def certificate_revoked(document: IssuedDocument, *, occasion: Event) -> None:
    _certificate("certificate_revoked", document, occasion)


def _certificate(name: str, document: IssuedDocument, occasion: Event) -> None:
    placement = document.placement
    context = {
        **_about(placement),
        "document": document,
        "replaces": getattr(document, "replaces", None),
        "url": _absolute("letters:certificate", document.code),
        "verify_url": _absolute("letters:verify_code", document.code),
    }
    enqueue(f"letters/{name}", to=placement.learner, key=_key(occasion), context=context)


def _to_author(name: str, letter: LetterRequest, key: str, **more: Any) -> None:
    placement = letter.placement
    context = {
        **_about(placement),
        "letter": letter,
        "url": _absolute("letters:packet", letter.token),
        **more,
    }
    enqueue(f"letters/{name}", to=placement.preceptor.user, key=key, context=context, secret=True)


def _to_learner(name: str, letter: LetterRequest, key: str, **more: Any) -> None:
    placement = letter.placement
    context = {
        **_about(placement),
        "letter": letter,
        "url": _absolute("letters:request", letter.code),
        **more,
    }
    enqueue(f"letters/{name}", to=placement.learner, key=key, context=context)


def letter_requested(letter: LetterRequest, *, occasion: Event) -> None:
    _to_author("letter_requested", letter, _key(occasion))


def letter_changed(letter: LetterRequest, *, occasion: Event) -> None:
    _to_author("letter_changed", letter, _key(occasion))


def letter_reminder(letter: LetterRequest, *, due: int, days: int) -> None:
    """``days`` until the day it is hoped for; negative when that has passed."""
    _to_author("letter_reminder", letter, f"due:{due}", days=days)


def letter_agreed(letter: LetterRequest, *, occasion: Event) -> None:
    _to_learner("letter_agreed", letter, _key(occasion))


def letter_declined(letter: LetterRequest, *, occasion: Event) -> None:
    """The reason goes with it only if the author shares it."""
    shared = letter.decline_note if letter.shares_note else ""
    _to_learner("letter_declined", letter, _key(occasion), shared=shared)


def letter_uploaded(letter: LetterRequest, *, occasion: Event) -> None:
    _to_learner("letter_uploaded", letter, _key(occasion))


def letter_not_visible(letter: LetterRequest, *, occasion: Event) -> None:
    _to_author("letter_not_visible", letter, _key(occasion))


def letter_confirmed(letter: LetterRequest, *, occasion: Event) -> None:
    _to_author("letter_confirmed", letter, _key(occasion))


def letter_cancelled(letter: LetterRequest, *, occasion: Event) -> None:
    _to_author("letter_cancelled", letter, _key(occasion))


def letter_expired(letter: LetterRequest, *, occasion: Event) -> None:
    _to_learner("letter_expired", letter, _key(occasion))
    context = {
        **_about(letter.placement),
        "letter": letter,
        "url": _absolute("admin:letters_letterrequest_change", letter.pk),
    }
    enqueue(
        "letters/letter_expired_coordinator",
        to=settings.PORTAL["email"],
        key=_key(occasion),
        context=context,
    )
