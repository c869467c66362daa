import pghistory
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.codes import new_code
from accounts.models import User
from audit.constraints import both_or_neither
from letters.codes import grouped, new_certificate_code
from placements.models import Placement


def private_storage() -> Storage:
    return storages["private"]


def issued_path(_document: "IssuedDocument", _name: str) -> str:
    return f"issued/{new_code()}.pdf"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class IssuedDocument(models.Model):
    """A certificate: what it states, frozen and signed, and the PDF that says so.

    The row comes first, the worker adds the file. Bytes never change after that:
    a correction issues another one and this one then says “replaced”.
    """

    code = models.CharField(max_length=17, unique=True, default=new_certificate_code)
    number = models.CharField(_("certificate number"), max_length=20, unique=True)
    placement = models.ForeignKey(
        Placement, on_delete=models.PROTECT, related_name="issued_documents"
    )
    facts = models.JSONField(_("what it states"))
    key_id = models.CharField(max_length=16)
    signature = models.CharField(max_length=100)
    file = models.FileField(
        storage=private_storage, upload_to=issued_path, max_length=120, blank=True
    )
    sha256 = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    issued_at = models.DateTimeField(_("issued"), auto_now_add=True)
    rendered_at = models.DateTimeField(_("PDF made"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    revoked_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    revoke_reason = models.CharField(_("reason"), max_length=300, blank=True, editable=False)
    replaced_by = models.OneToOneField(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replaces",
        editable=False,
    )

    class Meta:
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        ordering = ["-pk"]
        constraints = [
            both_or_neither("issueddocument_revoked_by_somebody", "revoked_at", "revoked_by"),
            models.UniqueConstraint(
                name="issueddocument_one_valid_per_placement",
                fields=["placement"],
                condition=Q(revoked_at=None, replaced_by=None),
            ),
            models.CheckConstraint(
                name="issueddocument_file_has_a_hash",
                condition=Q(rendered_at=None, sha256="")
                | Q(rendered_at__isnull=False) & ~Q(sha256=""),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("letters:verify_code", args=[self.code])

    @property
    def printed_code(self) -> str:
        return grouped(self.code)

    @property
    def state(self) -> str:
        """``valid``, ``replaced`` or ``revoked``."""
        if self.revoked_at:
            return "revoked"
        return "replaced" if self.replaced_by_id else "valid"
