import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.codes import new_code
from accounts.immunity import Shot, Threshold
from accounts.kinds import TESTS, VACCINES, Immunity, ShotKind, ShotResult
from accounts.models.user import User
from audit.constraints import both_or_neither

MOST_UNITS = 100_000


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class ImmunizationFact(models.Model):
    """One dose or one test of a learner, as her record has it. Health data: hers and staff's."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="immunization_facts")
    kind = models.CharField(_("dose or test"), max_length=16, choices=ShotKind)
    on = models.DateField(_("day"))
    result = models.CharField(_("result"), max_length=10, choices=ShotResult, blank=True)
    value = models.DecimalField(
        _("number, in mIU/mL"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(MOST_UNITS)],
    )
    entered_at = models.DateTimeField(_("entered"), auto_now_add=True)
    verified_at = models.DateTimeField(_("seen on the paper"), null=True, blank=True)
    verified_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("immunization fact")
        verbose_name_plural = _("immunization facts")
        ordering = ["kind", "on"]
        constraints = [
            both_or_neither("immunizationfact_verified_by_somebody", "verified_at", "verified_by"),
            models.UniqueConstraint(
                name="immunizationfact_once_a_day",
                fields=["owner", "kind", "on"],
                violation_error_message=_("This is entered already."),
            ),
            models.CheckConstraint(
                name="immunizationfact_says_what_its_kind_says",
                condition=Q(kind__in=sorted(VACCINES), result="", value=None)
                | Q(kind__in=sorted(TESTS), value=None) & ~Q(result="")
                | Q(kind=ShotKind.ANTI_HBS, result="", value__isnull=False, value__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.on}"

    @property
    def shot(self) -> Shot:
        """As the rules read it."""
        return Shot(self.kind, self.on, self.result, self.value)


class ImmunizationRule(models.Model):
    """What is enough for one item, where it differs from what the portal ships with."""

    item = models.CharField(_("item"), max_length=10, choices=Immunity, unique=True)
    doses = models.PositiveSmallIntegerField(_("doses"), default=0)
    titre_counts = models.BooleanField(_("a positive antibody test is enough"), default=False)
    least = models.DecimalField(
        _("antibodies, at least"),
        max_digits=8,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("In mIU/mL, for hepatitis B. Empty: no number is asked for."),
    )
    months = models.PositiveSmallIntegerField(
        _("months that it counts"), null=True, blank=True, help_text=_("Empty: for ever.")
    )
    is_asked = models.BooleanField(_("asked by default"), default=True)

    class Meta:
        verbose_name = _("immunization rule")
        verbose_name_plural = _("immunization rules")
        ordering = ["item"]

    def __str__(self) -> str:
        return str(self.get_item_display())

    @property
    def threshold(self) -> Threshold:
        return Threshold(
            self.item,
            doses=self.doses,
            titre_counts=self.titre_counts,
            least=self.least,
            months=self.months,
            is_asked=self.is_asked,
        )
