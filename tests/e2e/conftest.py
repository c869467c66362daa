"""A real browser on a real server; whatever its console complains of fails the test."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    chrome = os.environ.get("CHROME", "/usr/bin/chromium")
    return {**browser_type_launch_args, "executable_path": chrome, "args": QUIET}


@pytest.fixture(scope="session")
def base_url(live_server):
    return live_server.url


@pytest.fixture(autouse=True)
def _served_under_its_own_address(live_server, settings):
    settings.SITE_URL = live_server.url


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """The page of one test; console errors, CSP violations among them, are its failures."""
    complaints: list[str] = []
    page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    expected = ("status of 404", "status of 409", "status of 422", "status of 429")
    assert [text for text in complaints if not any(code in text for code in expected)] == []
