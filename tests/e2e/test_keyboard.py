"""Everything can be reached and seen with the keyboard alone, in the order of the page
(promise W2)."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.test_accessibility import sign_in
from tests.factories.placements import learner
from tests.factories.rotations import ListingFactory

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

# What the browser lets a person stop at, in the page's own order. Of radios under one name
# Tab stops at one, and the arrows go on.
REACHABLE = """() => {
    const all = document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")
    const groups = new Set()
    return [...all].filter(one => {
        if (one.disabled || one.tabIndex < 0 || !one.checkVisibility({visibilityProperty: true}))
            return false
        if (one.type !== "radio") return true
        const group = document.querySelectorAll(`input[type=radio][name="${one.name}"]`)
        const stop = [...group].find(radio => radio.checked) || group[0]
        return one === stop
    }).map((one, number) => { one.dataset.stop = number; return one.outerHTML.slice(0, 120) })
}"""
FOCUSED = """() => {
    const one = document.activeElement, look = getComputedStyle(one)
    const marked = one.matches(":focus-visible") ? look : getComputedStyle(one.closest("label") || one)
    const box = one.getBoundingClientRect()
    return {
        stop: Number(one.dataset.stop ?? -1),
        html: one.outerHTML.slice(0, 120),
        outlined: marked.outlineStyle !== "none" && parseFloat(marked.outlineWidth) >= 2,
        shown: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    }
}"""


def walk(page: Page) -> None:
    """Tab from the top of the page to its end, and off it."""
    reachable = page.evaluate(REACHABLE)
    assert reachable
    for number, html in enumerate(reachable):
        here = following(page, number)
        assert here["stop"] == number, f"{here['html']} comes where {html} stands"
        assert here["outlined"], f"no focus to be seen on {html}"
        assert here["shown"], f"out of sight: {html}"
    end = following(page, len(reachable))
    assert end["stop"] in {-1, 0}, f"the keyboard is trapped in {end['html']}"


def following(page: Page, number: int) -> dict:
    """Where Tab leads from the stop before; a date has stops of its own for month, day and year."""
    for _ in range(5):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUSED)
        if here["stop"] != number - 1 or 'type="date"' not in here["html"]:
            break
    return here


@pytest.mark.parametrize("width", [390, 1280])
def test_tab_goes_through_the_whole_page(new_context, base_url, width):
    listing = ListingFactory(weeks=12)
    context = new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    public = ["/", "/rotations/", listing.get_absolute_url(), "/accounts/signup/", "/no/such/page/"]
    for address in public:
        page.goto(address)
        walk(page)
    sign_in(context, learner(), base_url)
    for address in ["/profile/", "/wallet/add/", "/accounts/2fa/"]:
        page.goto(address)
        walk(page)
    context.close()


def test_the_first_stop_leads_past_the_head_of_the_page(page):
    page.goto("/rotations/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to main content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_menu_of_a_phone_opens_and_closes_by_keyboard(page):
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/")
    button = page.get_by_role("button", name="Menu")
    button.focus()
    page.keyboard.press("Enter")
    first = page.get_by_role("navigation", name="Main").get_by_role("link").first
    expect(first).to_be_visible()
    page.keyboard.press("Tab")
    expect(first).to_be_focused()
    page.keyboard.press("Escape")
    expect(first).to_be_hidden()
    expect(button).to_be_focused()


def test_errors_take_the_focus_and_lead_to_their_fields(page):
    page.goto("/accounts/signup/")
    page.eval_on_selector("main form", "form => { form.noValidate = true }")
    page.get_by_role("button", name="Create my account").press("Enter")
    expect(page.locator(".errsum")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    expect(page.locator("main form :focus")).to_have_attribute("aria-invalid", "true")
