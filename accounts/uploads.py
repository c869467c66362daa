"""What a person uploads is hostile until it has been read, understood and written anew."""

import hashlib
import re
import unicodedata
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

MEGABYTE = 1_000_000
MAX_SIZE = 10 * MEGABYTE
MAX_PIXELS = 40_000_000
MAX_PAGES = 60
MAX_FILES, MAX_TOTAL = 100, 300 * MEGABYTE
MAX_NAME = 100
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
ENDINGS = {"pdf": PDF, "jpg": JPEG, "jpeg": JPEG, "png": PNG}
MAGIC = {PDF: b"%PDF-", JPEG: b"\xff\xd8\xff", PNG: b"\x89PNG\r\n\x1a\n"}
# What could run, fetch, or carry something out of a PDF.
ACTIVE_ROOT = ("/OpenAction", "/AA", "/AcroForm", "/Collection", "/Perms")
ACTIVE_ANNOTATIONS = {"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"}
SAFE_ACTIONS = {"/URI", "/GoTo"}


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


def clean_upload(upload: UploadedFile) -> CleanFile:
    """Name, size, first bytes and a real parse must agree. Raises ``Refused``."""
    name = clean_name(upload.name or "")
    if not upload.size:
        raise Refused(_("The file is empty."), code="empty")
    if upload.size > MAX_SIZE:
        raise Refused(
            _("The file is %(size).1f MB. Choose one smaller than 10 MB."),
            code="size",
            params={"size": upload.size / MEGABYTE},
        )
    ending = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    kind = ENDINGS.get(ending)
    if kind is None:
        raise Refused(_("Choose a PDF, JPG or PNG file."), code="type")
    content = upload.read()
    if not content.startswith(MAGIC[kind]):
        raise Refused(
            _(
                "This is not a %(kind)s file, whatever its name says. Choose a PDF, JPG or PNG file."
            ),
            code="content",
            params={"kind": ending.upper()},
        )
    if kind == PDF:
        content, pages = _clean_pdf(content)
    else:
        content, pages = _clean_image(content, kind), 1
    return CleanFile(content, kind, name, pages)


def clean_name(name: str) -> str:
    """A name that can be shown: no path, no control or direction marks, 100 characters."""
    bare = re.split(r"[\\/]", name)[-1]
    kept = "".join(c for c in bare if unicodedata.category(c)[0] != "C")
    kept = " ".join(unicodedata.normalize("NFC", kept).split()).lstrip(".")
    stem, dot, ending = kept.rpartition(".")
    if dot and len(kept) > MAX_NAME:
        kept = f"{stem[: MAX_NAME - len(ending) - 1]}.{ending}"
    return kept[:MAX_NAME]


def _clean_image(content: bytes, kind: str) -> bytes:
    """Decoded and encoded again: pixels stay, metadata and whatever hung behind does not."""
    expected = "JPEG" if kind == JPEG else "PNG"
    out = BytesIO()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=[expected]) as image:
                _refuse_flood(image)
                upright = ImageOps.exif_transpose(image)
                plain = upright.convert("RGB" if kind == JPEG else "RGBA")
                bare = Image.new(plain.mode, plain.size)
                bare.paste(plain)
                bare.save(out, expected, quality=88, optimize=kind == PNG)
    except Refused:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refused(_("This picture cannot be read."), code="image") from None
    except (OSError, SyntaxError, ValueError, EOFError):
        raise Refused(_("This picture is damaged."), code="image") from None
    return out.getvalue()


def _refuse_flood(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise Refused(_("The picture has too many pixels. Make it smaller."), code="pixels")


def _clean_pdf(content: bytes) -> tuple[bytes, int]:
    """Parsed and written anew, without scripts, actions and embedded files."""
    out = BytesIO()
    try:
        with pikepdf.open(BytesIO(content)) as pdf:
            if pdf.is_encrypted:
                raise _encrypted()
            pages = len(pdf.pages)
            if not 0 < pages <= MAX_PAGES:
                raise Refused(
                    _("The PDF has %(n)d pages. It may have 1 to %(most)d."),
                    code="pages",
                    params={"n": pages, "most": MAX_PAGES},
                )
            _disarm(pdf)
            pdf.save(out, linearize=False)
    except pikepdf.PasswordError:
        raise _encrypted() from None
    except (pikepdf.PdfError, ValueError, TypeError, RecursionError, OverflowError):
        raise Refused(_("This PDF is damaged and cannot be read."), code="pdf") from None
    written = out.getvalue()
    if len(written) > MAX_SIZE:
        raise Refused(_("The PDF grows too large when it is unpacked."), code="size")
    return written, pages


def _encrypted() -> Refused:
    return Refused(
        _("The PDF is protected by a password, so nobody here could read it. Save it without one."),
        code="encrypted",
    )


def _disarm(pdf: pikepdf.Pdf) -> None:
    for key in ACTIVE_ROOT:
        if key in pdf.Root:
            del pdf.Root[key]
    names = pdf.Root.get("/Names")
    for key in ("/JavaScript", "/EmbeddedFiles"):
        if names is not None and key in names:
            del names[key]
    for page in pdf.pages:
        if "/AA" in page:
            del page["/AA"]
        _disarm_annotations(page)


def _disarm_annotations(page: Any) -> None:
    annotations = page.get("/Annots")
    if annotations is None:
        return
    kept = []
    for annotation in annotations:
        if str(annotation.get("/Subtype")) in ACTIVE_ANNOTATIONS:
            continue
        action = annotation.get("/A")
        if action is not None and str(action.get("/S")) not in SAFE_ACTIONS:
            del annotation["/A"]
        if "/AA" in annotation:
            del annotation["/AA"]
        kept.append(annotation)
    page["/Annots"] = pikepdf.Array(kept)
