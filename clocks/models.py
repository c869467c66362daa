import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clocks.intervals import declared


class DueQuerySet(models.QuerySet["Due"]):
    def due(self) -> "DueQuerySet":
        return self.filter(done_at=None, at__lte=timezone.now())


class Due(models.Model):
    """Something that the clock must do, to one subject, at a moment.

    ``kind`` is the name of the task that does it, ``occurrence`` tells the same
    kind apart for one subject ("offer 17, 24 hours before"). Nothing is ever
    unscheduled: the task asks again whether it still holds.
    """

    kind = models.CharField(max_length=80)
    subject_id = models.BigIntegerField()
    occurrence = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField(_("due"))
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=200, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)

    objects = DueQuerySet.as_manager()

    class Meta:
        verbose_name = _("due thing")
        verbose_name_plural = _("due things")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="due_once_per_occurrence", fields=["kind", "subject_id", "occurrence"]
            )
        ]
        indexes = [models.Index("at", "id", name="due_soonest", condition=Q(done_at=None))]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id} {self.occurrence}".strip()


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Interval(models.Model):
    """The numbers of one timer; what it is for and the shipped numbers stand in its declaration.

    A timer without a row counts by the shipped ones.
    """

    key = models.CharField(max_length=40, unique=True, editable=False)
    numbers = ArrayField(models.SmallIntegerField(), verbose_name=_("numbers"))

    class Meta:
        verbose_name = _("timer")
        verbose_name_plural = _("timers")
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(name="interval_has_a_number", condition=Q(numbers__len__gt=0))
        ]

    def __str__(self) -> str:
        return str(declared()[self.key].purpose) if self.key in declared() else self.key
