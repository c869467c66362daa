"""A file as we keep it, why one is not taken, and how much is too much."""

import hashlib
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.files.uploadhandler import FileUploadHandler
from django.utils.translation import gettext as _

MEGABYTE = 1_000_000
MAX_SIZE = 10 * MEGABYTE
MAX_FILES, MAX_TOTAL = 100, 300 * MEGABYTE
MAX_AT_ONCE = 12
MAX_NAME = 100
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"


class Refused(ValidationError):
    """A file that is not taken, with the reason in plain words."""


@dataclass(frozen=True)
class CleanFile:
    """A file as we wrote it, not as it came."""

    content: bytes
    content_type: str
    name: str
    pages: int

    @property
    def size(self) -> int:
        return len(self.content)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


class Bound(FileUploadHandler):
    """Keeps no more of a file than it takes to see that it is too large."""

    LIMIT = 2 * MAX_SIZE

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= self.LIMIT else None

    def file_complete(self, file_size: int) -> None:  # noqa: ARG002  the next handler keeps it
        return None


def refuse_size(size: int) -> None:
    if not size:
        raise Refused(_("The file is empty."), code="empty")
    if size > Bound.LIMIT:
        raise Refused(
            _("The file is larger than 20 MB. Choose one smaller than 10 MB."), code="size"
        )
    if size > MAX_SIZE:
        raise Refused(
            _("The file is %(size).1f MB. Choose one smaller than 10 MB."),
            code="size",
            params={"size": size / MEGABYTE},
        )
