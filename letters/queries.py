"""Questions about letters and certificates."""

from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import PreceptorProfile, User
from letters import deadlines
from letters.codes import clean_code
from letters.models import IssuedDocument, LetterRequest, MatchSeason
from letters.states import LetterStatus
from placements.models import Placement
from placements.states import PlacementStatus

LETTERS_FROM = frozenset(
    {PlacementStatus.ACTIVE, PlacementStatus.WRAP_UP, PlacementStatus.COMPLETED}
)


def find_document(text: str) -> IssuedDocument | None:
    """By a code as somebody typed it."""
    return IssuedDocument.objects.select_related("replaced_by").filter(code=clean_code(text)).first()


def completed_without_certificate() -> QuerySet[Placement]:
    """Completed, and never a certificate: what the sweep issues."""
    done = Placement.objects.filter(status=PlacementStatus.COMPLETED, issued_documents=None)
    return done.with_listing()


def default_target(placement: Placement) -> date:
    """The day a letter is hoped for, unless the learner says another."""
    season = MatchSeason.objects.filter(review_from__gt=placement.end_on).first()
    review = season.review_from if season else None
    soonest = timezone.localdate() + deadlines.APART
    return max(deadlines.target(placement.end_on, review), soonest)


def may_ask(placement: Placement) -> bool:
    """Half of the rotation is done, and its preceptor has not declined before."""
    if placement.status not in LETTERS_FROM:
        return False
    today = timezone.localdate(timezone=placement.listing.site.zone)
    declined = placement.letter_requests.filter(status=LetterStatus.DECLINED).exists()
    return placement.is_half_done(today) and not declined


def open_request(placement: Placement) -> LetterRequest | None:
    return placement.letter_requests.open().with_placement().first()


def letters_asked_of(preceptor: PreceptorProfile) -> QuerySet[LetterRequest]:
    """What learners ask of this author, drafts apart; what waits first."""
    return (
        LetterRequest.objects.filter(placement__preceptor=preceptor)
        .exclude(status=LetterStatus.DRAFT)
        .with_placement()
        .order_by("ended_at", "target_on")
    )


def certificates_visible_to(user: User) -> QuerySet[IssuedDocument]:
    """Of placements that she sees."""
    return IssuedDocument.objects.filter(placement__in=Placement.objects.visible_to(user))
