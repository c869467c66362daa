from datetime import date, datetime

import pghistory
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.kinds import OF_PROFESSIONS, Board, BoardStatus
from accounts.models.user import User
from audit.constraints import both_or_neither


class BoardQuerySet(models.QuerySet["BoardCertification"]):
    def current(self, day: date) -> "BoardQuerySet":
        """Certified or eligible, and not past the last day."""
        rows = self.exclude(status=BoardStatus.EXPIRED)
        return rows.filter(Q(expires_on=None) | Q(expires_on__gte=day))

    def shown(self, day: date) -> "BoardQuerySet":
        """What learners read: current, and seen by staff."""
        return self.current(day).exclude(verified_at=None)

    def as_array(self) -> ArraySubquery:
        """These rows within a row of another table; ``BoardCertification.of_row`` reads one."""
        fields = ("board", "certificate", "status", "verified_at")
        return ArraySubquery(self.values(row=JSONObject(**{name: name for name in fields})))


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class BoardCertification(models.Model):
    """What a board says of a preceptor, as she entered it; seen by staff or not yet."""

    preceptor = models.ForeignKey(
        "accounts.PreceptorProfile", on_delete=models.CASCADE, related_name="certifications"
    )
    board = models.CharField(_("board"), max_length=8, choices=Board)
    certificate = models.CharField(_("specialty or certificate"), max_length=200)
    status = models.CharField(
        _("status"), max_length=10, choices=BoardStatus, default=BoardStatus.CERTIFIED
    )
    since = models.DateField(_("since"), null=True, blank=True)
    # Without a day it is kept up continuously, as most boards do now.
    expires_on = models.DateField(_("expires"), null=True, blank=True)
    verified_at = models.DateTimeField(_("seen"), null=True, blank=True)
    verified_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = BoardQuerySet.as_manager()

    class Meta:
        verbose_name = _("board certification")
        verbose_name_plural = _("board certifications")
        ordering = ["board", "certificate", "pk"]
        constraints = [
            both_or_neither("boardcertification_seen_by_somebody", "verified_at", "verified_by"),
            models.UniqueConstraint(
                name="boardcertification_is_entered_once",
                fields=["preceptor", "board", "certificate"],
            ),
            models.CheckConstraint(
                name="boardcertification_expires_after_it_began",
                condition=Q(since=None) | Q(expires_on=None) | Q(expires_on__gte=F("since")),
                violation_error_message=_("The last day lies before the first."),
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @classmethod
    def of_row(cls, row: dict[str, str]) -> "BoardCertification":
        seen = datetime.fromisoformat(row["verified_at"])
        return cls(**{**row, "verified_at": seen})

    @property
    def is_expired(self) -> bool:
        ends = self.expires_on
        return self.status == BoardStatus.EXPIRED or (
            ends is not None and ends < timezone.localdate()
        )

    @property
    def words(self) -> str:
        """“Board certified in internal medicine (ABIM)”."""
        facts = {"what": self.certificate, "board": self.board}
        is_eligible = self.status == BoardStatus.ELIGIBLE
        if self.board == Board.OTHER:
            said = gettext("Board eligible: %(what)s") if is_eligible else gettext(
                "Board certified: %(what)s")  # fmt: skip
        elif self.board in OF_PROFESSIONS:
            said = gettext("Eligible as %(what)s (%(board)s)") if is_eligible else gettext(
                "Certified as %(what)s (%(board)s)")  # fmt: skip
        else:
            said = gettext("Board eligible in %(what)s (%(board)s)") if is_eligible else gettext(
                "Board certified in %(what)s (%(board)s)")  # fmt: skip
        return said % facts
