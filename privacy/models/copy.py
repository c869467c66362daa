from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import new_code
from accounts.models import User

MOST_TRIES = 5


def private_storage() -> Storage:
    return storages["private"]


def export_path(_export: "Export", _name: str) -> str:
    return f"exports/{new_code()}.zip"


class ExportQuerySet(models.QuerySet["Export"]):
    def owed(self) -> "ExportQuerySet":
        return self.filter(ready_at=None, failed_at=None)


class Export(models.Model):
    """A copy of all that the portal holds about one person, made by a worker, for a week."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="exports")
    requested_at = models.DateTimeField(_("asked"), default=timezone.now)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    ready_at = models.DateTimeField(_("ready"), null=True, blank=True)
    failed_at = models.DateTimeField(_("failed"), null=True, blank=True)
    expires_at = models.DateTimeField(_("deleted on"), null=True, blank=True)
    file = models.FileField(
        storage=private_storage, upload_to=export_path, max_length=120, blank=True
    )
    size = models.PositiveBigIntegerField(_("size"), default=0, help_text=_("In bytes."))

    objects = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("copy of somebody’s data")
        verbose_name_plural = _("copies of somebody’s data")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                name="export_one_in_the_making",
                fields=["owner"],
                condition=Q(ready_at=None, failed_at=None),
            ),
            models.CheckConstraint(
                name="export_is_ready_or_failed",
                condition=Q(ready_at=None) | Q(failed_at=None),
            ),
            models.CheckConstraint(
                name="export_ready_says_until_when",
                condition=Q(ready_at=None, expires_at=None, file="")
                | Q(ready_at__isnull=False, expires_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner}, {self.requested_at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("privacy:export", args=[self.code])

    @property
    def state(self) -> str:
        """``requested``, ``ready``, ``expired`` or ``failed``."""
        if self.failed_at:
            return "failed"
        if self.ready_at is None or self.expires_at is None:
            return "requested"
        return "ready" if self.file and self.expires_at > timezone.now() else "expired"
