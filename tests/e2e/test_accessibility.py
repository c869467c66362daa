"""No page type offends axe-core, in light and dark, on a desk and on a phone (promise W1)."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.factories.rotations import ListingFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

PAGES = {
    "home": "/",
    "catalogue": "/rotations/",
    "login": "/accounts/login/",
    "code": "/accounts/login/code/",
    "reset": "/accounts/password/reset/",
    "sign-up with errors": "/accounts/signup/",
    "guides": "/guides/",
    "terms": "/terms/",
    "verify": "/verify/",
    "not found": "/no/such/page/",
}
# Without preload: to read style sheets it would write some of its own, which our policy refuses.
OPTIONS = {
    "preload": False,
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}


def offences(page: Page) -> list[str]:
    found = Axe().run(page, options=OPTIONS).response["violations"]
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_hold(page, base_url, width, scheme):
    ListingFactory()
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = {}
    for name, address in PAGES.items():
        page.goto(f"{base_url}{address}")
        if name == "sign-up with errors":
            page.eval_on_selector("main form", "form => { form.noValidate = true }")
            page.click("main form button[type=submit]")
            page.wait_for_selector(".errsum")
        if bad := offences(page):
            found[name] = bad
    assert found == {}
