"""Questions about certificates and letter requests."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import LearnerProfile, User
from clocks.queries import length
from letters import deadlines
from letters.models import IssuedDocument, LetterRequest, MatchSeason
from letters.states import Destination, LetterStatus
from placements.models import Evaluation, Placement, Receipt
from placements.models.evaluation import Competency, EvaluationKind
from placements.queries import HoursTotals, hours_totals
from placements.states import PlacementStatus

# A page that fails is tried at each sweep, then after ever longer pauses, then given up.
AT_ONCE, MOST_TRIES = 3, 12
# The PDF is of use as long as somebody waits for the author.
WANTS_PDF = frozenset({LetterStatus.REQUESTED, LetterStatus.AGREED})


def certificates_visible_to(user: User) -> QuerySet[IssuedDocument]:
    """The learner's own, those of rotations that she or her preceptor supervised, all for staff."""
    found = IssuedDocument.objects.select_related("placement")
    if user.is_staff and user.has_perm("letters.view_issueddocument"):
        return found
    return found.filter(Q(placement__learner=user) | Q(placement__preceptor__in=user.practices))


def valid_certificate(placement: Placement) -> IssuedDocument | None:
    return placement.issued_documents.filter(revoked_at=None, replaced_by=None).first()


def placements_owed_a_certificate() -> QuerySet[Placement]:
    """Completed, and never issued one; one that was revoked is not made up for."""
    owed = Placement.objects.filter(status=PlacementStatus.COMPLETED, issued_documents=None)
    return owed.order_by("pk")


def certificates_to_render() -> QuerySet[IssuedDocument]:
    return IssuedDocument.objects.filter(rendered_at=None, revoked_at=None, replaced_by=None)


def requests_to_render() -> QuerySet[LetterRequest]:
    """Those whose PDF is missing, or older than the facts on it."""
    return LetterRequest.objects.filter(status__in=WANTS_PDF).exclude(rendered_version=F("version"))


def receipts_to_render() -> QuerySet[Receipt]:
    """Without those that were emptied when their learner was erased."""
    return Receipt.objects.filter(rendered_at=None).exclude(facts={})


def is_worth_a_try(tries: int, since: datetime, now: datetime) -> bool:
    if tries < AT_ONCE:
        return True
    return tries < MOST_TRIES and since + timedelta(minutes=2 ** (tries - AT_ONCE)) <= now


def season_for(day: date) -> MatchSeason | None:
    """The next season for which a letter, asked for on that day, can still come in time."""
    seasons = MatchSeason.objects.filter(review_from__gt=day + length(deadlines.BEFORE_REVIEW))
    return seasons.order_by("review_from").first()


def suggested_target(placement: Placement, today: date) -> date:
    """What the form proposes; from today on where the rotation is long over."""
    last_day = max(placement.end_on, today)
    season = season_for(last_day)
    return deadlines.target_on(last_day, season.review_from if season else None)


def request_open_for(placement: Placement) -> LetterRequest | None:
    return placement.letter_requests.open().first()


def was_declined(placement: Placement) -> bool:
    """This author could not write for this rotation: nobody asks her twice."""
    return placement.letter_requests.filter(status=LetterStatus.DECLINED).exists()


def scores(placement: Placement) -> list[tuple[str, int]]:
    """What the preceptor signed, as (competency, 1 to 5); what was not observed is left out."""
    evaluation = (
        Evaluation.objects.filter(placement=placement, kind=EvaluationKind.FINAL)
        .exclude(signed_at=None)
        .first()
    )
    given = evaluation.scores if evaluation else {}
    return [(str(one.label), given[one]) for one in Competency if given.get(one)]


# Whose seasons we know by name; elsewhere the author asks no season.
WITH_SEASONS = frozenset({Destination.ERAS, Destination.RESIDENCYCAS})


@dataclass(frozen=True)
class Packet:
    """What an author gets to read: who asks for what, and what the two did together."""

    letter: LetterRequest
    placement: Placement
    hours: HoursTotals
    scores: list[tuple[str, int]]
    season: MatchSeason | None

    @property
    def learner(self) -> User:
        return self.placement.learner

    @property
    def profile(self) -> LearnerProfile | None:
        return getattr(self.learner, "learner_profile", None)

    @property
    def aamc_id(self) -> str:
        return self.profile.aamc_id if self.profile else ""

    @property
    def is_over(self) -> bool:
        """Whether she has left, at the site."""
        return self.placement.end_on < timezone.localdate(timezone=self.placement.listing.site.zone)

    @property
    def background(self) -> str:
        """“University of Lagos, Nigeria, graduated 2023”."""
        profile = self.profile
        if profile is None:
            return ""
        said = [profile.school, str(profile.get_school_country_display())]
        if profile.graduation_on:
            done = profile.graduation_on <= timezone.localdate()
            words = _("graduated %(year)s") if done else _("graduates %(year)s")
            said.append(words % {"year": profile.graduation_on.year})
        return ", ".join(part for part in said if part)

    @property
    def applying_to(self) -> str:
        """“Internal medicine, ERAS 2028”."""
        season = str(self.season or self.letter.get_destination_display())
        return ", ".join(part for part in (self.letter.specialty_label, season) if part)


def packet_of(letter: LetterRequest) -> Packet:
    """The letter's placement must be loaded ``with_placement``."""
    placement = letter.placement
    return Packet(letter, placement, hours_totals(placement), scores(placement), _season_of(letter))


def _season_of(letter: LetterRequest) -> MatchSeason | None:
    if letter.destination not in WITH_SEASONS or letter.target_on is None:
        return None
    named = MatchSeason.objects.filter(name__istartswith=letter.get_destination_display())
    return named.filter(review_from__gt=letter.target_on).order_by("review_from").first()
