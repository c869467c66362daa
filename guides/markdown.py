"""Markdown of staff to HTML that may stand in a page: a library reads it, another cleans it."""

from collections import Counter
from itertools import pairwise
from typing import Any

import nh3
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "a", "strong", "em", "blockquote", "br", "hr",
        "table", "thead", "tbody", "tr", "th", "td", "code"}  # fmt: skip
ATTRIBUTES = {"a": {"href", "title"}, "h2": {"id"}, "th": {"scope"}, "table": {"class"}}
PORTAL_WORDS = ("name", "email", "phone", "hours", "address", "coordinator")

_reader = MarkdownIt("commonmark", {"html": False}).enable("table")


def to_html(text: str) -> str:
    """Safe HTML; second-level headings get an id to link to."""
    tokens = _reader.parse(text)
    for _title, anchor, token in _headings(tokens):
        token.attrSet("id", anchor)
    for token in tokens:
        if token.type == "table_open":
            token.attrSet("class", "table")
        if token.type == "th_open":
            token.attrSet("scope", "col")
    html = _reader.renderer.render(tokens, _reader.options, {})
    return nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"https", "mailto"}, link_rel=None
    )


def contents(text: str) -> list[tuple[str, str]]:
    """The second-level headings: title and anchor."""
    return [(title, anchor) for title, anchor, _token in _headings(_reader.parse(text))]


def _headings(tokens: list[Token]) -> list[tuple[str, str, Token]]:
    found: list[tuple[str, str, Token]] = []
    taken: Counter[str] = Counter()
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            title = _bare(inline)
            word = slugify(title) or "part"
            taken[word] += 1
            anchor = word if taken[word] == 1 else f"{word}-{taken[word]}"
            found.append((title, anchor, token))
    return found


def _bare(inline: Token) -> str:
    """A heading's words, without its stars and links."""
    return "".join(child.content for child in inline.children or [])


def fill_in(text: str, portal: dict[str, Any]) -> str:
    """Put this portal's own facts where a page names them."""
    for word in PORTAL_WORDS:
        text = text.replace(f"{{portal_{word}}}", str(portal.get(word, "")))
    return text
