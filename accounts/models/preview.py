from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.core.files.base import ContentFile
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.document import Document
from accounts.uploads.drawing import Drawn, Trouble

MOST_TRIES = 3
# Longer than a worker may take: whoever began before that is dead.
LEASE = timedelta(seconds=30)


@dataclass(frozen=True)
class PageImage:
    number: int
    width: int
    height: int
    address: str


class PreviewQuerySet(models.QuerySet["Preview"]):
    def free(self) -> "PreviewQuerySet":
        """Owed, not given up, and nobody is at it."""
        return self.filter(made_at=None, tries__lt=MOST_TRIES).filter(
            Q(begun_at=None) | Q(begun_at__lt=timezone.now() - LEASE)
        )

    def claim(self, document: Document) -> "Preview | None":
        """Take on one drawing, alone for as long as a worker may take; or somebody else has.

        The try is counted before it begins, so that a file which kills its worker
        is given up.
        """
        Preview.objects.bulk_create([Preview(document_id=document.pk)], ignore_conflicts=True)
        mine = self.free().filter(document=document)
        if not mine.update(begun_at=timezone.now(), tries=F("tries") + 1):
            return None
        return self.select_related("document").filter(document=document).first()


class Preview(models.Model):
    """The first pages of a document as pictures, which a worker draws.

    A document without a row is owed one. The files lie beside the document's own.
    """

    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="preview")
    sizes = models.JSONField(default=list, help_text=_("Width and height of each picture."))
    tries = models.PositiveSmallIntegerField(default=0)
    begun_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=10, choices=Trouble, blank=True)

    objects = PreviewQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="preview_made_has_pictures_and_no_trouble",
                condition=(
                    Q(made_at=None, sizes=[]) | Q(made_at__isnull=False, trouble="") & ~Q(sizes=[])
                ),
            )
        ]

    def __str__(self) -> str:
        return f"pages of {self.document_id}"

    @property
    def state(self) -> str:
        """``ready``, ``pending`` or ``failed``; while a last try runs it is not failed yet."""
        if self.made_at:
            return "ready"
        running = self.begun_at and self.begun_at >= timezone.now() - LEASE
        return "failed" if self.tries >= MOST_TRIES and not running else "pending"

    def images(self) -> list[PageImage]:
        """What can be shown, in order."""
        code = self.document.code
        return [
            PageImage(n, width, height, reverse("accounts:document_page", args=[code, n]))
            for n, (width, height) in enumerate(self.sizes, start=1)
        ]

    @transaction.atomic
    def keep(self, pages: Sequence[Drawn]) -> None:
        """Files and row, once; nothing where the document was deleted meanwhile."""
        row = Preview.objects.select_for_update().filter(pk=self.pk, made_at=None).first()
        if row is None:
            return
        storage = self.document.file.storage
        for number, page in enumerate(pages, start=1):
            name = self.document.page_name(number)
            storage.delete(name)  # a worker died here before
            storage.save(name, ContentFile(page.content))
        row.sizes = [[page.width, page.height] for page in pages]
        row.made_at, row.trouble = timezone.now(), ""
        row.save(update_fields=["sizes", "made_at", "trouble"])

    def stop(self, trouble: Trouble) -> None:
        """Nobody is at it any more, and why."""
        Preview.objects.filter(pk=self.pk, made_at=None).update(begun_at=None, trouble=trouble)
