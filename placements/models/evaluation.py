from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit.constraints import both_or_neither
from placements.models.placement import Placement


class Competency(models.TextChoices):
    """The six of the ACGME (handbook 3.8), in plain words."""

    PATIENT_CARE = "patient_care", _("Patient care")
    KNOWLEDGE = "knowledge", _("Medical knowledge")
    LEARNING = "learning", _("Learning from practice")
    COMMUNICATION = "communication", _("Communication")
    PROFESSIONALISM = "professionalism", _("Professionalism")
    SYSTEM = "system", _("Working in the system")


class Support(models.TextChoices):
    """Private: the learner never sees it."""

    YES = "yes", _("Yes")
    NOT_SURE = "not_sure", _("Not sure yet")
    NO = "no", _("No")


class EvaluationKind(models.TextChoices):
    MIDPOINT = "midpoint", _("Midpoint")
    FINAL = "final", _("Final")


class Evaluation(models.Model):
    """The preceptor's assessment of a learner. A draft until it is signed.

    ``scores`` maps a competency to 1 to 5, or to null for “not observed”.
    """

    placement = models.ForeignKey(Placement, on_delete=models.PROTECT, related_name="evaluations")
    kind = models.CharField(max_length=10, choices=EvaluationKind, default=EvaluationKind.FINAL)
    scores = models.JSONField(_("scores"), default=dict)
    comment = models.TextField(
        _("one thing she does well, one to work on"), max_length=2000, blank=True
    )
    would_host_again = models.BooleanField(_("would host again"), null=True, blank=True)
    would_support_letter = models.CharField(
        _("would support a letter"), max_length=10, choices=Support, blank=True
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    signed_at = models.DateTimeField(_("signed"), null=True, blank=True, editable=False)
    signed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    class Meta:
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")
        constraints = [
            models.UniqueConstraint(name="evaluation_one_of_a_kind", fields=["placement", "kind"]),
            both_or_neither("evaluation_signed_by_somebody", "signed_at", "signed_by"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} evaluation of {self.placement}"

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None
