"""The plain text of a mail, cut into what its HTML shows: nothing is said twice."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _

register = template.Library()

SIGNATURE = "-- "
LINK = re.compile(r"(?:(?P<label>[^\n]{2,80}?):[ \n]+)?(?P<url>https?://\S+)\Z")
FACT = re.compile(r"(?P<name>\S(?:.*?\S)?) {2,}(?P<value>\S.*)\Z")
ADDRESS = re.compile(r"https?://[^\s<>]*[^\s<>.,;:!?)\]]|[^\s<>@,;:]+@[\w.-]+\w")
TIME = re.compile(r"(\d) (AM|PM)(?: ([A-Z]{2,4})\b)?")
BRACKET = re.compile(r"\A\[[^\]]*\]\s*")


@dataclass
class Part:
    """One part of a mail: ``text``, ``facts``, ``list``, ``button`` or ``link``."""

    kind: str
    lines: list[str] = field(default_factory=list)
    facts: list[tuple[str, str]] = field(default_factory=list)
    label: str = ""
    url: str = ""


def _paragraphs(text: str) -> Iterator[str]:
    for paragraph in re.split(r"\n\s*\n", text.strip("\n")):
        if paragraph.strip():
            yield paragraph.rstrip()


def _part(paragraph: str) -> Part:
    lines = paragraph.splitlines()
    if all(line.startswith("  ") for line in lines):
        return Part("facts", facts=[_fact(line.strip()) for line in lines])
    if all(line.startswith("- ") for line in lines):
        return Part("list", lines=[line[2:] for line in lines])
    if found := LINK.match(paragraph.strip()):
        return Part("link", label=found["label"] or "", url=found["url"])
    return Part("text", lines=lines)


def _fact(line: str) -> tuple[str, str]:
    found = FACT.match(line)
    return (found["name"], found["value"]) if found else ("", line)


@register.filter
def parts(body: str) -> list[Part]:
    """The message without its signature; its first address on a line of its own is the button."""
    text = body.split(f"\n{SIGNATURE}\n", 1)[0]
    found = [_part(paragraph) for paragraph in _paragraphs(text)]
    for part in found:
        if part.kind == "link":
            part.kind = "button"
            part.label = part.label or _("Open the page")
            break
    return found


@register.filter
def signature(body: str) -> list[str]:
    """The lines below the signature mark, if there is one."""
    _text, _mark, below = body.partition(f"\n{SIGNATURE}\n")
    return [line for line in below.splitlines() if line.strip()]


@register.filter
def heading(subject: str) -> str:
    """The subject without the date that it answers by: “[Accept by …] A seat in Houston”."""
    return BRACKET.sub("", subject)


@register.filter
def preview(body: str) -> str:
    """What a list of mails shows beside the subject: the first sentence after the greeting."""
    texts = [" ".join(part.lines) for part in parts(body) if part.kind == "text"]
    said = next((text for text in texts if not text.endswith(",")), "")
    return Truncator(said).chars(110)


@register.filter
def linked(text: str) -> SafeString:
    """Escaped, with addresses as links and times that do not break."""
    pieces, last = [], 0
    for found in ADDRESS.finditer(text):
        pieces += [_worded(text[last : found.start()]), _anchor(found[0])]
        last = found.end()
    return mark_safe("".join([*pieces, _worded(text[last:])]))  # noqa: S308  escaped piece by piece


def _worded(text: str) -> str:
    return TIME.sub(
        lambda found: "\N{NO-BREAK SPACE}".join(filter(None, found.groups())), escape(text)
    )


def _anchor(address: str) -> str:
    href = address if "://" in address else f"mailto:{address}"
    return f'<a class="lnk" href="{escape(href)}" style="color:#0d5063">{escape(address)}</a>'
