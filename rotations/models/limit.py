from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.kinds import CredentialKind, Family
from rotations.models.listing import Listing
from rotations.models.site import State


class Ratio(models.Model):
    """How many learners of one family a preceptor may have at a time, as others rule it.

    Of several that fit, the one for the state counts, then the one for the credential.
    """

    state = models.ForeignKey(
        State,
        verbose_name=_("state"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="ratios",
        help_text=_("Of the site. Empty: every state without a rule of its own."),
    )
    family = models.CharField(_("learners"), max_length=20, choices=Family)
    credential = models.CharField(
        _("with a preceptor who is"),
        max_length=6,
        choices=CredentialKind,
        blank=True,
        help_text=_("Empty: any preceptor."),
    )
    most = models.PositiveSmallIntegerField(_("at a time, at most"), help_text=_("0: none at all."))
    source = models.CharField(
        _("source"), max_length=160, help_text=_("Whose rule it is; preceptors read it.")
    )

    class Meta:
        verbose_name = _("preceptor ratio")
        verbose_name_plural = _("preceptor ratios")
        ordering = ["family", "state__name", "credential"]
        constraints = [
            models.UniqueConstraint(
                name="ratio_once_per_state_family_and_credential",
                fields=["state", "family", "credential"],
                nulls_distinct=False,
                violation_error_message=_("There is a rule for these learners already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_family_display()}: {self.most}"


class FamilyLimit(models.Model):
    """How many learners of one family a listing takes in a week."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="family_limits")
    family = models.CharField(_("learners"), max_length=20, choices=Family)
    most = models.PositiveSmallIntegerField(
        _("in a week, at most"), validators=[MinValueValidator(1)]
    )

    class Meta:
        verbose_name = _("limit on learners")
        verbose_name_plural = _("limits on learners")
        ordering = ["family"]
        constraints = [
            models.UniqueConstraint(
                name="familylimit_once_per_listing", fields=["listing", "family"]
            ),
            models.CheckConstraint(name="familylimit_takes_somebody", condition=Q(most__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.get_family_display()}: {self.most}"
