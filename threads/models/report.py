from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import new_code
from accounts.models import User
from audit.constraints import both_or_neither
from placements.models import Application
from rotations.models import Listing
from threads.kinds import Concern


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: User) -> "ReportQuerySet":
        """For staff with the right to it; what concerns staff themselves needs a right of its own."""
        if not (user.is_staff and user.has_perm("threads.view_report")):
            return self.none()
        if user.has_perm("threads.view_report_about_staff"):
            return self
        return self.exclude(concern=Concern.STAFF)

    def new(self) -> "ReportQuerySet":
        return self.filter(taken_at=None, closed_at=None)


class Report(models.Model):
    """Mistreatment or a danger, told in confidence: to staff alone, in no thread, on no other page.

    It outlives the application that it came from. It names nobody but in its reporter's words.
    """

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    reporter = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reports")
    concern = models.CharField(_("about"), max_length=14, choices=Concern)
    application = models.ForeignKey(
        Application, null=True, blank=True, on_delete=models.SET_NULL, related_name="reports"
    )
    listing = models.ForeignKey(
        Listing, null=True, blank=True, on_delete=models.PROTECT, related_name="reports"
    )
    text = models.TextField(_("what happened"), max_length=4000)
    no_mail = models.BooleanField(_("not by mail"), default=False)
    filed_at = models.DateTimeField(_("reported"), default=timezone.now)
    taken_at = models.DateTimeField(_("in hand since"), null=True, blank=True)
    taken_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["-filed_at", "-pk"]
        permissions = [("view_report_about_staff", "Can read reports about staff")]
        constraints = [
            both_or_neither("report_taken_by_somebody", "taken_at", "taken_by"),
            both_or_neither("report_closed_by_somebody", "closed_at", "closed_by"),
            models.CheckConstraint(
                name="report_is_taken_before_it_is_closed",
                condition=Q(closed_at=None) | Q(taken_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_concern_display()}, {self.filed_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("threads:own_report", args=[self.code])

    def lock(self) -> None:
        rows = Report.objects.select_for_update(no_key=True, of=("self",))
        self.refresh_from_db(from_queryset=rows)

    @property
    def state(self) -> str:
        """``new``, ``in_hand`` or ``closed``."""
        if self.closed_at:
            return "closed"
        return "in_hand" if self.taken_at else "new"


class ReportNote(models.Model):
    """What staff did about a report, for staff alone."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="notes")
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField(_("note"), max_length=2000)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.written_by}"
