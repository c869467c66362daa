from calendar import monthrange
from datetime import date, timedelta

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.files import File
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.codes import new_code
from accounts.kinds import DocumentGroup, Family, RejectReason, Scan, Validity
from accounts.models.user import User
from accounts.uploads import scanning
from accounts.uploads.drawing import MAX_DRAWN
from audit.constraints import both_or_neither


class DocumentType(models.Model):
    """One kind of paper that sites ask for (handbook 3.3)."""

    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    group = models.CharField(_("group"), max_length=20, choices=DocumentGroup)
    what_counts = models.CharField(_("what counts"), max_length=300)
    validity = models.CharField(_("validity"), max_length=10, choices=Validity)
    validity_months = models.PositiveSmallIntegerField(_("months"), null=True, blank=True)
    through_end = models.BooleanField(_("must be valid through the last day"), default=False)
    is_identity = models.BooleanField(
        _("identity document"), default=False, help_text=_("Never shown to preceptors.")
    )
    is_health = models.BooleanField(_("health record"), default=False)
    hands_on_only = models.BooleanField(_("only for hands-on work"), default=False)
    families = ArrayField(
        models.CharField(max_length=20, choices=Family),
        default=list,
        blank=True,
        help_text=_("Empty: everybody."),
    )
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("document type")
        verbose_name_plural = _("document types")
        ordering = ["order", "name"]
        constraints = [
            models.CheckConstraint(
                name="documenttype_months_where_they_count",
                condition=~Q(validity=Validity.MONTHS) | Q(validity_months__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.name


def private_storage() -> Storage:
    """Outside the web root, without an address."""
    return storages["private"]


def private_path(_document: "Document", _name: str) -> str:
    """A random name: what the person called the file never reaches the disk."""
    return f"documents/{new_code()}"


class DocumentQuerySet(models.QuerySet["Document"]):
    def current(self) -> "DocumentQuerySet":
        """The newest version of each."""
        return self.filter(superseded_at=None)

    def openable(self) -> "DocumentQuerySet":
        """Those that anybody may open at all, as far as viruses go (promise C5)."""
        return self.filter(scan__in=openable_scans())

    def to_review(self) -> "DocumentQuerySet":
        """What waits for a coordinator's yes or no."""
        return self.current().openable().filter(verified_at=None, rejected_at=None)


def openable_scans() -> frozenset[Scan]:
    """Where a scanner is there, nothing that it has not called clean."""
    known = frozenset({Scan.CLEAN})
    return known if scanning.is_configured() else known | {Scan.UNSCANNED}


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Document(models.Model):
    """One version of one paper in a learner's wallet, with its validity and review."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="documents")
    type = models.ForeignKey(DocumentType, on_delete=models.PROTECT, related_name="documents")
    file = models.FileField(storage=private_storage, upload_to=private_path, max_length=120)
    name = models.CharField(_("file name"), max_length=100)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField(help_text=_("In bytes."))
    sha256 = models.CharField(max_length=64)
    pages = models.PositiveSmallIntegerField(default=1)
    scan = models.CharField(
        _("virus check"), max_length=10, choices=Scan, default=Scan.UNSCANNED, editable=False
    )
    virus = models.CharField(_("virus"), max_length=100, blank=True, editable=False)
    issued_on = models.DateField(_("issued"), null=True, blank=True)
    expires_on = models.DateField(_("expires"), null=True, blank=True)
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    verified_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    verified_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    rejected_at = models.DateTimeField(_("not accepted"), null=True, blank=True)
    rejected_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reject_reason = models.CharField(max_length=20, choices=RejectReason, blank=True)
    reject_note = models.CharField(max_length=300, blank=True)
    superseded_at = models.DateTimeField(_("replaced"), null=True, blank=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["type__order", "-uploaded_at"]
        permissions = [("view_identity_document", "Can open passports and visas")]
        constraints = [
            both_or_neither("document_verified_by_somebody", "verified_at", "verified_by"),
            both_or_neither("document_rejected_by_somebody", "rejected_at", "rejected_by"),
            models.CheckConstraint(
                name="document_is_accepted_or_not",
                condition=Q(verified_at=None) | Q(rejected_at=None),
            ),
            models.CheckConstraint(
                name="document_accepted_has_no_virus",
                condition=Q(verified_at=None) | Q(scan__in=[Scan.UNSCANNED, Scan.CLEAN]),
            ),
            models.CheckConstraint(
                name="document_with_a_virus_is_named_and_not_current",
                condition=Q(virus="") & ~Q(scan=Scan.INFECTED)
                | Q(scan=Scan.INFECTED, superseded_at__isnull=False) & ~Q(virus=""),
            ),
            models.UniqueConstraint(
                name="document_one_current_per_owner_and_type",
                fields=["owner", "type"],
                condition=Q(superseded_at=None),
            ),
            models.CheckConstraint(
                name="document_expires_after_it_is_issued",
                condition=Q(issued_on=None)
                | Q(expires_on=None)
                | Q(expires_on__gte=models.F("issued_on")),
                violation_error_message=_("It cannot expire before it was issued."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} of {self.owner}"

    def get_absolute_url(self) -> str:
        return reverse("accounts:document", args=[self.code])

    def page_name(self, number: int) -> str:
        """Where the picture of one page lies: beside the file, under its random name."""
        return f"{self.file.name}.pages/{number}.jpg"

    def open_page(self, number: int) -> File:
        """Raises ``FileNotFoundError`` where there is no such picture."""
        if not 1 <= number <= MAX_DRAWN:
            raise FileNotFoundError
        return self.file.storage.open(self.page_name(number))

    @property
    def file_names(self) -> list[str]:
        """All that the storage may hold of it, the folder of the pictures last."""
        name = self.file.name or ""
        pictures = [self.page_name(number) for number in range(1, MAX_DRAWN + 1)]
        return [name, *pictures, f"{name}.pages"]

    @property
    def is_dated(self) -> bool:
        return bool(self.issued_on or self.expires_on)

    @property
    def is_openable(self) -> bool:
        return self.scan in openable_scans()

    @property
    def state(self) -> str:
        """``infected``, ``superseded``, ``verified``, ``rejected`` or ``uploaded`` (handbook 4.2)."""
        if self.scan == Scan.INFECTED:
            return "infected"
        if self.superseded_at:
            return "superseded"
        if self.verified_at:
            return "verified"
        return "rejected" if self.rejected_at else "uploaded"

    def last_valid_day(self, months: int | None = None) -> date | None:
        """The last day it counts; ``None`` if it does not expire or we do not know.

        ``months`` is a listing's own rule; it never outlasts a printed date. A paper
        of 14 May 2026 that counts for twelve months counts to 13 May 2027.
        """
        if months and self.issued_on:
            own = _add_months(self.issued_on, months) - timedelta(days=1)
            return min(own, self.expires_on) if self.expires_on else own
        if self.expires_on or not (self.type.validity_months and self.issued_on):
            return self.expires_on
        return _add_months(self.issued_on, self.type.validity_months) - timedelta(days=1)


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
