"""What is asked of one placement beyond its listing, or let pass; and a note of attendance."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import new_code
from accounts.models import DocumentType, User
from placements.models.placement import Placement


class DemandOrigin(models.TextChoices):
    SITE = "site", _("The site asks for it")
    PRECEPTOR = "preceptor", _("The preceptor asks for it")
    LAW = "law", _("A rule changed")
    PORTAL = "portal", _("We ask for it")


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class LateRequirement(models.Model):
    """A document asked of one placement after it was accepted, or let pass there.

    One that is asked for late opens a window in which the learner may cancel without a
    loss (``free_until``); one that is let pass (``waived``) counts as met, to a day or for good.
    """

    placement = models.ForeignKey(
        Placement, on_delete=models.PROTECT, related_name="late_requirements"
    )
    type = models.ForeignKey(DocumentType, on_delete=models.PROTECT, related_name="+")
    waived = models.BooleanField(_("let pass"), default=False)
    waived_until = models.DateField(_("let pass until"), null=True, blank=True)
    origin = models.CharField(
        _("who asks for it"), max_length=10, choices=DemandOrigin, default=DemandOrigin.SITE
    )
    note = models.CharField(_("what counts, or why"), max_length=200, blank=True)
    added_at = models.DateTimeField(_("added"), default=timezone.now)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    free_until = models.DateTimeField(_("free to cancel until"), null=True, blank=True)

    class Meta:
        verbose_name = _("late requirement")
        verbose_name_plural = _("late requirements")
        ordering = ["added_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="laterequirement_once_per_placement", fields=["placement", "type"]
            ),
            models.CheckConstraint(
                name="laterequirement_asked_for_opens_a_window",
                condition=Q(waived=True, free_until=None)
                | Q(waived=False, free_until__isnull=False, waived_until=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type}, {self.placement}"

    @property
    def is_open(self) -> bool:
        """She may still leave without a loss because of it."""
        return bool(self.free_until and self.free_until >= timezone.now())


class RuleChange(models.Model):
    """Its listing came to ask for more, or otherwise, than when this placement was accepted.

    Until ``free_until`` the learner may cancel without a loss.
    """

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="rule_changes")
    changed_at = models.DateTimeField(_("changed"))
    # Slugs of papers.
    added = models.JSONField(_("added"), default=list)
    # By the slug of a paper, what is asked otherwise: as was and is.
    changed = models.JSONField(_("changed"), default=dict)
    free_until = models.DateTimeField(_("free to cancel until"))

    class Meta:
        verbose_name = _("change of rules")
        verbose_name_plural = _("changes of rules")
        ordering = ["changed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="rulechange_once_per_placement", fields=["placement", "changed_at"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.placement}, {self.changed_at:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        """She may still leave without a loss because of it."""
        return self.free_until >= timezone.now()


class AttendanceNote(models.Model):
    """Staff's word on what was attended of a rotation that got no certificate; frozen when issued."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    placement = models.OneToOneField(
        Placement, on_delete=models.PROTECT, related_name="attendance_note"
    )
    facts = models.JSONField(_("what it says"), default=dict)
    issued_at = models.DateTimeField(_("issued"), default=timezone.now)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("attendance note")
        verbose_name_plural = _("attendance notes")
        ordering = ["-issued_at"]

    def __str__(self) -> str:
        return str(self.placement)
