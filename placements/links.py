"""Links in mails that open one thing, without a password, until it ends."""

from dataclasses import dataclass

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User
from placements.models import Application, CalendarFeed, RescheduleRequest, SchoolApproval
from placements.states import Status

SALT = "placements.review"
SEAT_SALT = "placements.seat"
# Without a time in it: the row says when it ends.
SCHOOL_SIGNER = signing.Signer(salt="placements.school")
MOVE_SALT = "placements.move"
# Without a time in it: the row says whether it still opens anything.
FEED_SIGNER = signing.Signer(salt="placements.feed")
LENGTH = 300
SEAL = 16


@dataclass(frozen=True)
class Claim:
    """What a link says: which request, whose, for which reader, in which round of review, under
    which password.
    """

    application: int
    preceptor: int
    reader: int
    round: str
    seal: str


def review_url(application: Application, reader: User) -> str:
    """The absolute address for the preceptor of record or her delegate, in this round of review."""
    preceptor = application.listing.preceptor
    claim = [application.pk, preceptor.pk, reader.pk, _round(application), _seal(reader)]
    path = reverse("placements:link", args=[signing.dumps(claim, salt=SALT, compress=True)])
    return f"{settings.SITE_URL}{path}"


def read(token: str) -> Claim | None:
    """What the link claims, if we made it. Whether it still holds, the row says."""
    if len(token) > LENGTH:
        return None
    try:
        application, preceptor, reader, round_, seal = signing.loads(token, salt=SALT)
        return Claim(int(application), int(preceptor), int(reader), str(round_), str(seal))
    except (signing.BadSignature, TypeError, ValueError):
        return None


def reader_of(claim: Claim, application: Application) -> User | None:
    """Who reads it, if she is of the office that hosts the listing now, under her password of now.

    Somebody who left, was deactivated or changed her password signs in instead.
    """
    preceptor = application.listing.preceptor
    if claim.application != application.pk or claim.preceptor != preceptor.pk:
        return None
    reader = User.objects.filter(pk=claim.reader, is_active=True).first()
    if reader is None or reader.pk == application.learner_id:
        return None
    is_known = constant_time_compare(claim.seal, _seal(reader))
    return reader if is_known and preceptor.pk in reader.practices else None


def holds(claim: Claim, application: Application) -> bool:
    """Whether the request is still in the round of review that this link was made for."""
    return claim.round == _round(application) != ""


def _round(application: Application) -> str:
    asked = application.review_started_at
    return f"{asked:%Y%m%d%H%M%S}" if asked else ""


def _seal(user: User) -> str:
    """Changes with the password, and says nothing about it."""
    return salted_hmac(SALT, user.password, algorithm="sha256").hexdigest()[:SEAL]


@dataclass(frozen=True)
class SeatClaim:
    """What a learner's link says: which offer of which request, under which password of hers."""

    application: int
    round: str
    seal: str


def seat_url(application: Application) -> str:
    """The absolute address at which she answers this one offer, for as long as it is open."""
    claim = [application.pk, _offer_round(application), _seal(application.learner)]
    token = signing.dumps(claim, salt=SEAT_SALT, compress=True)
    return f"{settings.SITE_URL}{reverse('placements:seat', args=[token])}"


def read_seat(token: str) -> SeatClaim | None:
    """What the link claims, if we made it."""
    if len(token) > LENGTH:
        return None
    try:
        application, round_, seal = signing.loads(token, salt=SEAT_SALT)
        return SeatClaim(int(application), str(round_), str(seal))
    except (signing.BadSignature, TypeError, ValueError):
        return None


def is_hers(claim: SeatClaim, application: Application) -> bool:
    """Whether its learner still has the password, and the account, that it was made for."""
    learner = application.learner
    return learner.is_active and constant_time_compare(claim.seal, _seal(learner))


def is_about_offer(claim: SeatClaim, application: Application) -> bool:
    """Whether the offer it was made for is the one on the table; an answer uses it up."""
    return claim.round == _offer_round(application) != ""


def _offer_round(application: Application) -> str:
    ends = application.offer_expires_at
    return f"{ends:%Y%m%d%H%M%S}" if ends and application.status == Status.OFFERED else ""


def school_url(approval: SchoolApproval) -> str:
    """The absolute address for the school's official; good for this one question."""
    token = SCHOOL_SIGNER.sign_object([approval.pk, approval.code])
    return f"{settings.SITE_URL}{reverse('placements:school_link', args=[token])}"


def read_school(token: str) -> SchoolApproval | None:
    """What the link is about, if we made it; whether it still takes an answer, the row says."""
    if len(token) > LENGTH:
        return None
    try:
        key, code = SCHOOL_SIGNER.unsign_object(token)
        rows = SchoolApproval.objects.select_related(
            "application__learner", "application__listing__site"
        )
        return rows.filter(pk=int(key), code=str(code)).first()
    except (signing.BadSignature, TypeError, ValueError):
        return None


def move_url(request: RescheduleRequest, reader: User) -> str:
    """The absolute address at which this reader answers this request for other dates."""
    claim = [request.pk, request.code, reader.pk, _seal(reader)]
    path = reverse("placements:move_link", args=[signing.dumps(claim, salt=MOVE_SALT)])
    return f"{settings.SITE_URL}{path}"


def read_move(token: str) -> tuple[RescheduleRequest, User] | None:
    """Which request, and who answers it: she whose turn it is now, under her password of now."""
    if len(token) > LENGTH:
        return None
    try:
        key, code, reader_key, seal = signing.loads(token, salt=MOVE_SALT)
        rows = RescheduleRequest.objects.with_placement()
        request = rows.filter(pk=int(key), code=str(code)).first()
        reader = User.objects.filter(pk=int(reader_key), is_active=True).first()
    except (signing.BadSignature, TypeError, ValueError):
        return None
    if request is None or reader is None or not constant_time_compare(str(seal), _seal(reader)):
        return None
    return (request, reader) if answers_it(reader, request) else None


def answers_it(reader: User, request: RescheduleRequest) -> bool:
    """A move is answered by the preceptor's office, an extension by the learner."""
    placement = request.placement
    if request.is_extension:
        return placement.learner_id == reader.pk
    return placement.preceptor_id in reader.practices and placement.learner_id != reader.pk


def feed_path(feed: CalendarFeed) -> str:
    """The secret address of somebody's calendar."""
    return reverse("placements:feed", args=[FEED_SIGNER.sign_object([feed.pk, feed.code])])


def read_feed(token: str) -> CalendarFeed | None:
    """Whose calendar the address opens, if it still does."""
    if len(token) > LENGTH:
        return None
    try:
        key, code = FEED_SIGNER.unsign_object(token)
        feeds = CalendarFeed.objects.select_related("owner").filter(owner__is_active=True)
        return feeds.filter(pk=int(key), code=str(code)).first()
    except (signing.BadSignature, TypeError, ValueError):
        return None
