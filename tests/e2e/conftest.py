"""A real browser on a real server; whatever its console complains of fails the test."""

import os
from collections.abc import Iterator

import pytest
from django.db import connections
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


@pytest.fixture(scope="session", autouse=True)
def _end_before_the_database(django_db_setup, live_server, playwright) -> Iterator[None]:
    """The browser ends first, then the server with its threads, each of which has a connection.

    So has this thread a second time: while Playwright's loop runs in it, Django keeps what is a
    thread's in a context of its own, where nobody would find the connection to close it.
    """
    live_server.thread.httpd.daemon_threads = False  # it waits for them
    yield
    connections.close_all()


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
