"""The demo's clock and its paper: invented things happen on invented days."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from io import BytesIO
from textwrap import wrap
from zoneinfo import ZoneInfo

import pikepdf
from django.utils import timezone
from PIL import Image, ImageDraw

WIDTH, HEIGHT, MARGIN, LINE = 612, 792, 72, 16
PORTRAIT = 480
# Letters that Unicode does not take apart.
WHOLE = {"ı": "i", "đ": "d", "Đ": "D", "ł": "l", "Ł": "L"}


@contextmanager
def acting_at(moment: datetime) -> Iterator[None]:
    """Within, Django's clock stands at this moment: actions believe that it is then.

    For the demo alone, in its own process: what is staged looks as if the portal
    had been running for months, and goes through the same actions.
    """
    real = timezone.now
    timezone.now = lambda: moment
    try:
        yield
    finally:
        timezone.now = real


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def moment(day: date, hour: int, minute: int = 0, zone: str = "America/Chicago") -> datetime:
    return datetime.combine(day, clock_time(hour, minute), ZoneInfo(zone))


def sample_pdf(title: str, lines: list[str]) -> bytes:
    """A small real PDF of one page that says what it stands for."""
    text = [title, "", *(part for line in lines for part in (wrap(line, 80) or [""]))]
    drawing = [f"BT /F1 12 Tf {MARGIN} {HEIGHT - MARGIN} Td {LINE} TL"]
    drawing += [f"({_latin(line)}) Tj T*" for line in text[:40]]
    with pikepdf.new() as pdf:
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
        page = pdf.add_blank_page(page_size=(WIDTH, HEIGHT))
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        page.Contents = pdf.make_stream("\n".join([*drawing, "ET"]).encode("cp1252"))
        out = BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def _latin(line: str) -> str:
    """What the page's font has, other letters without their marks; parentheses escaped."""
    known = "".join(_letter(char) for char in unicodedata.normalize("NFC", line))
    return known.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _letter(char: str) -> str:
    bare = WHOLE.get(char) or unicodedata.normalize("NFKD", char)[0]
    return _in_font(char, "ignore") or _in_font(bare, "replace")


def _in_font(char: str, otherwise: str) -> str:
    return char.encode("cp1252", otherwise).decode("cp1252")


def sample_portrait(hue: int) -> bytes:
    """A poster of a person in two colors: nobody's face."""
    picture = Image.new("RGB", (PORTRAIT, PORTRAIT), f"hsl({hue}, 45%, 82%)")
    draw = ImageDraw.Draw(picture)
    coat, skin = f"hsl({hue}, 45%, 30%)", f"hsl({(hue + 30) % 360}, 30%, 60%)"
    side = PORTRAIT / 12
    draw.ellipse((side, side * 7.4, side * 11, side * 17), fill=coat)
    draw.polygon([(side * 5, side * 7.4), (side * 6, side * 9.4), (side * 7, side * 7.4)], "white")
    draw.ellipse((side * 3.9, side * 2.4, side * 8.1, side * 7.6), fill=skin)
    draw.pieslice((side * 3.7, side * 2, side * 8.3, side * 6.6), 180, 360, fill=coat)
    out = BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue()
