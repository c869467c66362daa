"""A file that is only hashed on its way in: no byte of it is kept, in memory or on disk."""

import hashlib
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

MAX_SIZE = 10_000_000
# The file, and what a form puts around it.
MAX_BODY = MAX_SIZE + 500_000


class HashedFile(UploadedFile):
    """What is left of an upload: its name, its size and its SHA-256."""

    def __init__(self, name: str, size: int, sha256: str) -> None:
        super().__init__(name=name, size=size)
        self.sha256 = sha256


class Hasher(FileUploadHandler):
    """Reads an upload without keeping it; the size is counted beyond the limit too."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.hash = hashlib.sha256()

    def receive_data_chunk(self, raw_data: bytes, _start: int) -> None:
        self.hash.update(raw_data)

    def file_complete(self, file_size: int) -> HashedFile:
        return HashedFile(str(self.file_name), file_size, self.hash.hexdigest())
