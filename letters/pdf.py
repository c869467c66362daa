"""HTML to PDF/UA. The only importer of WeasyPrint, which takes seconds: for workers alone."""

import logging
import resource
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path

import fontpkg
import pikepdf
from django.conf import settings
from django.contrib.staticfiles import finders

ROOT = settings.BASE_DIR / "static" / "pdf"
LOGO = "portal:logo"
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
    """The page as PDF/UA-1; the same input gives the same bytes.

    Fonts, our style sheet and the portal's logo are all that it can reach.
    Raises ``RenderingFailed`` when it asks for anything else.
    """
    from weasyprint import HTML, Attachment  # noqa: PLC0415
    from weasyprint.urls import FatalURLFetchingError  # noqa: PLC0415

    fetcher = _fetcher()
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
            pdf = HTML(string=html, base_url="static:", url_fetcher=fetcher).write_pdf(
                pdf_variant="pdf/ua-1", pdf_identifier=identifier, attachments=attached
            )
    except FatalURLFetchingError as error:  # a BaseException: it would end the worker
        raise RenderingFailed(str(error)) from error
    return bytes(pdf)


def page_count(content: bytes) -> int:
    with pikepdf.open(BytesIO(content)) as document:
        return len(document.pages)


def _fetcher() -> object:
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415

    class Fetcher(URLFetcher):
        """Reads ``static:`` from static/pdf, ``font:`` from the font wheels, and nothing else."""

        def fetch(self, url: str, headers: object = None) -> object:  # noqa: ARG002
            path = allowed_path(url)
            kind = {"Content-Type": "text/css"} if path.suffix == ".css" else {}
            return URLFetcherResponse(url, body=path.read_bytes(), headers=kind)

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
