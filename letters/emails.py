"""Which mail tells whom about certificates and letters."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from audit.models import Event
from letters.models import IssuedDocument, LetterRequest
from outbox.actions import enqueue


def _absolute(name: str, *args: str) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=args)}"


def certificate_issued(document: IssuedDocument, *, occasion: Event) -> None:
    _certificate("certificate_issued", document, occasion)


def certificate_revoked(document: IssuedDocument, *, occasion: Event) -> None:
    _certificate("certificate_revoked", document, occasion)


def _certificate(name: str, document: IssuedDocument, occasion: Event) -> None:
    placement = document.placement
    facts = {
        "document": document,
        "placement": placement,
        "listing": placement.listing,
        "site": placement.listing.site,
        "booked": placement.block,
        "url": _absolute("letters:certificate", document.code),
        "verify_url": _absolute("letters:verify_code", document.code),
        "placement_url": f"{settings.SITE_URL}{placement.get_absolute_url()}",
    }
    enqueue(f"letters/{name}", to=placement.learner, key=f"event:{occasion.pk}", context=facts)


def _letter(name: str, request: LetterRequest, to: User | str, key: str) -> None:
    placement = request.placement
    is_author = to == placement.preceptor.user
    facts: dict[str, Any] = {
        "request": request,
        "placement": placement,
        "listing": placement.listing,
        "site": placement.listing.site,
        "booked": placement.block,
        "learner": placement.learner,
        "preceptor": placement.preceptor,
        "url": _absolute("letters:packet", request.token)
        if is_author
        else _absolute("letters:request", request.code),
    }
    enqueue(f"letters/{name}", to=to, key=key, context=facts)


def _to_author(name: str, request: LetterRequest, key: str) -> None:
    _letter(name, request, request.placement.preceptor.user, key)


def _to_learner(name: str, request: LetterRequest, key: str) -> None:
    _letter(name, request, request.placement.learner, key)


def letter_requested(request: LetterRequest) -> None:
    """Once its PDF is there; a new version of the PDF is told again."""
    _to_author("letter_requested", request, f"letter:{request.pk}:v{request.version}")


def letter_reminder(request: LetterRequest, *, due: int) -> None:
    _to_author("letter_reminder", request, f"due:{due}")


def letter_agreed(request: LetterRequest, *, occasion: Event) -> None:
    _to_learner("letter_agreed", request, f"event:{occasion.pk}")


def letter_declined(request: LetterRequest, *, occasion: Event) -> None:
    _to_learner("letter_declined", request, f"event:{occasion.pk}")


def letter_uploaded(request: LetterRequest, *, occasion: Event) -> None:
    _to_learner("letter_uploaded", request, f"event:{occasion.pk}")


def letter_not_visible(request: LetterRequest, *, occasion: Event) -> None:
    _to_author("letter_not_visible", request, f"event:{occasion.pk}")


def letter_confirmed(request: LetterRequest, *, occasion: Event) -> None:
    _to_author("letter_confirmed", request, f"event:{occasion.pk}")


def letter_expired(request: LetterRequest, *, occasion: Event) -> None:
    _to_learner("letter_expired", request, f"event:{occasion.pk}")


def letter_cancelled(request: LetterRequest, *, occasion: Event) -> None:
    _to_author("letter_cancelled", request, f"event:{occasion.pk}")
