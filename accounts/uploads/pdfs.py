"""PDFs: parsed and written anew, without scripts, actions and embedded files."""

import logging
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf
from django.utils.translation import gettext as _
from pikepdf.settings import set_qpdf_limits

from accounts.uploads.files import MEGABYTE, Refused

log = logging.getLogger(__name__)

MAX_PAGES = 60
MAX_OBJECTS = 50_000
MAX_NESTING = 60
# A page scanned at 400 dpi in colour unpacks to 46 MB; a whole document to a few of those.
MAX_UNPACKED, MAX_UNPACKED_TOTAL = 64 * MEGABYTE, 250 * MEGABYTE

# What could run, fetch, or carry something out, wherever in the file.
ACTIVE_KEYS = ("/AA", "/AcroForm", "/Collection", "/EF", "/EmbeddedFiles", "/JavaScript", "/JS",
               "/OpenAction", "/Perms", "/Requirements", "/XFA")  # fmt: skip
ACTION_KEYS = ("/A", "/PA", "/NA")
SAFE_ACTIONS = frozenset({"/GoTo"})
SAFE_ADDRESSES = ("http://", "https://", "mailto:")
ACTIVE_ANNOTATIONS = frozenset(
    {"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D", "/Widget"}
)

set_qpdf_limits(
    parser_max_container_size=500_000,
    doc_max_warnings=500,
    flate_max_memory=MAX_UNPACKED,
    run_length_max_memory=MAX_UNPACKED,
    png_max_memory=MAX_UNPACKED,
    tiff_max_memory=MAX_UNPACKED,
    dct_max_memory=MAX_UNPACKED,
)


def clean_pdf(content: bytes) -> tuple[bytes, int]:
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
    refuse_pages(pages)
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
    kind = str(action.get("/S", ""))
    if kind == "/URI":
        return not str(action.get("/URI", "")).lower().startswith(SAFE_ADDRESSES)
    return bool(kind) and kind not in SAFE_ACTIONS


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


def refuse_pages(pages: int) -> None:
    if not 0 < pages <= MAX_PAGES:
        raise Refused(
            _("The document has %(n)d pages. It may have 1 to %(most)d."),
            code="pages",
            params={"n": pages, "most": MAX_PAGES},
        )
