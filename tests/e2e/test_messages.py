"""A conversation on a phone: sent without a reload, refused with the words kept."""

import pytest
from playwright.sync_api import expect

from placements.states import Status
from tests.factories.placements import ApplicationFactory
from tests.papers import small_pdf
from tests.threads.conftest import say
from threads.models import Message

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def talk(client, context, base_url):
    """The learner's page of her conversation, open."""
    application = ApplicationFactory(status=Status.UNDER_REVIEW)
    client.force_login(application.learner)
    cookie = client.cookies["sessionid"]
    context.add_cookies([{"name": "sessionid", "value": cookie.value, "url": base_url}])
    return application


def test_she_sends_without_a_reload(page, talk):
    page.set_viewport_size(PHONE)
    page.goto(f"/applications/{talk.code}/messages/")
    expect(page.get_by_text("No messages yet.")).to_be_visible()
    page.evaluate("window.here = true")

    page.get_by_role("button", name="Send message").click()
    expect(page.locator("#write .errsum")).to_be_visible()
    page.get_by_label("Your message").fill("May I come earlier?")
    page.set_input_files("#id_attachments", [
        {"name": "letter.pdf", "mimeType": "application/pdf", "buffer": small_pdf("A letter")}
    ])  # fmt: skip
    page.get_by_role("button", name="Send message").click()

    log = page.get_by_role("log")
    expect(log).to_contain_text("May I come earlier?")
    expect(log.get_by_role("link", name="letter.pdf")).to_be_visible()
    expect(page.get_by_text("No messages yet.")).to_have_count(0)
    expect(page.get_by_label("Your message")).to_have_value("")
    assert page.evaluate("window.here")

    say(talk, talk.listing.preceptor.user, "Yes, please.")
    page.get_by_label("Your message").fill("Thank you!")
    page.get_by_role("button", name="Send message").click()
    expect(log.locator(".msg")).to_have_count(3)
    expect(log.locator(".msg").nth(1)).to_contain_text("Yes, please.")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert Message.objects.count() == 3


def test_too_many_says_so_and_keeps_the_words(page, talk, monkeypatch):
    monkeypatch.setattr("threads.views.threads.SENDS", {"send": "1/h/user"})
    page.goto(f"/applications/{talk.code}/messages/")
    for words in ("First", "Second"):
        page.get_by_label("Your message").fill(words)
        page.get_by_role("button", name="Send message").click()
        page.wait_for_selector(".msg, .errsum")

    expect(page.locator("#write .errsum")).to_contain_text("many messages in one hour")
    expect(page.get_by_label("Your message")).to_have_value("Second")
