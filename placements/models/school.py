from datetime import date

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import new_code
from accounts.models import PreceptorProfile, User
from audit.constraints import both_or_neither
from placements.models.application import Application
from rotations.blocks import Block


class SchoolAnswer(models.TextChoices):
    YES = "yes", _("Yes, the school approves it")
    NO = "no", _("No, the school does not approve it")


class SchoolApprovalQuerySet(models.QuerySet["SchoolApproval"]):
    def waiting(self) -> "SchoolApprovalQuerySet":
        """Asked, and the link still takes an answer."""
        now = timezone.now()
        return self.filter(answered_at=None, revoked_at=None, expires_at__gt=now)


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class SchoolApproval(models.Model):
    """A school's word for one student, one preceptor and the days of a block, asked for by a mail.

    ``facts`` is what the official read when she signed: frozen, because the word is for that.
    """

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="school_approvals"
    )
    preceptor = models.ForeignKey(PreceptorProfile, on_delete=models.PROTECT, related_name="+")
    start_on = models.DateField(_("first day"))
    end_on = models.DateField(_("last day"))
    facts = models.JSONField(_("what was asked"), default=dict)
    official_name = models.CharField(_("name of the official"), max_length=150)
    official_email = models.EmailField(_("e-mail of the official"), max_length=254)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField(_("link ends"))
    revoked_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=3, choices=SchoolAnswer, blank=True)
    signed_name = models.CharField(_("signed by"), max_length=150, blank=True)
    signed_title = models.CharField(_("title"), max_length=120, blank=True)
    # The end of the course, where the school says one: dates up to it need no other word.
    reaches_to = models.DateField(_("counts to"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=600, blank=True)
    address = models.GenericIPAddressField(_("answered from"), null=True, blank=True)

    objects = SchoolApprovalQuerySet.as_manager()

    class Meta:
        verbose_name = _("school approval")
        verbose_name_plural = _("school approvals")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            both_or_neither("schoolapproval_revoked_by_somebody", "revoked_at", "revoked_by"),
            models.CheckConstraint(
                name="schoolapproval_answer_is_signed",
                condition=Q(answered_at=None, answer="", signed_name="", signed_title="")
                | Q(answered_at__isnull=False)
                & ~Q(answer="")
                & ~Q(signed_name="")
                & ~Q(signed_title=""),
            ),
            models.CheckConstraint(
                name="schoolapproval_reaches_beyond_what_was_asked",
                condition=Q(reaches_to=None) | Q(reaches_to__gte=F("end_on")),
            ),
            models.UniqueConstraint(
                name="schoolapproval_one_open_per_application",
                fields=["application"],
                condition=Q(answered_at=None, revoked_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.official_name} on {self.application}"

    def lock(self) -> None:
        rows = SchoolApproval.objects.select_for_update(no_key=True, of=("self",))
        self.refresh_from_db(from_queryset=rows)

    @property
    def state(self) -> str:
        """``yes``, ``no``, ``revoked``, ``expired`` or ``waiting``."""
        if self.revoked_at:
            return "revoked"
        if self.answer:
            return self.answer
        return "expired" if self.expires_at <= timezone.now() else "waiting"

    @property
    def domain(self) -> str:
        """Where the official has her mail: staff look at this first."""
        return self.official_email.rpartition("@")[2]

    @property
    def last_day(self) -> date:
        """Up to which a rotation may be moved or extended without asking again."""
        return self.reaches_to or self.end_on

    def covers(self, preceptor_id: int, block: Block | None) -> bool:
        """Whether it is a yes for all of these days with this preceptor."""
        return (
            self.state == SchoolAnswer.YES
            and block is not None
            and self.start_on <= block.start_on
            and block.end_on <= self.last_day
            and self.preceptor_id == preceptor_id
        )
