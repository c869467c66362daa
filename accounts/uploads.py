"""What a person uploads is hostile until it has been read, understood and written anew."""

import hashlib
import logging
import re
import unicodedata
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pikepdf.settings import set_qpdf_limits
from PIL import Image, ImageOps

log = logging.getLogger(__name__)

MEGABYTE = 1_000_000
MAX_SIZE = 10 * MEGABYTE
MAX_FILES, MAX_TOTAL = 100, 300 * MEGABYTE
MAX_AT_ONCE = 12
MAX_NAME = 100
MAX_PAGES = 60
MAX_OBJECTS = 50_000
# A page scanned at 400 dpi in colour unpacks to 46 MB; a whole document to a few of those.
MAX_UNPACKED, MAX_UNPACKED_TOTAL = 64 * MEGABYTE, 250 * MEGABYTE
# A page at 600 dpi; cameras make larger ones, which a plain JPEG lets us read at half size.
MAX_PIXELS, MAX_PIXELS_JPEG = 36_000_000, 64_000_000
MAX_SIDE, ENOUGH_SIDE = 4096, 3072
PAGE_INCHES = 8.27
PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
ENDINGS = {"pdf": PDF, "jpg": JPEG, "jpeg": JPEG, "png": PNG}
FORMATS = {JPEG: "JPEG", PNG: "PNG"}
MAGIC = {PDF: b"%PDF-", JPEG: b"\xff\xd8\xff", PNG: b"\x89PNG\r\n\x1a\n"}
HEIC = re.compile(rb"....ftyp(hei[cxms]|hev[cxms]|mif1|msf1)", re.DOTALL)

# What could run, fetch, or carry something out of a PDF, wherever in it.
ACTIVE_KEYS = ("/AA", "/AcroForm", "/Collection", "/EF", "/EmbeddedFiles", "/JavaScript", "/JS",
               "/OpenAction", "/Perms", "/Requirements", "/XFA")  # fmt: skip
ACTION_KEYS = ("/A", "/PA")
SAFE_ACTIONS = frozenset({"/URI", "/GoTo"})
ACTIVE_ANNOTATIONS = frozenset(
    {"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D", "/Widget"}
)
MAX_NESTING = 60

set_qpdf_limits(
    parser_max_container_size=500_000,
    doc_max_warnings=500,
    flate_max_memory=MAX_UNPACKED,
    run_length_max_memory=MAX_UNPACKED,
    png_max_memory=MAX_UNPACKED,
    tiff_max_memory=MAX_UNPACKED,
    dct_max_memory=MAX_UNPACKED,
)

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


def clean_upload(upload: UploadedFile) -> CleanFile:
    """Name, size, first bytes and a real parse must agree. Raises ``Refused``."""
    name = clean_name(upload.name or "")
    _refuse_size(upload.size or 0)
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    kind = ENDINGS.get(ending)
    if kind is None:
        raise Refused(str(ADVICE.get(ending, _("Choose a PDF, JPG or PNG file."))), code="type")
    content = upload.read()
    _refuse_disguise(content, kind, ending)
    if kind == PDF:
        content, pages = _clean_pdf(content)
    else:
        content, pages = _clean_image(content, kind), 1
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
            with pikepdf.open(BytesIO(_as_pdf(file))) as part:
                whole.pages.extend(part.pages)
        pages = len(whole.pages)
        _refuse_pages(pages)
        whole.save(out)
    content = out.getvalue()
    _refuse_size(len(content))
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


def _refuse_size(size: int) -> None:
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


def _refuse_pages(pages: int) -> None:
    if not 0 < pages <= MAX_PAGES:
        raise Refused(
            _("The document has %(n)d pages. It may have 1 to %(most)d."),
            code="pages",
            params={"n": pages, "most": MAX_PAGES},
        )


def _clean_image(content: bytes, kind: str) -> bytes:
    """Decoded and encoded again: pixels stay, metadata and whatever hung behind does not."""
    try:
        return _redraw(content, kind)
    except Refused:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _flood() from None
    except Exception as error:  # noqa: BLE001  whatever a hostile file breaks, the answer is one
        log.info("A picture could not be read: %r", error)
        raise Refused(
            _("This picture is damaged and cannot be read. Take or save it again."), code="image"
        ) from None


def _redraw(content: bytes, kind: str) -> bytes:
    out = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(BytesIO(content), formats=[FORMATS[kind]]) as image:
            _refuse_flood(image, kind)
            image.draft(None, (ENOUGH_SIDE, ENOUGH_SIDE))
            image.thumbnail((MAX_SIDE, MAX_SIDE))
            upright = ImageOps.exif_transpose(image)
            plain = _plain(upright, kind)
            plain.info.clear()
            plain.save(out, FORMATS[kind], quality=88)
    return out.getvalue()


def _refuse_flood(image: Image.Image, kind: str) -> None:
    """Before a pixel is decoded. A progressive JPEG is held whole, so it may be no larger."""
    roomy = kind == JPEG and not image.info.get("progressive")
    if image.width * image.height > (MAX_PIXELS_JPEG if roomy else MAX_PIXELS):
        raise _flood()


def _flood() -> Refused:
    return Refused(
        _("The picture has too many pixels. Make it smaller, or save it as a PDF."), code="pixels"
    )


