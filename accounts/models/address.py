from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

STOPPABLE = timedelta(days=3)


class AddressChangeQuerySet(models.QuerySet["AddressChange"]):
    def stoppable(self) -> "AddressChangeQuerySet":
        """Asked for lately, and not stopped yet; done or not."""
        return self.filter(stopped_at=None, asked_at__gt=timezone.now() - STOPPABLE)


class AddressChange(models.Model):
    """Somebody signed in as this person wants another address; the old one can stop it.

    The link that stops it lies in the old mailbox alone: here is its hash.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="address_changes"
    )
    old = models.EmailField(max_length=254)
    new = models.EmailField(max_length=254)
    key = models.CharField(max_length=64, unique=True)
    asked_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

    objects = AddressChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(name="addresschange_leads_elsewhere", condition=~Q(old=F("new")))
        ]

    def __str__(self) -> str:
        return f"{self.old} → {self.new}"

    @property
    def stoppable_until(self) -> datetime:
        return self.asked_at + STOPPABLE
