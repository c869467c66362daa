from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from privacy.terms import SHIPPED, Term

# The record of changes goes after seven years at the earliest: its table refuses it before.
MOST_DAYS = 20 * 365


class RetentionTerm(models.Model):
    """How many days one kind of thing is kept, and on which ground."""

    key = models.CharField(_("what"), max_length=16, choices=Term, unique=True, editable=False)
    days = models.PositiveIntegerField(
        _("days"), validators=[MinValueValidator(1), MaxValueValidator(MOST_DAYS)]
    )
    basis = models.CharField(
        _("ground"), max_length=200, help_text=_("The law, contract or decision behind it.")
    )

    class Meta:
        verbose_name = _("term of keeping")
        verbose_name_plural = _("terms of keeping")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="retentionterm_is_a_day", condition=Q(days__gte=1))
        ]

    def __str__(self) -> str:
        return str(self.get_key_display())

    def clean(self) -> None:
        least = SHIPPED[Term.RECORD].days
        if self.key == Term.RECORD and (self.days or 0) < least:
            raise ValidationError(
                {"days": _("The record of changes stays for %(n)d days at least.") % {"n": least}}
            )

    @property
    def since(self) -> str | Promise:
        """What the days are counted from."""
        return SHIPPED[Term(self.key)].since


class RetentionRun(models.Model):
    """One night's deletions: how many of what, never which."""

    day = models.DateField(_("night"), unique=True)
    started_at = models.DateTimeField(_("began"), default=timezone.now)
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)
    counts = models.JSONField(_("deleted"), default=dict)
    failed = models.JSONField(_("could not be deleted"), default=list)

    class Meta:
        verbose_name = _("night of deletions")
        verbose_name_plural = _("nights of deletions")
        ordering = ["-day"]
        constraints = [
            models.CheckConstraint(
                name="retentionrun_ends_after_it_began",
                condition=Q(finished_at=None) | Q(finished_at__gte=F("started_at")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}"

    @property
    def total(self) -> int:
        return sum(self.counts.values())


class FileToDelete(models.Model):
    """A file in the private storage whose row is gone, or was never written.

    The name is written down in the transaction that drops the row; a worker deletes the
    file and then this. So a process that dies leaves no file behind that nobody knows of.
    """

    name = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField(_("from"), default=timezone.now)

    class Meta:
        verbose_name = _("file to delete")
        verbose_name_plural = _("files to delete")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.name
