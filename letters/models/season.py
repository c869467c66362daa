from django.db import models
from django.utils.translation import gettext_lazy as _


class MatchSeason(models.Model):
    """One application season's days (handbook 3.2)."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    opens_on = models.DateField(_("opens"))
    submit_from = models.DateField(_("applicants submit from"))
    review_from = models.DateField(_("programs review from"))
    closes_on = models.DateField(_("closes"), null=True, blank=True)
    is_provisional = models.BooleanField(_("provisional"), default=False)

    class Meta:
        verbose_name = _("match season")
        verbose_name_plural = _("match seasons")
        ordering = ["review_from"]

    def __str__(self) -> str:
        return self.name
