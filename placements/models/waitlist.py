from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Subquery, When
from django.db.models.lookups import IsNull
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clocks.queries import length
from placements.deadlines import WAITLIST_FIRST
from placements.models.application import Application
from placements.models.placement import Placement
from placements.states import (
    ENTRY_OPEN,
    CancelledBy,
    EntryStatus,
    PassedOver,
    PlacementStatus,
)
from rotations.blocks import Block


class WaitlistEntryQuerySet(models.QuerySet["WaitlistEntry"]):
    def open(self) -> "WaitlistEntryQuerySet":
        """Waiting, or with an offer from the list in hand."""
        return self.filter(status__in=ENTRY_OPEN)

    def waiting(self) -> "WaitlistEntryQuerySet":
        return self.filter(status=EntryStatus.WAITING)

    def in_order(self) -> "WaitlistEntryQuerySet":
        """Who is served first: those whose host canceled on them, then those who have waited
        longest since they last passed.
        """
        others_first = IsNull(F("first_because"), rhs=True)
        return self.with_priority().order_by(others_first, "queued_at", "pk")

    def with_priority(self) -> "WaitlistEntryQuerySet":
        """Each with ``first_because``: the placement, if any, that its host canceled lately on
        this learner, who has had no other seat since, and passed none here (handbook 4.2).
        """
        newer = Placement.objects.filter(
            learner=OuterRef("learner"), created_at__gt=OuterRef("ended_at")
        )
        canceled = Placement.objects.filter(
            ~Q(cancelled_by=CancelledBy.LEARNER),
            ~Exists(newer),
            learner=OuterRef("application__learner"),
            status=PlacementStatus.CANCELLED,
            ended_at__gte=timezone.now() - length(WAITLIST_FIRST),
        )
        latest = Subquery(canceled.order_by("-pk").values("pk")[:1])
        return self.annotate(first_because=Case(When(rests_until=None, then=latest)))


class WaitlistEntry(models.Model):
    """An application's place on the waitlist for one block.

    ``status`` follows the application and is written by ``placements.actions.transition`` alone.
    """

    application = models.ForeignKey(
        Application, on_delete=models.CASCADE, related_name="waitlist_entries"
    )
    start_on = models.DateField(_("start"))
    weeks = models.PositiveSmallIntegerField(_("weeks"))
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=EntryStatus,
        default=EntryStatus.WAITING,
        editable=False,
    )
    # Her place: moves to the end when she passes and stays.
    queued_at = models.DateTimeField(_("waits since"))
    keep = models.BooleanField(_("stays when she passes or misses an offer"), default=False)
    # The same dates are not offered again before this.
    rests_until = models.DateTimeField(_("not offered again before"), null=True, blank=True)
    # Why she was not served when a seat last came free; staff read it.
    passed_over = models.CharField(
        _("why not, when a seat last came free"), max_length=10, choices=PassedOver, blank=True
    )
    passed_over_at = models.DateTimeField(_("when that was"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = WaitlistEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("waitlist entry")
        verbose_name_plural = _("waitlist")
        ordering = ["queued_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="waitlistentry_one_open_per_application",
                fields=["application"],
                condition=Q(status__in=sorted(ENTRY_OPEN)),
            ),
            models.CheckConstraint(
                name="waitlistentry_starts_on_a_monday", condition=Q(start_on__iso_week_day=1)
            ),
            models.CheckConstraint(
                name="waitlistentry_ended_says_when",
                condition=Q(status__in=sorted(ENTRY_OPEN), ended_at=None)
                | ~Q(status__in=sorted(ENTRY_OPEN)) & Q(ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="waitlistentry_passed_over_says_when",
                condition=Q(passed_over="", passed_over_at=None)
                | ~Q(passed_over="") & Q(passed_over_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application}, {self.start_on}"

    @property
    def block(self) -> Block:
        return Block(self.start_on, self.weeks)
