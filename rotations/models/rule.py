from django.db import models
from django.utils.translation import gettext_lazy as _

from rotations.kinds import Rule, Severity


class EligibilityRule(models.Model):
    """How hard a rule is, where it differs from what the portal ships with (handbook 3.4)."""

    rule = models.CharField(_("rule"), max_length=10, choices=Rule, unique=True)
    severity = models.CharField(_("who does not meet it"), max_length=10, choices=Severity)

    class Meta:
        verbose_name = _("eligibility rule")
        verbose_name_plural = _("eligibility rules")
        ordering = ["rule"]

    def __str__(self) -> str:
        return str(self.get_rule_display())