def _plain(image: Image.Image, kind: str) -> Image.Image:
    """In a mode that both formats write and every viewer shows."""
    if image.mode.startswith("I"):
        return image.point(lambda value: value * (1 / 256)).convert("L")
    if image.mode in {"L", "RGB"} or (image.mode == "RGBA" and kind == PNG):
        return image
    if kind == PNG and ("A" in image.mode or "transparency" in image.info):
        return image.convert("RGBA")
    return image.convert("L" if image.mode in {"1", "LA"} else "RGB")


def _as_pdf(file: CleanFile) -> bytes:
    if file.content_type == PDF:
        return file.content
    out = BytesIO()
    with Image.open(BytesIO(file.content)) as image:
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image if image.mode == "RGBA" else None)
        paper.save(out, "PDF", resolution=max(paper.width / PAGE_INCHES, 1))
    return out.getvalue()


def _clean_pdf(content: bytes) -> tuple[bytes, int]:
    """Parsed and written anew, without scripts, actions and embedded files."""
    try:
        with pikepdf.open(BytesIO(content)) as pdf:
            return _rewrite(pdf)
    except pikepdf.PasswordError:
        raise _encrypted() from None
    except Refused:
        raise
    except Exception as error:  # noqa: BLE001  whatever a hostile file breaks, the answer is one
        log.info("A PDF could not be read: %r", error)
        raise Refused(
            _("This PDF is damaged and cannot be read. Save or print it as a PDF again."),
            code="pdf",
        ) from None


def _rewrite(pdf: pikepdf.Pdf) -> tuple[bytes, int]:
    if pdf.is_encrypted:
        raise _encrypted()
    pages = len(pdf.pages)
    _refuse_pages(pages)
    if len(pdf.objects) > MAX_OBJECTS:
        raise Refused(
            _("This PDF is too complex. Print it as a PDF again and choose that."), code="complex"
        )
    _flatten(pdf)
    for page in pdf.pages:
        _disarm_annotations(page.obj)
    _disarm(pdf)
    _refuse_bomb(pdf)
    out = BytesIO()
    pdf.save(out)
    return out.getvalue(), pages


def _encrypted() -> Refused:
    return Refused(
        _("The PDF is protected by a password, so nobody here could read it. Save it without one."),
        code="encrypted",
    )


def _flatten(pdf: pikepdf.Pdf) -> None:
    """What somebody filled into a form becomes part of the page: forms cannot stay."""
    if "/AcroForm" in pdf.Root:
        pdf.generate_appearance_streams()
        pdf.flatten_annotations("all")


def _disarm_annotations(page: Any) -> None:
    annotations = page.get("/Annots")
    if annotations is None:
        return
    if not isinstance(annotations, pikepdf.Array):
        del page["/Annots"]
        return
    page["/Annots"] = pikepdf.Array(
        [
            annotation
            for annotation in annotations
            if isinstance(annotation, pikepdf.Dictionary)
            and str(annotation.get("/Subtype")) not in ACTIVE_ANNOTATIONS
        ]
    )


def _disarm(pdf: pikepdf.Pdf) -> None:
    """Every object is looked at where it stands, whoever points at it."""
    for thing in [pdf.trailer, *pdf.objects]:
        for dictionary in _dictionaries(thing):
            _strip(dictionary)


def _dictionaries(thing: Any, depth: int = 0) -> Iterator[Any]:
    """The dictionaries within one object; those it only points at come by themselves."""
    if depth > MAX_NESTING:
        raise Refused(_("This PDF is too complex."), code="complex")
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        yield thing
        inner = [thing.get(key) for key in list(thing.keys())]
    elif isinstance(thing, pikepdf.Array):
        inner = list(thing)
    else:
        return
    for part in inner:
        if isinstance(part, pikepdf.Object) and not part.is_indirect:
            yield from _dictionaries(part, depth + 1)


def _strip(dictionary: Any) -> None:
    for key in ACTIVE_KEYS:
        if key in dictionary:
            del dictionary[key]
    for key in ACTION_KEYS:
        if _is_unsafe(dictionary.get(key)):
            del dictionary[key]
    if "/S" in dictionary and "/Next" in dictionary:
        del dictionary["/Next"]


def _is_unsafe(action: Any) -> bool:
    """Whether it does more than show a page or name an address."""
    if not isinstance(action, pikepdf.Dictionary):
        return False
    return "/S" in action and str(action.get("/S")) not in SAFE_ACTIONS


def _refuse_bomb(pdf: pikepdf.Pdf) -> None:
    """A small file that unpacks to gigabytes would burst whoever reads it next."""
    total = 0
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Stream):
            total += _unpacked(thing)
            if total > MAX_UNPACKED_TOTAL:
                raise _bomb()


def _unpacked(stream: pikepdf.Stream) -> int:
    """Its length without compression; pictures keep their own."""
    try:
        return len(stream.read_bytes(decode_level=pikepdf.StreamDecodeLevel.generalized))
    except pikepdf.PdfError as error:
        if "limit" in str(error):
            raise _bomb() from None
        return 0


def _bomb() -> Refused:
    return Refused(
        _("This PDF unpacks to far more than a document needs. Print it as a PDF again."),
        code="bomb",
    )
