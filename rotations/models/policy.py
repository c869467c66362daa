from itertools import pairwise
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

WHOLE = 100


def validate_tiers(tiers: Any) -> None:
    """Days fall, percentages never rise as notice shrinks, the last tier is day 0.

    A tier is ``[days before the start, percent of the fee given back]`` (handbook 3.6).
    """
    rows = isinstance(tiers, list) and all(
        isinstance(row, list) and len(row) == 2 and all(type(n) is int for n in row)  # noqa: PLR2004
        for row in tiers
    )
    if not rows or not tiers:
        raise ValidationError(_("Write tiers as [[30, 100], [14, 50], [0, 0]]."))
    if any(days < 0 or not 0 <= percent <= WHOLE for days, percent in tiers):
        raise ValidationError(_("Days are not negative, and percentages lie between 0 and 100."))
    for (days, percent), (later, less) in pairwise(tiers):
        if later >= days or less > percent:
            raise ValidationError(
                _("With shorter notice the days must fall and the percentage must not rise.")
            )
    if tiers[-1][0] != 0:
        raise ValidationError(_("The last tier must be day 0."))


class CancellationPolicy(models.Model):
    """What comes back when plans change. Frozen into a placement when it is accepted."""

    slug = models.SlugField(max_length=30, unique=True)
    name = models.CharField(_("name"), max_length=40)
    tiers = models.JSONField(
        _("tiers"), validators=[validate_tiers], help_text=_("[[30, 100], [14, 50], [0, 0]]")
    )

    class Meta:
        verbose_name = _("cancellation policy")
        verbose_name_plural = _("cancellation policies")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
