"""What somebody does at a stop: press, wait, choose, come too late."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

Act = Callable[[Page], object]
SUBMIT = "main form:has(.btn-primary, .submit-row) [type=submit]"


@dataclass(frozen=True)
class Stop:
    address: str
    act: Act | None = None
    status: int = 200


def send(button: str = SUBMIT, *, shows: str = ".errsum, .errornote") -> Act:
    """Press it without the browser's own checks, and wait for what the page then says."""

    def act(page: Page) -> None:
        page.eval_on_selector_all("main form", "all => all.forEach(form => form.noValidate = true)")
        page.locator(button).first.click()
        page.wait_for_selector(shows)

    return act


def out_of_date(move: Callable[[], object], button: str) -> Act:
    """The world moves between the page and the click."""

    def act(page: Page) -> None:
        move()
        page.locator(button).first.click()
        page.wait_for_load_state()

    return act


def plan_a_year(seats: str, *, shows: str) -> Act:
    """So many seats in each week of a pattern, as it is shown before it is done."""
    look = send("#pattern [value=look]", shows=shows)

    def act(page: Page) -> None:
        page.locator("summary:has-text('pattern')").click()
        page.fill("#pattern [name=capacity]", seats)
        look(page)

    return act


def tick_a_week(page: Page) -> None:
    """With everything that the bar then offers."""
    page.locator(".wk input").first.check()
    page.locator(".decide summary").click()
    page.fill(".decide [name=reason]", "Vacation")


def choose(facts: dict[str, str]) -> Act:
    """An action of the admin on one row, as far as the page that asks."""

    def act(page: Page) -> None:
        page.check(f"[name=_selected_action][value='{facts['_selected_action']}']")
        page.select_option("[name=action]", facts["action"])
        page.click("[name=index]")
        page.wait_for_selector("#content form .submit-row")

    return act
