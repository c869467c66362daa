from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rotations.blocks import Week
from rotations.models import Listing


class SeatDifferenceQuerySet(models.QuerySet["SeatDifference"]):
    def open(self) -> "SeatDifferenceQuerySet":
        return self.filter(ended_at=None)


class SeatDifference(models.Model):
    """A week whose counter says otherwise than the rows that hold its seats.

    Found by ``placements.actions.counters`` at night; who mended it is in the events.
    """

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+")
    monday = models.DateField(_("week of"))
    counted = models.PositiveSmallIntegerField(_("the counter says"))
    held = models.PositiveSmallIntegerField(_("hold a seat"))
    found_at = models.DateTimeField(_("found"), default=timezone.now)
    ended_at = models.DateTimeField(_("mended"), null=True, blank=True)

    objects = SeatDifferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("week that does not add up")
        verbose_name_plural = _("weeks that do not add up")
        ordering = ["-found_at", "monday", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="seatdifference_one_open_per_week",
                fields=["listing", "monday"],
                condition=Q(ended_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.listing}, {self.monday}"

    @property
    def week(self) -> Week:
        return (self.listing_id, self.monday)
