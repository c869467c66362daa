"""Markdown of staff to HTML that may stand in a page: a library reads it, another cleans it."""

import re
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise

import nh3
from django.utils.text import slugify
from markdown_it import MarkdownIt
from markdown_it.token import Token

TAGS = {"p", "h2", "h3", "h4", "ul", "ol", "li", "a", "strong", "em", "blockquote", "br", "hr",
        "table", "thead", "tbody", "tr", "th", "td", "code"}  # fmt: skip
# The roles: a table whose rows stand under each other on a phone is still read as a table.
ATTRIBUTES = {
    "a": {"href", "title"},
    "h2": {"id"},
    "h3": {"id"},
    "ol": {"start"},
    "table": {"class", "role"},
    "thead": {"role"},
    "tbody": {"role"},
    "tr": {"role"},
    "th": {"scope", "role"},
    "td": {"role", "data-label"},
}
ROLES = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "td": "cell"}
# From so many columns on the rows of a table stand under each other on a phone.
WIDE = 3
NAMED = re.compile(r"\{([a-z]+(?:[_:][a-z0-9_-]+)?)\}")

_reader = MarkdownIt("commonmark", {"html": False}).enable("table")


def to_html(text: str) -> str:
    """Safe HTML; headings get an id to link to, and each cell says what it is."""
    tokens = _reader.parse(text)
    for _title, anchor, token in _headings(tokens):
        token.attrSet("id", anchor)
    for start, token in enumerate(tokens):
        if token.type == "table_open":
            _label_table(tokens[start:])
    html = _reader.renderer.render(tokens, _reader.options, {})
    return nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"https", "mailto"}, link_rel=None
    )


def contents(text: str) -> list[tuple[str, str]]:
    """The second-level headings: title and anchor."""
    found = _headings(_reader.parse(text))
    return [(title, anchor) for title, anchor, token in found if token.tag == "h2"]


def names_in(text: str) -> set[str]:
    """The facts that a text names in braces."""
    return set(NAMED.findall(text))


def fill_in(text: str, facts: Mapping[str, str]) -> str:
    """Put the portal's own facts where a text names them; what it does not know stays."""
    return NAMED.sub(lambda found: facts.get(found[1], found[0]), text)


def _headings(tokens: list[Token]) -> list[tuple[str, str, Token]]:
    found: list[tuple[str, str, Token]] = []
    taken: Counter[str] = Counter()
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.tag in {"h2", "h3"}:
            title = _bare(inline)
            word = slugify(title) or "part"
            taken[word] += 1
            anchor = word if taken[word] == 1 else f"{word}-{taken[word]}"
            found.append((title, anchor, token))
    return found


def _bare(inline: Token) -> str:
    """A heading's words, without its stars and links."""
    return "".join(child.content for child in inline.children or [])


def _label_table(tokens: list[Token]) -> None:
    """Column and row headings, and what a cell is about where its column is out of sight."""
    end = next(n for n, token in enumerate(tokens) if token.type == "table_close")
    columns = [_bare(inline) for cell, inline in pairwise(tokens[:end]) if cell.type == "th_open"]
    tokens[0].attrSet("class", "table stacked" if len(columns) >= WIDE else "table")
    column = 0
    for token in tokens[:end]:
        if token.type == "tr_open":
            column = 0
        if token.nesting == 1 and token.tag in ROLES:
            token.attrSet("role", ROLES[token.tag])
        if token.tag == "th" and token.nesting == 1:
            token.attrs |= {"scope": "col", "role": "columnheader"}
        if token.tag == "td":
            column = _label_cell(token, column, columns)


def _label_cell(token: Token, column: int, columns: list[str]) -> int:
    """The first cell of a row is its heading. The number of the next cell."""
    if column == 0:
        token.tag = "th"
        if token.nesting == 1:
            token.attrs |= {"scope": "row", "role": "rowheader"}
            return 0
        return 1
    if token.nesting == 1:
        token.attrSet("data-label", columns[column] if column < len(columns) else "")
        return column
    return column + 1
