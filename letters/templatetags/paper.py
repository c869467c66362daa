"""What the PDFs draw and say. SVG for print has its colours written in."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import segno
from django import template
from django.conf import settings
from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

BRAND = "#0d5063"
INK = "#16282e"
LAMP = "#f4b63f"
# The specialties' hues at the lightness of ink and of wash (portal.css, oklch), as sRGB.
MOTIFS = {
    "card": ("#7e3636", "#fedddb"),
    "em": ("#7b3b1b", "#fcdfd3"),
    "derm": ("#764002", "#f9e1cf"),
    "peds": ("#6f4600", "#f5e3cc"),
    "endo": ("#614e00", "#ede7cc"),
    "gi": ("#4f5500", "#e5eacf"),
    "id": ("#3d5a16", "#deecd3"),
    "fm": ("#1c5f31", "#d6edda"),
    "surg": ("#006152", "#ceefe7"),
    "pulm": ("#005e6a", "#cceef2"),
    "im": ("#005a79", "#ceecf9"),
    "neph": ("#1c5284", "#d5e9fe"),
    "neuro": ("#404986", "#dfe5ff"),
    "psych": ("#5d407b", "#ece1fa"),
    "onc": ("#6e396a", "#f5def2"),
    "obgyn": ("#783655", "#fbdde9"),
}
QUIET_ZONE = 4
# From so many letters on a name is set smaller (design 10).
LONG, LONGER = 18, 56
# Two families of ellipses: their radii, and the angle from one to the next.
ROSETTE = ((238, 92, 6), (120, 66, 9))


@lru_cache
def _sprite() -> str:
    return (settings.BASE_DIR / "static" / "icons.svg").read_text()


@lru_cache
def _drawing(symbol: str) -> str:
    found = re.search(rf'<symbol id="{symbol}"[^>]*>(.*?)</symbol>', _sprite(), re.DOTALL)
    return found[1] if found else ""


@register.simple_tag
def brand_color() -> str:
    return settings.PORTAL["brand"] or BRAND


@register.simple_tag
def brand_mark() -> SafeString:
    """The portal's own logo, or ours; its name stands beside."""
    if settings.PORTAL["logo"]:
        return mark_safe('<span class="mark logo"></span>')
    return mark_safe(  # noqa: S308  our own drawing
        f'<svg class="mark" viewBox="0 0 32 32" aria-hidden="true">{_drawing("brand")}</svg>'
    )


@register.simple_tag
def rosette() -> SafeString:
    ellipses = "".join(
        f'<ellipse rx="{rx}" ry="{ry}" transform="rotate({angle})"/>'
        for rx, ry, step in ROSETTE
        for angle in range(0, 180, step)
    )
    return format_html(
        '<svg class="rosette" viewBox="-250 -250 500 500" aria-hidden="true">'
        '<g fill="none" stroke="{}" stroke-width=".5" stroke-opacity=".34">{}</g></svg>',
        brand_color(),
        mark_safe(ellipses),  # noqa: S308  numbers of ours
    )


@register.simple_tag
def seal(motif: str) -> SafeString:
    """The specialty's motif as the certificate's seal."""
    code = motif if motif in MOTIFS else "im"
    ink, wash = MOTIFS[code]
    drawing = re.sub(r"var\(--lamp,[^)]*\)", LAMP, _drawing(f"m-{code}"))
    return format_html(
        '<svg class="medal" viewBox="-12 -12 120 120" aria-hidden="true">'
        '<circle cx="48" cy="48" r="58" fill="#fff"/><circle cx="48" cy="48" r="55" fill="{}"/>'
        '<clipPath id="mc"><circle cx="48" cy="48" r="55"/></clipPath>'
        '<g clip-path="url(#mc)">{}</g>'
        '<circle cx="48" cy="48" r="55" fill="none" stroke="{}" stroke-width="1.6"/>'
        '<circle cx="48" cy="48" r="58.5" fill="none" stroke="#b5842a" stroke-width=".7"/></svg>',
        wash,
        mark_safe(drawing.replace("currentColor", ink)),  # noqa: S308  our own sprite
        brand_color(),
    )


@register.simple_tag
def qr(url: str) -> SafeString:
    """In capitals, so that the code stays small; hosts and our path do not mind."""
    code = segno.make(url.upper(), error="m", micro=False)
    return mark_safe(  # noqa: S308  drawn by segno from our own address
        code.svg_inline(border=QUIET_ZONE, dark=INK, light="#fff", omitsize=True)
    )


@register.filter
def day(text: str) -> date:
    """A day as the frozen facts keep it."""
    return date.fromisoformat(text)


@register.filter
def in_zone(moment: datetime, zone: ZoneInfo) -> date:
    """The day it was there."""
    return moment.astimezone(zone).date()


@register.filter
def hours(number: Decimal) -> str:
    """“160”, “143.5”."""
    return f"{number.normalize():f}"


@register.filter
def long_date(value: date) -> str:
    """“Monday, March 1, 2027”."""
    return format_date(value, "l, F j, Y")


@register.filter
def small_first(words: str) -> str:
    """In the middle of a sentence: “teaching hospital”; acronyms keep their capitals."""
    return words[:1].lower() + words[1:] if words[1:2].islower() else words


@register.filter
def name_size(name: str) -> str:
    if len(name) < LONG:
        return ""
    return "long" if len(name) < LONGER else "longer"


def _article(noun: str) -> str:
    return f"an {noun}" if noun[:1] in "aeiou" else f"a {noun}"


@register.filter
def a_rotation(listing: Any) -> str:
    """“an externship”."""
    return _article(str(listing.get_rotation_type_display()).lower())


@register.filter
def what_was_done(facts: Mapping[str, Any]) -> str:
    """“a supervised hands-on externship”, “an observership, observation only,”."""
    kind, practice = facts["type"].lower(), facts["practice"]
    if practice.startswith("supervised"):
        return f"a {practice} {kind}"
    return f"{_article(kind)}, {practice},"
