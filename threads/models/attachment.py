from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.codes import new_code
from accounts.kinds import Scan
from accounts.models import User
from accounts.models.document import openable_scans, private_storage
from threads.models.thread import Message


def attachment_path(_attachment: "Attachment", _name: str) -> str:
    """A random name, as of every file that somebody sends."""
    return f"attachments/{new_code()}"


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def openable(self) -> "AttachmentQuerySet":
        """What a scanner that is set has called clean (promise C5)."""
        return self.filter(scan__in=openable_scans())


class Attachment(models.Model):
    """A file that went with a message: read, understood and written anew, like every upload."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="attachments")
    file = models.FileField(storage=private_storage, upload_to=attachment_path, max_length=120)
    name = models.CharField(_("file name"), max_length=100)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField(help_text=_("In bytes."))
    sha256 = models.CharField(max_length=64)
    scan = models.CharField(_("virus check"), max_length=10, choices=Scan, default=Scan.UNSCANNED)
    virus = models.CharField(_("virus"), max_length=100, blank=True)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="attachment_with_a_virus_is_named",
                condition=Q(virus="") & ~Q(scan=Scan.INFECTED)
                | Q(scan=Scan.INFECTED) & ~Q(virus=""),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def lock(self) -> None:
        rows = Attachment.objects.select_for_update(no_key=True, of=("self",))
        self.refresh_from_db(from_queryset=rows)

    @property
    def is_openable(self) -> bool:
        return self.scan in openable_scans()

    @property
    def is_infected(self) -> bool:
        return self.scan == Scan.INFECTED
