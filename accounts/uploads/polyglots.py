"""Files that are two things at once: a picture to one program, an archive or a page to another.

What is stored is written anew, so the second thing would be gone; yet nobody makes such a
file by accident. What phones hang behind a photo (a film, a second picture, a camera's
notes) is no second thing, and is left out without a word.
"""

import zipfile
from io import BytesIO

from django.utils.translation import gettext as _

from accounts.uploads.files import JPEG, PDF, Refused

# Long enough that megabytes of film do not hold one by chance.
WEB = (b"<script", b"<html", b"<!doctype html", b"<iframe", b"<svg ", b"<?php")
ANYWHERE = (b"%PDF-", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c")
AT_FIRST = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"PK\x03\x04", b"\x1f\x8b\x08")
ZIP_DIRECTORY = b"PK\x01\x02"
MARKER = 0xFF
START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9
RESTARTS = range(0xD0, 0xD8)


def refuse_two_in_one(content: bytes, kind: str) -> None:
    """Raises ``Refused`` where something else than the document begins in the file."""
    before, behind = _around(content, kind)
    if (
        _is_zip(content)
        or _has_page(before)
        or _has_page(behind)
        or _has_stranger(behind)
        or _reads_as_script(content, kind)
    ):
        raise Refused(
            _(
                "There is a second file inside this one: an archive, a web page or a program. "
                "Save or print the document again and choose that."
            ),
            code="polyglot",
        )


def _is_zip(content: bytes) -> bool:
    """An archive is found from its end, whatever stands before."""
    return ZIP_DIRECTORY in content and zipfile.is_zipfile(BytesIO(content))


def _has_page(part: bytes) -> bool:
    small = part.lower()
    return any(mark in small for mark in WEB)


def _has_stranger(behind: bytes) -> bool:
    begins = behind.lstrip(b"\0\t\r\n ")
    return begins.startswith(AT_FIRST) or any(mark in behind for mark in ANYWHERE)


def _reads_as_script(content: bytes, kind: str) -> bool:
    """A JPEG whose first length opens a comment is a program to a browser."""
    return kind == JPEG and content[4:6] == b"/*"


def _around(content: bytes, kind: str) -> tuple[bytes, bytes]:
    """What stands before the pages or the pixels, and what hangs behind."""
    if kind == PDF:
        return content[: content.find(b" obj")], content[content.rfind(b"%%EOF") + 5 :]
    return _around_jpeg(content) if kind == JPEG else _around_png(content)


def _around_jpeg(content: bytes) -> tuple[bytes, bytes]:
    place, pixels = 2, 0
    while place + 4 <= len(content):
        marker = content[place + 1]
        if content[place] != MARKER:
            break
        if marker == END_OF_IMAGE:
            return content[: pixels or place], content[place + 2 :]
        place += 2 + int.from_bytes(content[place + 2 : place + 4])
        if marker == START_OF_SCAN:
            pixels = pixels or place
            place = _end_of_scan(content, place)
    if content[place : place + 2] == b"\xff\xd9":
        return content[: pixels or place], b""
    return content[: pixels or len(content)], b""


def _end_of_scan(content: bytes, place: int) -> int:
    """Where the next marker stands that is none of the scan's own."""
    while (place := content.find(b"\xff", place)) >= 0 and place + 1 < len(content):
        if content[place + 1] not in {0x00, MARKER, *RESTARTS}:
            return place
        place += 1
    return len(content)


def _around_png(content: bytes) -> tuple[bytes, bytes]:
    place = 8
    notes: list[bytes] = []
    while place + 12 <= len(content):
        size, name = int.from_bytes(content[place : place + 4]), content[place + 4 : place + 8]
        end = place + 12 + size
        if name == b"IEND":
            return b"".join(notes), content[end:]
        if name != b"IDAT":
            notes.append(content[place:end])
        place = end
    return b"".join(notes), b""
