from collections import defaultdict
from collections.abc import Set
from datetime import date
from functools import reduce
from operator import or_

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rotations.blocks import Week
from rotations.models.listing import Listing


class SeatWeekQuerySet(models.QuerySet["SeatWeek"]):
    def lock(self, weeks: Set[Week]) -> dict[Week, "SeatWeek"]:
        """Lock these weeks in the one order that everybody uses; read them as they now are."""
        mondays: dict[int, list[date]] = defaultdict(list)
        for listing, monday in weeks:
            mondays[listing].append(monday)
        mine = reduce(
            or_,
            (Q(listing_id=listing, monday__in=days) for listing, days in mondays.items()),
            Q(pk=None),
        )
        rows = (
            self.filter(mine)
            .order_by("listing_id", "monday")
            .select_for_update(no_key=True, of=("self",))
        )
        return {(row.listing_id, row.monday): row for row in rows}


class SeatWeek(models.Model):
    """One listing's seats in one week: the unit of capacity.

    A block of n weeks takes a seat in each of n rows, as a hotel booking takes
    nights. Only ``rotations.actions.seats`` writes ``taken``; whoever else tries,
    the database still refuses to seat one learner too many.
    """

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="weeks")
    monday = models.DateField(_("Monday"))
    capacity = models.PositiveSmallIntegerField(_("seats"))
    # Why nobody comes: for her office and staff alone, never for learners.
    closed_for = models.CharField(_("closed for"), max_length=80, blank=True)
    taken = models.PositiveSmallIntegerField(_("taken"), default=0, editable=False)
    free = models.GeneratedField(
        expression=F("capacity") - F("taken"),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )

    objects = SeatWeekQuerySet.as_manager()

    class Meta:
        verbose_name = _("week")
        verbose_name_plural = _("weeks")
        ordering = ["monday"]
        constraints = [
            models.CheckConstraint(
                name="seatweek_starts_on_a_monday",
                condition=Q(monday__iso_week_day=1),
                violation_error_message=_("A week starts on a Monday."),
            ),
            models.CheckConstraint(
                name="seatweek_is_never_overbooked",
                condition=Q(taken__lte=F("capacity")),
                violation_error_message=_("More seats are taken than that."),
            ),
            models.CheckConstraint(
                name="seatweek_only_a_closed_one_has_a_reason",
                condition=Q(closed_for="") | Q(capacity=0),
            ),
            models.UniqueConstraint(
                name="seatweek_one_per_listing_and_monday", fields=["listing", "monday"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing}, week of {self.monday:%-d %b %Y}"

    @property
    def key(self) -> Week:
        return (self.listing_id, self.monday)
