"""A link to a rotation is copied by one click; colors are chosen where one stands."""

import pytest

from tests.factories.rotations import ListingFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_a_rotations_link_is_copied(page, live_server):
    listing = ListingFactory(weeks=4)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{listing.get_absolute_url()}?weeks=4")

    page.get_by_role("button", name="Copy link").click()

    page.get_by_text("Link copied.").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{live_server.url}{listing.get_absolute_url()}"


def test_colors_change_without_leaving_the_page(page):
    page.goto("/guides/")

    page.get_by_role("link", name="Light or dark colors").click()
    page.get_by_role("button", name="Dark colors").click()

    page.wait_for_selector("html[data-bs-theme=dark]")
    assert page.url.endswith("/guides/")
