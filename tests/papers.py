"""Small real files for uploads, and what becomes of them."""

import zipfile
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import Document, Preview
from accounts.uploads import CleanFile, Refused, clean_upload
from accounts.uploads.drawing import Drawn
from seed.stage import sample_pdf

PIXEL = (24, 90, 81)
HTML = b"<!doctype html><script>alert(1)</script>"
EXE = b"MZ\x90\0" + b"\0" * 200


def small_pdf(*lines: str) -> bytes:
    """A PDF of one page that says so."""
    return sample_pdf(lines[0], list(lines[1:]))


def clean(content: bytes, name: str = "tb.pdf") -> CleanFile:
    return clean_upload(SimpleUploadedFile(name, content))


def refused(content: bytes, name: str = "tb.pdf") -> Refused:
    with pytest.raises(Refused) as caught:
        clean(content, name)
    return caught.value


def written(pdf: pikepdf.Pdf, **how: Any) -> bytes:
    out = BytesIO()
    pdf.save(out, **how)
    return out.getvalue()


def blank_pdf(pages: int = 1) -> pikepdf.Pdf:
    pdf = pikepdf.new()
    for _page in range(pages):
        pdf.add_blank_page(page_size=(612, 792))
    return pdf


def picture(kind: str, mode: str = "RGB", size: tuple[int, int] = (60, 40), **how: Any) -> bytes:
    out = BytesIO()
    Image.new(mode, size, PIXEL if mode == "RGB" else (*PIXEL, 120)).save(out, kind, **how)
    return out.getvalue()


def archive(**members: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for path, text in members.items():
            packed.writestr(path, text)
    return out.getvalue()


ZIP = archive(evil="rm")


def drawn(document: Document, pages: int = 1) -> Document:
    """The document, with pictures that no worker had to draw."""
    preview = Preview.objects.create(document=document)
    preview.keep([Drawn(b"\xff\xd8\xff", 1200, 1553)] * pages)
    document.refresh_from_db()
    return document
