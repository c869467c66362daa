"""Questions about applications and placements that no single row answers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from accounts.models import Document, PreceptorProfile, User
from placements.models import Application, HoursEntry, Placement
from placements.states import LIVE, OPEN, PlacementStatus, Status
from rotations.blocks import Block
from rotations.eligibility import Check, check_listing
from rotations.models import Listing


def review_queue(preceptor: PreceptorProfile) -> QuerySet[Application]:
    """What waits for this preceptor, oldest first."""
    return (
        Application.objects.filter(listing__preceptor=preceptor, status=Status.UNDER_REVIEW)
        .with_listing()
        .order_by("review_started_at", "pk")
    )


def others_in_block(application: Application) -> list[Placement]:
    """Who else would be there: live placements of the same listing on overlapping dates."""
    block = application.block
    if block is None:
        return []
    return list(
        Placement.objects.live()
        .filter(
            listing_id=application.listing_id,
            start_on__lte=block.end_on,
            end_on__gte=block.start_on,
        )
        .exclude(learner_id=application.learner_id)
        .select_related("learner")
    )


def current_documents(learner: User) -> list[Document]:
    """The newest version of each of her papers."""
    return list(learner.documents.current().select_related("type"))


def has_overlap(learner: User, block: Block, *, but: Placement | None = None) -> bool:
    """Whether she has a confirmed placement on some of these days (rule R10)."""
    live = learner.placements.filter(
        status__in=LIVE, start_on__lte=block.end_on, end_on__gte=block.start_on
    )
    return live.exclude(pk=but.pk if but else None).exists()


def precheck(application: Application, *, today: date | None = None) -> list[Check]:
    """The listing's rules held against the learner, on the application's dates."""
    listing, learner, block = application.listing, application.learner, application.block
    return check_listing(
        listing,
        getattr(learner, "learner_profile", None),
        block,
        current_documents(learner),
        today=today or timezone.localdate(timezone=listing.site.zone),
        has_overlap=bool(block and has_overlap(learner, block)),
    )


def overlapping_applications(application: Application) -> list[Application]:
    """Her other open requests, already sent, that this block collides with."""
    block = application.block
    if block is None:
        return []
    others = (
        Application.objects.filter(learner_id=application.learner_id, status__in=OPEN)
        .exclude(pk=application.pk)
        .exclude(status=Status.DRAFT)
        .with_listing()
        .order_by("pk")
    )
    return [other for other in others if other.block and other.block.overlaps(block)]


@dataclass(frozen=True)
class HoursTotals:
    """Hours of one placement: what she logged, what is signed, what is needed."""

    logged: Decimal
    attested: Decimal
    disputed: Decimal
    planned: Decimal
    needed: Decimal

    @property
    def waiting(self) -> Decimal:
        return self.logged - self.attested - self.disputed

    @property
    def missing(self) -> Decimal:
        return max(self.needed - self.attested, Decimal(0))

    @property
    def is_enough(self) -> bool:
        return self.attested >= self.needed


def hours_totals(placement: Placement) -> HoursTotals:
    sums = HoursEntry.objects.filter(placement=placement).aggregate(
        logged=Sum("hours"),
        attested=Sum("hours", filter=Q(attested_at__isnull=False)),
        disputed=Sum("hours", filter=Q(disputed_at__isnull=False)),
    )
    return HoursTotals(
        **{name: hours or Decimal(0) for name, hours in sums.items()},
        planned=Decimal(placement.planned_hours),
        needed=placement.hours_needed,
    )


def waiting_counts(listings: Iterable[Listing]) -> dict[tuple[int, date], int]:
    """Requests that wait for an answer, by listing and start: they hold no seat."""
    rows = (
        Application.objects.filter(
            listing__in=listings, status__in=[Status.SUBMITTED, Status.UNDER_REVIEW]
        )
        .values_list("listing_id", "start_on")
        .annotate(number=Count("pk"))
        .order_by()
    )
    return {(listing, start): number for listing, start, number in rows if start}


def starting_between(preceptor: PreceptorProfile, first: date, last: date) -> QuerySet[Placement]:
    """Who arrives at her listings in these days."""
    return (
        Placement.objects.filter(
            preceptor=preceptor,
            start_on__range=(first, last),
            status__in=[PlacementStatus.ONBOARDING, PlacementStatus.READY],
        )
        .with_listing()
        .order_by("start_on")
    )
