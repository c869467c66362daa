"""What every template says in one way: icons, people, money, dates. Loaded everywhere."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django import forms, template
from django.templatetags.static import static
from django.utils.dateformat import format as format_date
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

register = template.Library()

NBSP = "\u00a0"
MOTIFS = ("card", "em", "derm", "peds", "endo", "gi", "id", "fm", "surg", "pulm", "im", "neph",
          "neuro", "psych", "onc", "obgyn")  # fmt: skip


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, tone: str = "") -> SafeString:
    """An outline of the sprite, always beside a word."""
    return format_html(
        '<svg class="i{}" aria-hidden="true"><use href="{}#i-{}"/></svg>',
        f" {tone}" if tone else "",
        static("icons.svg"),
        name,
    )


@register.simple_tag
def motif(specialty: Any) -> SafeString:
    """A specialty's drawing; takes the specialty or its motif's code."""
    return _motif(getattr(specialty, "motif", specialty))


@lru_cache(maxsize=128)
def _motif(code: str) -> SafeString:
    return format_html(
        '<svg class="motif" aria-hidden="true"><use href="{}#m-{}"/></svg>',
        static("icons.svg"),
        code,
    )


@register.simple_tag
def avatar(person: Any) -> SafeString:
    """Initials on a circle whose hue the person keeps."""
    name = str(getattr(person, "name", person))
    words = name.split()
    letters = (words[0][:1] + words[-1][:1]) if len(words) > 1 else name[:1]
    hue = MOTIFS[(getattr(person, "pk", None) or len(name)) % len(MOTIFS)]
    return format_html(
        '<span class="avatar" data-sp="{}" aria-hidden="true">{}</span>', hue, letters.upper()
    )


@register.filter
def dollars(cents: int | None) -> str:
    """“$1,750”; cents only where there are some."""
    if cents is None:
        return ""
    whole, rest = divmod(abs(cents), 100)
    amount = f"${whole:,}.{rest:02}" if rest else f"${whole:,}"
    return f"−{amount}" if cents < 0 else amount


@register.simple_tag
def usd(cents: int | None, bare: bool = False) -> str:  # noqa: FBT001, FBT002  a template's flag
    """“$1,750 (USD)”."""
    return dollars(cents) if bare or cents is None else f"{dollars(cents)}{NBSP}(USD)"


@lru_cache(maxsize=4096)
def _time_tag(day: date, form: str, _language: str | None) -> SafeString:
    """Drawn once: the same Mondays stand on every page."""
    return format_html('<time datetime="{}">{}</time>', day.isoformat(), format_date(day, form))


def _day_of(moment: date | datetime, zone: ZoneInfo | None) -> date:
    return moment.astimezone(zone).date() if isinstance(moment, datetime) else moment


@register.simple_tag
def rdate(day: date | datetime | None, zone: ZoneInfo | None = None, long: bool = False) -> str:  # noqa: FBT001, FBT002
    """“Mon, Mar 1, 2027”; ``long`` for legal text: “Monday, March 1, 2027”."""
    if day is None:
        return ""
    day = _day_of(day, zone)
    return _time_tag(day, "l, F j, Y" if long else "D, M j, Y", get_language())


@register.simple_tag
def sdate(day: date | datetime | None, zone: ZoneInfo | None = None) -> str:
    """“Mon, Mar 1”, where the year stands beside."""
    if day is None:
        return ""
    day = _day_of(day, zone)
    return _time_tag(day, "D, M j", get_language())


@register.simple_tag
def rrange(start: Any, end: date | None = None) -> str:
    """“Mon, Mar 1 – Fri, Mar 26, 2027”; of two days, or of anything that starts and ends."""
    if end is None:
        start, end = getattr(start, "start_on", None), getattr(start, "end_on", None)
    if start is None or end is None:
        return ""
    first = sdate(start) if start.year == end.year else rdate(start)
    return format_html("{} – {}", mark_safe(first), mark_safe(rdate(end)))  # noqa: S308  own tags


def _clock(moment: datetime, *, zone_name: bool) -> str:
    return format_date(moment, "g:i A T" if zone_name else "g:i A").replace(" ", NBSP)


@register.simple_tag
def rtime(moment: datetime | None, zone: ZoneInfo | None = None) -> str:
    """“2:10 PM EST”, in that zone; it never breaks."""
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    return format_html(
        '<time datetime="{}">{}</time>', local.isoformat(), _clock(local, zone_name=True)
    )


@register.simple_tag
def deadline(moment: datetime | None, site: Any, reader: Any = None) -> str:
    """“Wed, Jan 20, 2027, 2:10 PM EST in Columbus (8:10 PM in Lagos)”.

    The reader's own time stands beside it where her clock shows another; takes the
    site and the person.
    """
    if moment is None:
        return ""
    there = moment.astimezone(site.zone)
    text = format_html(
        _("{day}, {time} in {city}"),
        day=rdate(there.date()),
        time=rtime(moment, site.zone),
        city=site.city,
    )
    own = _own_time(moment, there, reader)
    return format_html('{} <span class="mute">({})</span>', text, own) if own else text


def _own_time(moment: datetime, there: datetime, reader: Any) -> str:
    if not getattr(reader, "time_zone", ""):
        return ""
    here = moment.astimezone(reader.zone)
    if here.utcoffset() == there.utcoffset():
        return ""
    time = _clock(here, zone_name=False)
    if here.date() != there.date():
        time = f"{format_date(here, _same_year(here, there))}, {time}"
    city = reader.time_zone.rsplit("/", 1)[-1].replace("_", " ")
    return _("%(time)s in %(city)s") % {"time": time, "city": city}


def _same_year(here: datetime, there: datetime) -> str:
    return "D, M j" if here.year == there.year else "D, M j, Y"


CHECKS = (forms.CheckboxInput,)
CHOICES = (forms.RadioSelect, forms.CheckboxSelectMultiple)


@register.filter
def widget_kind(field: forms.BoundField) -> str:
    """How a field is drawn: ``check``, ``choices`` or ``text``."""
    widget = field.field.widget
    if isinstance(widget, CHOICES):
        return "choices"
    return "check" if isinstance(widget, CHECKS) else "text"


@register.filter
def dressed(field: forms.BoundField) -> str:
    """A control in our classes, tied to its hint and its error."""
    widget = field.field.widget
    widget.attrs.pop("placeholder", None)  # the label says it, and stays
    classes = "form-control"
    if isinstance(widget, CHECKS):
        classes = "form-check-input"
    elif isinstance(widget, forms.Select):
        classes = "form-select"
    described = [f"{field.auto_id}_helptext"] if field.help_text else []
    own = widget.attrs.get("class", "")
    wrong = "is-invalid" if field.errors else ""
    attrs: dict[str, str | bool] = {"class": " ".join(f"{own} {classes} {wrong}".split())}
    if field.errors:
        attrs["aria-invalid"] = "true"
        described.append(f"{field.auto_id}_error")
    if described:
        attrs["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attrs)


@register.filter
def options(field: forms.BoundField) -> list[Any]:
    """The radios or checkboxes of a field, in our class."""
    field.field.widget.attrs["class"] = "form-check-input"
    return list(field)


# The first that a browser names itself by; most name others too.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "SamsungBrowser": "Samsung Internet",
            "Firefox": "Firefox", "FxiOS": "Firefox", "CriOS": "Chrome", "Chrome": "Chrome",
            "Safari": "Safari"}  # fmt: skip
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "CrOS": "ChromeOS",
           "Windows": "Windows", "Mac OS X": "Mac", "Linux": "Linux"}  # fmt: skip


@register.filter
def device(user_agent: str) -> str:
    """“Chrome on Windows”; what nobody knows is shown as it calls itself."""
    browser = next((BROWSERS[name] for name in BROWSERS if f"{name}/" in user_agent), "")
    system = next((SYSTEMS[name] for name in SYSTEMS if name in user_agent), "")
    if not browser or not system:
        return user_agent
    return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
