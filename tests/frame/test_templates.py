"""What holds for every template: it compiles, it holds nothing inline, its icons exist."""

import re
from pathlib import Path

import pytest
from django.template import engines

from guides.templatetags.portal import MOTIFS

ROOT = Path(__file__).parent.parent.parent
TEMPLATES = ROOT / "templates"
PAGES = sorted(
    path
    for path in TEMPLATES.rglob("*.html")
    if not path.is_relative_to(TEMPLATES / "emails") and not path.is_relative_to(TEMPLATES / "pdf")
)
SPRITE = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/icons.svg").read_text()))
APPS = ("accounts", "audit", "config", "guides", "letters", "outbox", "placements", "rotations")
CODE = "\n".join(path.read_text() for app in APPS for path in (ROOT / app).rglob("*.py"))


def short(path):
    return str(path.relative_to(TEMPLATES))


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=short)
def test_page_compiles(path):
    assert engines["pages"].get_template(short(path))


@pytest.mark.parametrize("path", sorted((TEMPLATES / "emails").rglob("*.txt")), ids=short)
def test_mail_compiles(path):
    name = str(path.relative_to(TEMPLATES / "emails"))

    assert engines["text"].get_template(name)


# The page for what broke brings one style, which its policy names (tests/frame/test_pages.py).
@pytest.mark.parametrize("path", [path for path in PAGES if path.name != "500.html"], ids=short)
def test_page_holds_nothing_inline(path):
    text = path.read_text()

    assert not re.search(
        r'\sstyle="|<style|<script(?![^>]*(?:\ssrc=|"application/json"))|\son[a-z]+="|hx-on|js:',
        text,
    )


@pytest.mark.parametrize("path", PAGES, ids=short)
def test_icons_of_a_page_are_in_the_sprite(path):
    names = re.findall(r'{% icon "([^"]+)"', path.read_text())

    assert [name for name in names if f"i-{name}" not in SPRITE] == []


def test_icons_named_in_code_are_in_the_sprite():
    names = set(re.findall(r'icon(?:=|": )"([a-z0-9-]+)"', CODE))

    assert {name for name in names if f"i-{name}" not in SPRITE} == set()


def test_the_sprite_holds_no_icon_that_nothing_names():
    """Every page loads all of it."""
    pages = "\n".join(path.read_text() for path in PAGES)
    named = set(re.findall(r'"([a-z0-9-]+)"', CODE + pages))

    assert {name for name in SPRITE if name.startswith("i-") and name[2:] not in named} == set()


def test_motifs_are_in_the_sprite():
    assert {code for code in MOTIFS if f"m-{code}" not in SPRITE} == set()


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.*")), ids=short)
def test_translated_blocks_are_trimmed(path):
    blocks = re.findall(r"{% blocktrans(?:late)?\b[^%]*%}", path.read_text())

    assert [block for block in blocks if " trimmed" not in block] == []


def test_style_sheet_stays_small():
    assert (ROOT / "static/css/portal.css").stat().st_size < 40_000


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_the_frame_alone_says_that_its_form_has_errors(path):
    """``base.html`` begins the title so for ``form``; a page that did it too would say it twice."""
    title = re.search(r"{% block title %}(.*?){% endblock", path.read_text(), re.DOTALL)
    assert not (title and "{% if form.errors %}" in title[1])
