"""The PDF of a receipt; what it states was frozen when the money was recorded."""

import hashlib

from django.core.files.base import ContentFile
from django.db.models import F
from django.utils import timezone

from letters.queries import receipts_to_render
from placements.models import Receipt


def count_try(receipt_id: int) -> bool:
    """Count a try before it begins. Whether there is anything to do."""
    return bool(receipts_to_render().filter(pk=receipt_id).update(tries=F("tries") + 1))


def attach_pdf(receipt: Receipt, pdf: bytes) -> None:
    """Give a locked receipt its file, for good."""
    receipt.sha256 = hashlib.sha256(pdf).hexdigest()
    receipt.rendered_at = timezone.now()
    receipt.file.save("receipt.pdf", ContentFile(pdf), save=False)
    receipt.save(update_fields=["file", "sha256", "rendered_at"])
