"""Dates, money and addresses as mails say them; the text engine loads these by itself."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

register = template.Library()
TIME = "g:i A"


@register.filter
def rdate(day: date | None) -> str:
    """“Mon, Mar 1, 2027”."""
    return format_date(day, "D, M j, Y") if day else ""


@register.filter
def sdate(day: date | None) -> str:
    """For subjects: “Mon, Mar 1”."""
    return format_date(day, "D, M j") if day else ""


@register.filter
def longdate(day: date | None) -> str:
    """“Monday, March 1, 2027”."""
    return format_date(day, "l, F j, Y") if day else ""


@register.filter
def rrange(block: Any) -> str:
    """“Mon, Mar 1 – Fri, Mar 26, 2027”, of anything that starts and ends."""
    if not block:
        return ""
    same_year = block.start_on.year == block.end_on.year
    first = sdate(block.start_on) if same_year else rdate(block.start_on)
    return f"{first} – {rdate(block.end_on)}"


@register.filter
def srange(block: Any) -> str:
    """For subjects: “Mar 1 – Mar 26”."""
    if not block:
        return ""
    return f"{format_date(block.start_on, 'M j')} – {format_date(block.end_on, 'M j')}"


@register.filter
def usd(cents: int | None) -> str:
    """“$1,750 (USD)”; cents only where there are some."""
    return f"{dollars(cents)} (USD)" if cents is not None else ""


@register.filter
def dollars(cents: int | None) -> str:
    if cents is None:
        return ""
    whole, rest = divmod(cents, 100)
    return f"${whole:,}.{rest:02}" if rest else f"${whole:,}"


@register.filter
def clock(moment: datetime | None, zone: ZoneInfo | None = None) -> str:
    """“2:10 PM EST”, in that zone."""
    return format_date(moment.astimezone(zone), f"{TIME} T") if moment else ""


@register.filter
def day_at(moment: datetime | None, site: Any) -> str:
    """The day it is at the site: “Thu, Jan 14, 2027”."""
    return rdate(moment.astimezone(site.zone)) if moment else ""


@register.filter
def short_day_at(moment: datetime | None, site: Any) -> str:
    """For subjects: “Thu, Jan 14”."""
    return sdate(moment.astimezone(site.zone)) if moment else ""


@register.simple_tag
def deadline(moment: datetime, site: Any, reader: Any = None) -> str:
    """The moment in the site's zone, and in the reader's own beside it where that differs.

    “Thu, Jan 14, 2027, 12:41 PM CST in Houston (7:41 PM in Lagos)”
    """
    there = moment.astimezone(site.zone)
    text = _("%(day)s, %(time)s in %(city)s") % {
        "day": rdate(there),
        "time": clock(moment, site.zone),
        "city": site.city,
    }
    own = _own_time(moment, there, reader)
    return f"{text} ({own})" if own else text


def _own_time(moment: datetime, there: datetime, reader: Any) -> str:
    """Empty where the reader's clock shows the same, or we do not know her zone."""
    if not getattr(reader, "time_zone", ""):
        return ""
    here = moment.astimezone(reader.zone)
    if here.utcoffset() == there.utcoffset():
        return ""
    time = format_date(here, TIME)
    if here.date() != there.date():
        time = f"{sdate(here)}, {time}"
    return _("%(time)s in %(city)s") % {"time": time, "city": _city(reader.time_zone)}


def _city(zone: str) -> str:
    """“Africa/Lagos” is Lagos."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


@register.filter
def absolute(path: str) -> str:
    """The whole address of a path of ours."""
    return path if "://" in path else f"{settings.SITE_URL}{path}"


@register.simple_tag
def link(name: str, *args: Any) -> str:
    """``{% link "placements:offer" application.code %}``: the whole address of a page."""
    return absolute(reverse(name, args=args))


@register.filter
def wrapped(text: str) -> str:
    """Somebody's own words on lines of their own, set in so that no line of hers is ours."""
    return "\n".join(f"  {line.strip()}" for line in str(text).splitlines() if line.strip())
