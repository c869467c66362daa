from datetime import date, timedelta

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.kinds import Family
from accounts.models import DocumentType, PreceptorProfile
from guides.models import former_slugs
from rotations.blocks import Block
from rotations.kinds import (
    HANDS_ON_FROM,
    LEVEL_MEANS,
    TYPE_MEANS,
    HandsOn,
    Letterhead,
    ListingStatus,
    RotationType,
    Screening,
    Setting,
)
from rotations.models.policy import CancellationPolicy
from rotations.models.site import Site, Specialty


class ListingQuerySet(models.QuerySet["Listing"]):
    def published(self) -> "ListingQuerySet":
        """What anybody may find, with what a card shows; without the search vector."""
        return (
            self.filter(status=ListingStatus.PUBLISHED, preceptor__suspended_at=None)
            .select_related("specialty", "site__state", "preceptor__user")
            .defer("document")
        )

    def of_preceptor(self, preceptor: PreceptorProfile) -> "ListingQuerySet":
        return self.filter(preceptor=preceptor)


@pghistory.track(
    pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["document"]
)
class Listing(models.Model):
    """What the catalogue shows: one rotation on offer."""

    slug = models.SlugField(max_length=100, unique=True)
    title = models.CharField(_("title"), max_length=120)
    status = models.CharField(
        _("status"), max_length=10, choices=ListingStatus, default=ListingStatus.DRAFT
    )
    specialty = models.ForeignKey(Specialty, on_delete=models.PROTECT, related_name="listings")
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="listings")
    preceptor = models.ForeignKey(
        PreceptorProfile,
        verbose_name=_("preceptor of record"),
        on_delete=models.PROTECT,
        related_name="listings",
    )
    co_preceptors = models.ManyToManyField(PreceptorProfile, blank=True, related_name="co_listings")
    rotation_type = models.CharField(_("type"), max_length=20, choices=RotationType)
    hands_on = models.PositiveSmallIntegerField(_("hands-on level"), choices=HandsOn)
    setting = models.CharField(_("setting"), max_length=30, choices=Setting)
    families = ArrayField(
        models.CharField(max_length=20, choices=Family), verbose_name=_("open to")
    )
    summary = models.CharField(_("in one sentence"), max_length=240)
    description = models.TextField(_("what you will do"))
    activities = ArrayField(
        models.CharField(max_length=160), verbose_name=_("activities"), default=list, blank=True
    )
    objectives = ArrayField(
        models.CharField(max_length=200), verbose_name=_("objectives"), default=list, blank=True
    )
    typical_day = models.JSONField(
        _("a typical day"),
        default=list,
        blank=True,
        help_text=_('[["7:00 AM", "See your patients"], …], in the site’s time'),
    )
    languages = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    not_included = models.CharField(_("not included"), max_length=240, blank=True)
    letterhead = models.CharField(_("letterhead"), max_length=20, choices=Letterhead)
    letterhead_note = models.CharField(_("about letters"), max_length=200, blank=True)

    fee_per_week = models.PositiveIntegerField(
        _("fee per week, in cents"), validators=[MinValueValidator(0)]
    )
    service_fee = models.PositiveIntegerField(_("service fee, in cents"), default=0)
    policy = models.ForeignKey(CancellationPolicy, on_delete=models.PROTECT, related_name="+")

    usual_weeks = models.PositiveSmallIntegerField(_("usual weeks"), default=4)
    min_weeks = models.PositiveSmallIntegerField(_("least weeks"), default=4)
    max_weeks = models.PositiveSmallIntegerField(_("most weeks"), default=4)
    step_weeks = models.PositiveSmallIntegerField(_("in steps of"), default=1)
    starts_every = models.PositiveSmallIntegerField(
        _("starts every … weeks"), default=1, help_text=_("1: any Monday. 4: every fourth.")
    )
    anchor = models.DateField(_("counted from this Monday"), null=True, blank=True)
    hours_per_week = models.PositiveSmallIntegerField(_("hours a week"), default=40)
    apply_lead_days = models.PositiveSmallIntegerField(_("apply this many days ahead"), default=30)
    apply_lead_days_visa = models.PositiveSmallIntegerField(_("… if a visa is needed"), default=45)
    promotion_lead_days = models.PositiveSmallIntegerField(
        _("no waitlist offers this many days before"), default=14
    )
    screening = models.CharField(
        _("screening"), max_length=12, choices=Screening, default=Screening.NONE
    )
    needs_school_approval = models.BooleanField(_("the school must approve"), default=False)
    needs_step1 = models.BooleanField(_("Step 1 passed"), default=False)
    needs_step2 = models.BooleanField(_("Step 2 CK passed"), default=False)
    min_step2_score = models.PositiveSmallIntegerField(
        _("Step 2 CK score, at least"),
        null=True,
        blank=True,
        validators=[MinValueValidator(200), MaxValueValidator(300)],
    )
    needs_english = models.BooleanField(_("an English test (OET, TOEFL or IELTS)"), default=False)
    min_graduation_year = models.PositiveSmallIntegerField(
        _("graduated in or after"), null=True, blank=True
    )

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    document = models.GeneratedField(
        expression=SearchVector("title", weight="A", config="english")
        + SearchVector("summary", weight="B", config="english")
        + SearchVector("description", weight="C", config="english"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = ListingQuerySet.as_manager()

    class Meta:
        verbose_name = _("listing")
        verbose_name_plural = _("listings")
        ordering = ["title"]
        triggers = [former_slugs()]
        indexes = [
            GinIndex("document", name="listing_document"),
            models.Index("status", "specialty", name="listing_by_specialty"),
        ]
        constraints = [
            models.CheckConstraint(
                name="listing_weeks_are_in_order",
                condition=Q(min_weeks__gte=1)
                & Q(usual_weeks__gte=F("min_weeks"))
                & Q(max_weeks__gte=F("usual_weeks"))
                & Q(step_weeks__gte=1)
                & Q(starts_every__gte=1),
                violation_error_message=_(
                    "Least, usual and most weeks must not fall, and steps are at least one week."
                ),
            ),
            models.CheckConstraint(
                name="listing_anchor_is_a_monday",
                condition=Q(anchor=None) | Q(anchor__iso_week_day=1),
                violation_error_message=_("The day to count from must be a Monday."),
            ),
            models.CheckConstraint(
                name="listing_anchor_where_starts_are_rare",
                condition=Q(starts_every=1) | Q(anchor__isnull=False),
                violation_error_message=_("Say from which Monday to count."),
            ),
            models.CheckConstraint(
                name="listing_published_has_a_moment",
                condition=~Q(status="published") | Q(published_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("rotations:listing", args=[self.slug])

    @property
    def is_published(self) -> bool:
        return self.status == ListingStatus.PUBLISHED

    @property
    def is_hands_on(self) -> bool:
        return self.hands_on >= HANDS_ON_FROM

    @property
    def touch(self) -> str:
        """The second half of a label: what the type means for the hands."""
        if self.is_hands_on:
            return str(_("hands-on"))
        return str(_("remote") if self.hands_on == HandsOn.REMOTE else _("observe only"))

    @property
    def kind(self) -> str:
        """Both halves: “Externship, hands-on”."""
        return f"{self.get_rotation_type_display()}, {self.touch}"

    @property
    def type_means(self) -> str:
        return str(TYPE_MEANS[RotationType(self.rotation_type)])

    @property
    def level_means(self) -> str:
        return str(LEVEL_MEANS[HandsOn(self.hands_on)])

    @property
    def lengths(self) -> list[int]:
        """The lengths in weeks that can be booked."""
        return list(range(self.min_weeks, self.max_weeks + 1, self.step_weeks))

    def fee(self, weeks: int) -> int:
        """The rotation's fee for so many weeks, in cents."""
        return self.fee_per_week * weeks

    def total(self, weeks: int | None = None) -> int:
        """All that a learner pays, in cents; of the usual length if none is given."""
        return self.fee(weeks or self.usual_weeks) + self.service_fee

    @property
    def usual_total(self) -> int:
        return self.total()

    def may_start(self, monday: date) -> bool:
        """Whether a block may start there by the listing's rhythm."""
        if monday.weekday() != 0:
            return False
        if self.starts_every == 1 or self.anchor is None:
            return True
        return ((monday - self.anchor).days // 7) % self.starts_every == 0

    def first_start(self, *, needs_visa: bool = False, today: date | None = None) -> date:
        """The earliest day a block may start if somebody applied today (rule R11)."""
        days = self.apply_lead_days
        if needs_visa:
            days = max(days, self.apply_lead_days_visa)
        return (today or timezone.localdate(timezone=self.site.zone)) + timedelta(days=days)

    def allows(self, block: Block) -> bool:
        """Whether length and start fit the listing's rules; seats are another question."""
        return block.weeks in self.lengths and self.may_start(block.start_on)


class Requirement(models.Model):
    """A document that one listing asks for, with its own validity where it differs."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="requirements")
    type = models.ForeignKey(DocumentType, on_delete=models.PROTECT, related_name="+")
    months = models.PositiveSmallIntegerField(
        _("valid for months"), null=True, blank=True, help_text=_("Empty: the usual validity.")
    )
    least = models.DecimalField(
        _("antibodies, at least"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("In mIU/mL, for hepatitis B. Empty: the usual number."),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    site_sees_file = models.BooleanField(_("the preceptor may open the file"), default=False)

    class Meta:
        verbose_name = _("requirement")
        verbose_name_plural = _("requirements")
        ordering = ["type__order"]
        constraints = [
            models.UniqueConstraint(name="requirement_once_per_listing", fields=["listing", "type"])
        ]

    def __str__(self) -> str:
        return str(self.type)
