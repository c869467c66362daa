from datetime import date
from decimal import Decimal

import pghistory
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.codes import new_code
from accounts.models import PreceptorProfile, User
from placements.models.application import Application
from placements.states import (
    LIVE,
    LOGGING,
    CancelledBy,
    CancelReason,
    PlacementStatus,
)
from rotations.blocks import Block, Week
from rotations.models import Listing


class DateRange(Func):
    """PostgreSQL's ``daterange(from, to, '[]')``: both days included."""

    function = "daterange"
    output_field = DateRangeField()


# What every step and every mail reads beside a placement; each more costs every step.
AROUND = ("application", "learner__learner_profile", "listing__site", "preceptor__user")


class PlacementQuerySet(models.QuerySet["Placement"]):
    def live(self) -> "PlacementQuerySet":
        """Those that keep the learner's dates and their seats."""
        return self.filter(status__in=LIVE)

    def visible_to(self, user: User) -> "PlacementQuerySet":
        if user.is_staff and user.has_perm("placements.view_placement"):
            return self
        return self.filter(Q(learner=user) | Q(preceptor__in=user.practices))

    def with_listing(self) -> "PlacementQuerySet":
        return self.select_related(
            "application",
            "learner__learner_profile",
            "preceptor__user",
            "listing__specialty",
            "listing__site__state",
        ).defer("listing__document")


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Placement(models.Model):
    """The rotation as one learner does it, on dates of its own.

    Two live placements of one learner never overlap: the table refuses it.
    ``status`` is written by ``placements.actions.transition`` alone.
    """

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, related_name="placement"
    )
    learner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="placements")
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="placements")
    preceptor = models.ForeignKey(
        PreceptorProfile, on_delete=models.PROTECT, related_name="placements"
    )
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=PlacementStatus,
        default=PlacementStatus.ONBOARDING,
        editable=False,
    )
    start_on = models.DateField(_("first day"))
    end_on = models.DateField(_("last day"))
    fee = models.PositiveIntegerField(_("rotation fee, in cents"))
    service_fee = models.PositiveIntegerField(_("service fee, in cents"))
    # The policy's name and tiers as they were at acceptance.
    policy = models.JSONField(_("frozen policy"), default=dict)
    planned_hours = models.PositiveSmallIntegerField(_("planned hours"))
    hours_percent = models.PositiveSmallIntegerField(
        _("hours needed, in percent of the planned"), default=90
    )
    paid_at = models.DateTimeField(_("payment recorded"), null=True, blank=True)
    paid_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    arrived_at = models.DateTimeField(_("arrived"), null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True, editable=False)
    cancelled_by = models.CharField(max_length=10, choices=CancelledBy, blank=True, editable=False)
    cancel_reason = models.CharField(
        max_length=20, choices=CancelReason, blank=True, editable=False
    )
    note = models.CharField(_("reason"), max_length=600, blank=True, editable=False)
    # Grows with each change of the dates, for calendars (RFC 5545).
    sequence = models.PositiveSmallIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        verbose_name = _("placement")
        verbose_name_plural = _("placements")
        ordering = ["start_on", "pk"]
        indexes = [
            models.Index("preceptor", "status", "start_on", name="placement_by_preceptor"),
            models.Index("learner", "status", name="placement_by_learner"),
        ]
        constraints = [
            models.CheckConstraint(
                name="placement_ends_after_it_starts", condition=Q(end_on__gt=F("start_on"))
            ),
            models.CheckConstraint(
                name="placement_cancelled_says_by_whom",
                condition=~Q(status=PlacementStatus.CANCELLED)
                | ~Q(cancelled_by="") & ~Q(cancel_reason=""),
            ),
            models.CheckConstraint(
                name="placement_paid_as_somebody_recorded",
                condition=Q(paid_at=None, paid_by=None)
                | Q(paid_at__isnull=False, paid_by__isnull=False),
            ),
            ExclusionConstraint(
                name="placement_no_two_live_ones_overlap",
                expressions=[
                    (
                        DateRange(
                            "start_on",
                            "end_on",
                            RangeBoundary(inclusive_lower=True, inclusive_upper=True),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                    ("learner", RangeOperators.EQUAL),
                ],
                condition=Q(status__in=sorted(LIVE)),
                violation_error_message=_("These dates overlap another rotation of hers."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner}, {self.listing}"

    def get_absolute_url(self) -> str:
        return reverse("placements:placement", args=[self.code])

    def lock(self) -> None:
        """Hold the row until the transaction ends, and see it as it now is.

        What is read beside it comes in the same statement.
        """
        rows = Placement.objects.select_related(*AROUND).defer("listing__document")
        self.refresh_from_db(from_queryset=rows.select_for_update(no_key=True, of=("self",)))
        if self.listing.preceptor_id == self.preceptor_id:
            self.listing.preceptor = self.preceptor

    @property
    def block(self) -> Block:
        return Block.between(self.start_on, self.end_on)

    @property
    def weeks(self) -> int:
        """In which it holds a seat, the last of them whole."""
        return self.block.weeks

    @property
    def seats(self) -> frozenset[Week]:
        return self.block.of(self.listing_id)

    @property
    def total(self) -> int:
        """In cents."""
        return self.fee + self.service_fee

    @property
    def is_live(self) -> bool:
        return self.status in LIVE

    @property
    def takes_hours(self) -> bool:
        return self.status in LOGGING

    @property
    def hours_needed(self) -> Decimal:
        return Decimal(self.planned_hours * self.hours_percent) / 100

    def is_half_done(self, today: date) -> bool:
        """A letter can be asked for from here on (handbook 4.2)."""
        return (today - self.start_on).days * 2 >= (self.end_on - self.start_on).days
