import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# The table itself knows the two things that may ever happen to an event: after seven years it may
# go, and the address that an erased person acted from may be taken out of it.
APPEND_ONLY = """
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '7 years' THEN
        RETURN OLD;
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.address IS NULL
        AND to_jsonb(NEW) - 'address' = to_jsonb(OLD) - 'address'
        AND EXISTS (SELECT 1 FROM accounts_user WHERE id = OLD.by_id AND erased_at IS NOT NULL)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;
"""


class Event(models.Model):
    """What happened, to what, by whom. Nobody can change or delete one.

    ``subject`` is ``app.model`` and ``subject_id`` its key, without a foreign
    key: an event outlives its subject. ``by`` is empty when the clock did it.
    It holds keys and no words of anybody's, so that it can stay when a person is erased.
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
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=APPEND_ONLY,
            )
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
