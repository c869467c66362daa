from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.constraints import both_or_neither
from placements.models.change import Hold
from placements.models.placement import Placement


class HoursEntryQuerySet(models.QuerySet["HoursEntry"]):
    def with_holds(self) -> "HoursEntryQuerySet":
        """Each with ``on_hold``: a hold covers its day. Lifted, it covers the days before."""
        return self.annotate(on_hold=Exists(_covering()))

    def held(self) -> "HoursEntryQuerySet":
        """Those on whose day a hold lies."""
        return self.filter(Exists(_covering()))


def _covering() -> models.QuerySet[Hold]:
    return Hold.objects.filter(
        Q(to_on=None) | Q(to_on__gt=OuterRef("day")),
        placement=OuterRef("placement"),
        from_on__lte=OuterRef("day"),
    )


class HoursEntry(models.Model):
    """The hours of one day, as she logged them, and the preceptor's word for them."""

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="hours")
    day = models.DateField(_("day"))
    hours = models.DecimalField(
        _("hours"),
        max_digits=4,
        decimal_places=2,
        validators=[MinValueValidator(0.25), MaxValueValidator(16)],
    )
    note = models.CharField(
        _("what you did"), max_length=200, blank=True, help_text=_("No patient details.")
    )
    logged_at = models.DateTimeField(auto_now_add=True)
    attested_at = models.DateTimeField(_("signed"), null=True, blank=True, editable=False)
    attested_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    disputed_at = models.DateTimeField(_("not signed"), null=True, blank=True, editable=False)
    disputed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    dispute_note = models.CharField(max_length=300, blank=True, editable=False)
    # Staff have it count although a hold covers the day, and why.
    counted_at = models.DateTimeField(_("counts all the same"), null=True, blank=True)
    counted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    counted_note = models.CharField(_("why it counts"), max_length=300, blank=True)

    objects = HoursEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("hours entry")
        verbose_name_plural = _("hours entries")
        ordering = ["day"]
        constraints = [
            models.UniqueConstraint(name="hoursentry_one_a_day", fields=["placement", "day"]),
            models.CheckConstraint(
                name="hoursentry_is_a_part_of_a_day", condition=Q(hours__gt=0, hours__lte=16)
            ),
            both_or_neither("hoursentry_attested_by_somebody", "attested_at", "attested_by"),
            both_or_neither("hoursentry_disputed_by_somebody", "disputed_at", "disputed_by"),
            both_or_neither("hoursentry_counted_by_somebody", "counted_at", "counted_by"),
            models.CheckConstraint(
                name="hoursentry_is_signed_or_not",
                condition=Q(attested_at=None) | Q(disputed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.hours} h"

    @property
    def state(self) -> str:
        if self.attested_at:
            return "attested"
        return "disputed" if self.disputed_at else "logged"
