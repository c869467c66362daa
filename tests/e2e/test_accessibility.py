"""No page type offends axe-core, in light on a desk and in dark on a phone, and none scrolls
sideways (promises W1, W2)."""

import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from allauth.account.internal.userkit import user_id_to_str
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.urls import resolve
from playwright.sync_api import BrowserContext, Error, Page

from accounts.models import User
from config.kept import KEPT
from seed.demo import load_demo
from tests.e2e.stops import Portal, Stop, walks
from tests.test_access import POSTED, TABLE

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

DESK, PHONE, NARROW = (
    {"width": 1280, "height": 900},
    {"width": 390, "height": 844},
    {"width": 320, "height": 800},
)
# Without preload: to read style sheets it would write some of its own, which our policy refuses.
ALL = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What another width and other colours can change.
OF_THE_LOOK = ["color-contrast", "target-size", "scrollable-region-focusable"]
# Drawn by Django's admin, not by us: its search boxes carry no name, and the fields of a table of
# inlines are named by the head of their column alone.
OF_DJANGO = [".select2-container", ".inline-group .tabular"]
RUN = """async ([only, exclude]) => {
    await Promise.all(document.getAnimations().map(one => one.finished))
    const options = {preload: false, resultTypes: ["violations"], runOnly: only}
    return axe.run({exclude}, options)
}"""
# The people are divided, so that processes share the walk.
PARTS = 2
# Answers that are no pages: files, data, and ways to another page.
NO_PAGES = {"accounts:dashboard", "accounts:document", "accounts:document_page", "letters:ask",
            "letters:certificate_keys", "letters:packet_pdf", "letters:request_pdf",
            "letters:verify_capitals", "placements:calendar", "placements:feed", "placements:receipt_pdf", "privacy:export",
            "rotations:preceptor_photo", "rotations:feed", "rotations:feed_atom",
            "rotations:specialty_feed", "rotations:specialty_feed_atom", "rotations:state_feed",
            "rotations:state_feed_atom", "favicon", "healthz", "manifest", "readyz", "robots",
            "sitemap", "sitemap_index", "threads:attachment", "threads:of_placement", "stay", "theme_css"}  # fmt: skip


def sign_in(context: BrowserContext, user: User | None, base_url: str) -> None:
    if user is None:
        return
    client = Client()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = user_id_to_str(user)
    # What she sent when she was signed out meanwhile.
    session[KEPT] = {"owner": user.pk, "action": "/profile/", "fields": [["name", user.name]],
                     "files": ["file"], "at": int(time.time())}  # fmt: skip
    session.save()
    context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": base_url}]
    )


def offences(page: Page, rules: list[str]) -> Iterator[str]:
    for rule in page.evaluate(RUN, [rules, OF_DJANGO])["violations"]:
        for node in rule["nodes"]:
            yield f"{rule['id']}: {node['html'][:160]}"


def look(page: Page, stop: Stop) -> Iterator[str]:
    """Everything that is wrong at one stop."""
    page.set_default_timeout(5000)
    page.set_viewport_size(DESK)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    try:
        answer = page.goto(stop.address)
        if answer.status != stop.status:
            yield f"answers {answer.status}"
        if "reauthenticate" in page.url and "reauthenticate" not in stop.address:
            yield "asks for a fresh sign-in"
        if stop.act:
            stop.act(page)
    except Error as failure:
        yield str(failure)
    page.evaluate(Axe().axe_script)
    yield from offences(page, ALL)
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark")
    yield from offences(page, OF_THE_LOOK)
    for size in (PHONE, NARROW):
        page.set_viewport_size(size)
        wide = page.evaluate("document.scrollingElement.scrollWidth")
        if wide > size["width"]:
            yield f"{wide} px wide at {size['width']}"


@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_offends_or_scrolls_sideways(new_context, base_url, part):
    load_demo()
    found = []
    for user, stops in list(walks(Portal()).items())[part::PARTS]:
        context = new_context()
        sign_in(context, user, base_url)
        page = context.new_page()
        for stop in stops:
            found += [f"{user or 'anybody'} at {stop.address}: {why}" for why in look(page, stop)]
        context.close()
    assert not found, "\n".join(found)


def test_every_page_is_a_stop():
    load_demo()
    stops = [stop for walk in walks(Portal()).values() for stop in walk]
    seen = {resolve(urlsplit(stop.address).path).view_name for stop in stops if stop.status < 400}

    assert pages() - seen == set()


def pages() -> set[str]:
    """What ``tests/test_access.py`` knows, but for what is no page."""
    return {name for name, answers in TABLE.items() if answers is not POSTED} - NO_PAGES
