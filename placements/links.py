"""The link in a preceptor's mail: it opens one request, without a password, until it ends."""

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User
from placements.models import Application

SALT = "placements.review"
LENGTH = 300
SEAL = 16


@dataclass(frozen=True)
class Claim:
    """What a link says: which request, whose, in which round of review, under which password."""

    application: int
    preceptor: int
    round: str
    seal: str


def review_url(application: Application) -> str:
    """The absolute address for the preceptor of record, for this round of review."""
    preceptor = application.listing.preceptor
    claim = [application.pk, preceptor.pk, _round(application), _seal(preceptor.user)]
    path = reverse("placements:link", args=[signing.dumps(claim, salt=SALT, compress=True)])
    return f"{settings.SITE_URL}{path}"


def read(token: str) -> Claim | None:
    """What the link claims, if we made it. Whether it still holds, the row says."""
    if len(token) > LENGTH:
        return None
    try:
        application, preceptor, round_, seal = signing.loads(token, salt=SALT)
        return Claim(int(application), int(preceptor), str(round_), str(seal))
    except (signing.BadSignature, TypeError, ValueError):
        return None


def is_hers(claim: Claim, application: Application) -> bool:
    """Whether it was made for who hosts the listing now, and for her password of now.

    Somebody who left, was deactivated or changed her password signs in instead.
    """
    preceptor = application.listing.preceptor
    return (
        claim.application == application.pk
        and claim.preceptor == preceptor.pk
        and preceptor.user.is_active
        and constant_time_compare(claim.seal, _seal(preceptor.user))
    )


def holds(claim: Claim, application: Application) -> bool:
    """Whether the request is still in the round of review that this link was made for."""
    return is_hers(claim, application) and claim.round == _round(application) != ""


def _round(application: Application) -> str:
    asked = application.review_started_at
    return f"{asked:%Y%m%d%H%M%S}" if asked else ""


def _seal(user: User) -> str:
    """Changes with the password, and says nothing about it."""
    return salted_hmac(SALT, user.password, algorithm="sha256").hexdigest()[:SEAL]
