"""HTML to PDF/UA. The only importer of WeasyPrint, which takes seconds: for workers alone."""

import logging
import resource
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import fontpkg
import pikepdf
from django.conf import settings
from django.contrib.staticfiles import finders
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

ROOT = settings.BASE_DIR / "static" / "pdf"
LOGO = "portal:logo"
# Whoever writes in letters that ours lack needs others as well: family by family, in this order.
OURS = ("source-sans-3", "source-serif-4")
OTHERS = {
    "noto-sans-arabic": "Noto Sans Arabic",
    "noto-sans-devanagari": "Noto Sans Devanagari",
    "noto-sans": "Noto Sans",
}
NAME_WEIGHT = 600
# On top of what the worker holds already (promise C11).
MOST_MEMORY = 512 * 1024**2
PAGE_SIZE = resource.getpagesize()

# They tell of each step, and of every table of every font.
for chatty in ("fontTools", "weasyprint.progress"):
    logging.getLogger(chatty).setLevel(logging.WARNING)


class RenderingFailed(Exception):
    """A page asked for something that a PDF may not have."""


def render(
    html: str,
    *,
    identifier: bytes,
    attachments: Mapping[str, bytes] | None = None,
    made_at: datetime | None = None,
) -> bytes:
    """The page as PDF/UA-1.

    Fonts, our style sheets and the portal's logo are all that it can reach.
    Raises ``RenderingFailed`` when it asks for anything else.
    """
    from weasyprint import CSS, HTML, Attachment  # noqa: PLC0415
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415
    from weasyprint.urls import FatalURLFetchingError  # noqa: PLC0415

    strange = strange_letters(html)
    fetcher, fonts = _fetcher(strange), FontConfiguration()
    attached = [
        Attachment(
            string=content,
            name=name,
            relationship="Data",
            created=made_at,
            modified=made_at,
            url_fetcher=fetcher,
        )
        for name, content in (attachments or {}).items()
    ]
    try:
        with bounded_memory():
            faces = CSS(string=other_faces(strange), url_fetcher=fetcher, font_config=fonts)
            pdf = HTML(string=html, base_url="static:", url_fetcher=fetcher).write_pdf(
                stylesheets=[faces],
                font_config=fonts,
                pdf_variant="pdf/ua-1",
                pdf_identifier=identifier,
                attachments=attached,
            )
    except FatalURLFetchingError as error:  # a BaseException: it would end the worker
        raise RenderingFailed(str(error)) from error
    return bytes(pdf)


def page_count(content: bytes) -> int:
    with pikepdf.open(BytesIO(content)) as document:
        return len(document.pages)


def _fetcher(letters: frozenset[str]) -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415

    class Fetcher(URLFetcher):
        """Reads ``static:`` from static/pdf, ``font:`` from the font wheels, and nothing else."""

        def fetch(self, url: str, headers: object = None) -> Any:  # noqa: ARG002
            path = allowed_path(url)
            kind = {"Content-Type": "text/css"} if path.suffix == ".css" else {}
            partly = url.removeprefix("font:") in OTHERS
            body = some_letters(path, letters | {" "}) if partly else path.read_bytes()
            return URLFetcherResponse(url, body=body, headers=kind)

    return Fetcher(allowed_protocols=["static", "font", "portal"], fail_on_errors=True)


def allowed_path(url: str) -> Path:
    """The file behind an address of ours. Raises ``ValueError`` for any other."""
    scheme, _colon, name = url.partition(":")
    if url == LOGO and (found := finders.find(settings.PORTAL["logo"])):
        return Path(found)
    if scheme == "font":
        return Path(fontpkg.path(name))
    path = (ROOT / name).resolve()
    if scheme != "static" or not path.is_relative_to(ROOT.resolve()):
        raise ValueError(url)
    return path


@lru_cache
def _letters_of(font: str) -> frozenset[str]:
    with TTFont(fontpkg.path(font)) as file:
        return frozenset(chr(code) for code in file.getBestCmap())


def strange_letters(text: str) -> frozenset[str]:
    """Those that one of our own fonts lacks."""
    ours = frozenset.intersection(*(_letters_of(font) for font in OURS))
    return frozenset(letter for letter in text if letter.isprintable()) - ours


def other_faces(strange: frozenset[str]) -> str:
    """The rules for as many of the others as these letters need; what none has, the system may."""
    rules = []
    for font, family in OTHERS.items():
        if strange & _letters_of(font):
            rules.append(f'@font-face {{ font-family: "{family}"; src: url("font:{font}") }}')
            strange -= _letters_of(font)
    return "\n".join(rules)


def some_letters(path: Path, letters: frozenset[str]) -> bytes:
    """The font with these letters alone, in the one weight that names are set in.

    WeasyPrint leaves the axis of the width open and then cannot embed the font;
    pinned in the whole font that takes ten seconds, in a few letters none.
    """
    options = Options(layout_features=["*"], notdef_outline=True, name_IDs=["*"])
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[ord(letter) for letter in letters])
    content = BytesIO()
    with TTFont(path) as font:
        subsetter.subset(font)
        instantiateVariableFont(font, {"wdth": 100, "wght": NAME_WEIGHT}, inplace=True)
        font.save(content)
    return content.getvalue()


@contextmanager
def bounded_memory() -> Iterator[None]:
    """Within, a runaway page ends as a ``MemoryError`` instead of taking the machine down."""
    statm = Path("/proc/self/statm")
    if not sys.platform.startswith("linux") or not statm.exists():
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    held = int(statm.read_text().split()[5]) * PAGE_SIZE
    limit = held + MOST_MEMORY
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
