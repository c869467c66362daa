"""What a person chose, taken in: name, size, first bytes and a real parse must agree."""

import re
import unicodedata
from io import BytesIO

import pikepdf
from django.core.files.uploadedfile import UploadedFile
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.uploads.files import (
    JPEG,
    MAX_NAME,
    MAX_SIZE,
    PDF,
    PNG,
    CleanFile,
    Refused,
    refuse_size,
)
from accounts.uploads.pdfs import clean_pdf, refuse_pages
from accounts.uploads.pictures import as_pdf, clean_image
from accounts.uploads.polyglots import refuse_two_in_one

ENDINGS = {"pdf": PDF, "jpg": JPEG, "jpeg": JPEG, "png": PNG}
MAGIC = {PDF: b"%PDF-", JPEG: b"\xff\xd8\xff", PNG: b"\x89PNG\r\n\x1a\n"}
HEIC = re.compile(rb"....ftyp(hei[cxms]|hev[cxms]|mif1|msf1)", re.DOTALL)
ADVICE: dict[str, str | Promise] = {
    **dict.fromkeys(
        ("heic", "heif"),
        gettext_lazy("This is a picture in Apple’s HEIC format. Save it as JPG and choose that."),
    ),
    **dict.fromkeys(
        ("doc", "docx", "odt", "rtf", "pages", "txt", "xls", "xlsx", "ppt", "pptx"),
        gettext_lazy("Save the document as a PDF and choose that."),
    ),
    **dict.fromkeys(
        ("zip", "rar", "7z", "tar", "gz", "tgz"),
        gettext_lazy("This is an archive. Unpack it and choose the document itself."),
    ),
    **dict.fromkeys(
        ("gif", "webp", "bmp", "tif", "tiff", "avif"),
        gettext_lazy("Save the picture as JPG or PNG and choose that."),
    ),
    **dict.fromkeys(
        ("svg", "svgz", "htm", "html", "xml", "xhtml"),
        gettext_lazy(
            "Web pages and drawings can carry programs. Save it as a PDF and choose that."
        ),
    ),
}


def clean_upload(upload: UploadedFile) -> CleanFile:
    """Name, size, first bytes and a real parse must agree. Raises ``Refused``."""
    name = clean_name(upload.name or "")
    refuse_size(upload.size or 0)
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    kind = ENDINGS.get(ending)
    if kind is None:
        raise Refused(str(ADVICE.get(ending, _("Choose a PDF, JPG or PNG file."))), code="type")
    content = upload.read()
    _refuse_disguise(content, kind, ending)
    refuse_two_in_one(content, kind)
    if kind == PDF:
        content, pages = clean_pdf(content)
    else:
        content, pages = clean_image(content, kind), 1
    if len(content) > MAX_SIZE:
        raise Refused(_("The file grows too large when it is unpacked."), code="size")
    return CleanFile(content, kind, name, pages)


def join(files: list[CleanFile]) -> CleanFile:
    """Several pictures or files as the pages of one document, in this order."""
    if len(files) == 1:
        return files[0]
    out = BytesIO()
    with pikepdf.new() as whole:
        for file in files:
            with pikepdf.open(BytesIO(as_pdf(file))) as part:
                whole.pages.extend(part.pages)
        pages = len(whole.pages)
        refuse_pages(pages)
        whole.save(out)
    content = out.getvalue()
    refuse_size(len(content))
    stem = files[0].name.rpartition(".")[0]
    return CleanFile(content, PDF, f"{stem[: MAX_NAME - 4]}.pdf", pages)


def clean_name(name: str) -> str:
    """A name that can be shown: no path, no control or direction marks, 100 characters."""
    bare = re.split(r"[\\/]", name)[-1]
    kept = "".join(c for c in bare if unicodedata.category(c)[0] != "C")
    kept = " ".join(unicodedata.normalize("NFC", kept).split()).lstrip(".")
    stem, dot, ending = kept.rpartition(".")
    if dot and len(kept) > MAX_NAME:
        kept = f"{stem[: max(MAX_NAME - len(ending) - 1, 1)]}.{ending}"
    return kept[:MAX_NAME]


def _refuse_disguise(content: bytes, kind: str, ending: str) -> None:
    """What is inside is what the name says, and only that."""
    if HEIC.match(content):
        raise Refused(str(ADVICE["heic"]), code="content")
    if not content.startswith(MAGIC[kind]):
        raise Refused(
            _(
                "This is not a %(kind)s file, whatever its name says. Choose a PDF, JPG or PNG file."
            ),
            code="content",
            params={"kind": ending.upper()},
        )
