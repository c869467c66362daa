"""Pictures: decoded and encoded again, so that pixels stay and nothing else does."""

import logging
import warnings
from io import BytesIO

from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps

from accounts.uploads.files import JPEG, PDF, PNG, CleanFile, Refused

log = logging.getLogger(__name__)

# A page at 600 dpi; cameras make larger ones, which a plain JPEG lets us read at half size.
MAX_PIXELS, MAX_PIXELS_JPEG = 36_000_000, 64_000_000
MAX_SIDE, ENOUGH_SIDE = 4096, 3072
PAGE_INCHES = 8.27
# A face on a page: twice the size at which it is shown, for dense screens.
PORTRAIT_SIDE, PORTRAIT_LEAST = 480, 200
FORMATS = {JPEG: "JPEG", PNG: "PNG"}


def clean_image(content: bytes, kind: str) -> bytes:
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
    # The PDF renderer switches this on for the whole process: half a passport would pass.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
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


def as_pdf(file: CleanFile) -> bytes:
    if file.content_type == PDF:
        return file.content
    out = BytesIO()
    with Image.open(BytesIO(file.content)) as image:
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image if image.mode == "RGBA" else None)
        paper.save(out, "PDF", resolution=max(paper.width / PAGE_INCHES, 1))
    return out.getvalue()


def portrait(file: CleanFile) -> bytes:
    """The middle of a clean picture as a small square JPEG. Raises ``Refused`` for anything else."""
    if file.content_type == PDF:
        raise Refused(_("Choose a JPG or PNG picture."), code="type")
    out = BytesIO()
    with Image.open(BytesIO(file.content)) as image:
        if min(image.size) < PORTRAIT_LEAST:
            raise Refused(
                _("The picture is very small. Choose one of %(side)d pixels or more."),
                code="small",
                params={"side": PORTRAIT_LEAST},
            )
        paper = Image.new("RGB", image.size, "white")
        paper.paste(image, mask=image if image.mode == "RGBA" else None)
        # A face is rather above the middle.
        square = ImageOps.fit(paper, (PORTRAIT_SIDE, PORTRAIT_SIDE), centering=(0.5, 0.35))
        square.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()
