"""The link in a preceptor's mail: it opens one request, without a password, until it ends."""

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse

from placements.models import Application

SALT = "placements.review"
LENGTH = 300


@dataclass(frozen=True)
class Claim:
    """What a link says: which request, whose, and in which round of review."""

    application: int
    preceptor: int
    round: str


def review_url(application: Application) -> str:
    """The absolute address for the preceptor of record, for this round of review."""
    asked = application.review_started_at
    claim = [
        application.pk,
        application.listing.preceptor_id,
        f"{asked:%Y%m%d%H%M%S}" if asked else "",
    ]
    path = reverse("placements:link", args=[signing.dumps(claim, salt=SALT, compress=True)])
    return f"{settings.SITE_URL}{path}"


def read(token: str) -> Claim | None:
    """What the link claims, if we made it. Whether it still holds, the row says."""
    if len(token) > LENGTH:
        return None
    try:
        application, preceptor, round_ = signing.loads(token, salt=SALT)
        return Claim(int(application), int(preceptor), str(round_))
    except (signing.BadSignature, TypeError, ValueError):
        return None


def holds(claim: Claim, application: Application) -> bool:
    """Whether the request still waits for the answer that this link was made for."""
    asked = application.review_started_at
    return (
        asked is not None
        and claim.round == f"{asked:%Y%m%d%H%M%S}"
        and claim.preceptor == application.listing.preceptor_id
        and application.listing.preceptor.user.is_active
    )
