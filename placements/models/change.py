"""What happens to a placement's dates: a pause, and a request for other ones."""

from datetime import date

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import new_code
from accounts.models import User
from placements.models.placement import Placement
from placements.states import HoldReason, RescheduleKind, RescheduleReason, RescheduleStatus
from rotations.blocks import Block, Week


class HoldQuerySet(models.QuerySet["Hold"]):
    def covering(self, day: date) -> "HoldQuerySet":
        """Holds that cover this day at the site; the day on which one was lifted counts again."""
        return self.filter(Q(to_on=None) | Q(to_on__gt=day), from_on__lte=day)


class Hold(models.Model):
    """A pause of one placement, by days at its site: hours of these days do not count."""

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(_("reason"), max_length=20, choices=HoldReason)
    note = models.CharField(_("note"), max_length=600, blank=True)
    from_on = models.DateField(_("from"))
    to_on = models.DateField(_("lifted"), null=True, blank=True)
    held_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        ordering = ["from_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="hold_one_open_per_placement",
                fields=["placement"],
                condition=Q(to_on=None),
            ),
            models.CheckConstraint(
                name="hold_is_lifted_after_it_began",
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()}, {self.from_on}"


class RescheduleRequestQuerySet(models.QuerySet["RescheduleRequest"]):
    def pending(self) -> "RescheduleRequestQuerySet":
        return self.filter(status=RescheduleStatus.PENDING)

    def with_placement(self) -> "RescheduleRequestQuerySet":
        return self.select_related(
            "asked_by",
            "placement__application",
            "placement__learner__learner_profile",
            "placement__listing__site__state",
            "placement__listing__specialty",
            "placement__preceptor__user",
        ).defer("placement__listing__document")

    def moves(self) -> "RescheduleRequestQuerySet":
        """Moves that were agreed to; only so many are free. What the site asked for is not hers."""
        agreed = self.filter(status=RescheduleStatus.APPROVED, kind=RescheduleKind.MOVE)
        return agreed.exclude(reason=RescheduleReason.SITE)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class RescheduleRequest(models.Model):
    """Other dates for one placement, asked by one side and answered by the other.

    While it is pending, each week that the placement does not have yet holds a seat.
    ``status`` is written by ``placements.actions.transition`` alone.
    """

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="reschedules")
    kind = models.CharField(_("kind"), max_length=10, choices=RescheduleKind)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=RescheduleStatus,
        default=RescheduleStatus.PENDING,
        editable=False,
    )
    start_on = models.DateField(_("new first day"))
    weeks = models.PositiveSmallIntegerField(_("weeks"))
    # By so many days it ends before the Friday of its last week; see ``Block``.
    short = models.PositiveSmallIntegerField(default=0)
    was_start_on = models.DateField(_("first day before"))
    was_weeks = models.PositiveSmallIntegerField(_("weeks before"))
    was_short = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(_("reason"), max_length=10, choices=RescheduleReason)
    note = models.CharField(_("note"), max_length=600, blank=True)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    answer_by = models.DateTimeField(_("answer due"))
    answered_at = models.DateTimeField(_("ended"), null=True, blank=True)
    answered_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answer_note = models.CharField(_("answer"), max_length=600, blank=True)

    objects = RescheduleRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for other dates")
        verbose_name_plural = _("requests for other dates")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="reschedule_one_pending_per_placement",
                fields=["placement"],
                condition=Q(status=RescheduleStatus.PENDING),
            ),
            models.CheckConstraint(
                name="reschedule_ended_says_when",
                condition=Q(status=RescheduleStatus.PENDING, answered_at=None)
                | ~Q(status=RescheduleStatus.PENDING) & Q(answered_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.placement}, {self.start_on}"

    def lock(self) -> None:
        rows = RescheduleRequest.objects.select_for_update(no_key=True, of=("self",))
        self.refresh_from_db(from_queryset=rows, fields=[one.attname for one in self._meta.fields])

    @property
    def block(self) -> Block:
        return Block(self.start_on, self.weeks, self.short)

    @property
    def was(self) -> Block:
        return Block(self.was_start_on, self.was_weeks, self.was_short)

    @property
    def held(self) -> frozenset[Week]:
        """The weeks in which a seat is held for it, besides the placement's own."""
        listing = self.placement.listing_id
        return self.block.of(listing) - self.was.of(listing)

    @property
    def is_pending(self) -> bool:
        return self.status == RescheduleStatus.PENDING

    @property
    def is_extension(self) -> bool:
        return self.kind == RescheduleKind.EXTENSION
