import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """What happened, to what, by whom. Nobody can change or delete one.

    ``subject`` is ``app.model`` and ``subject_id`` its key, without a foreign
    key: an event outlives its subject. ``by`` is empty when the clock did it.
    """

    at = models.DateTimeField(_("when"), default=timezone.now)
    verb = models.CharField(_("what"), max_length=80)
    subject = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=40)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("on behalf of"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    detail = models.JSONField(_("detail"), default=dict, blank=True)
    address = models.GenericIPAddressField(_("address"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index("subject", "subject_id", "id", name="event_by_subject"),
            models.Index("by", "id", name="event_by_actor"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}:{self.subject_id}"

    @property
    def who(self) -> str:
        """“Ana Ruiz for Helen Castellano”; the clock where nobody did it."""
        if self.on_behalf_of is None:
            return str(self.by or gettext("the clock"))
        names = {"by": self.by, "principal": self.on_behalf_of}
        return gettext("%(by)s for %(principal)s") % names
