"""The wallet on a phone: files chosen and dropped, how far they are, and their dates read back."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.kinds import Validity
from accounts.models import Document
from tests.factories.accounts import (
    DocumentFactory,
    DocumentTypeFactory,
    LearnerFactory,
    StaffFactory,
)
from tests.papers import picture, small_pdf

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PHONE = {"width": 390, "height": 844}
DROP = """
([name, text]) => {
  const files = new DataTransfer();
  files.items.add(new File([text], name, {type: "application/pdf"}));
  const zone = document.querySelector("form[data-upload]");
  for (const kind of ["dragover", "drop"]) {
    zone.dispatchEvent(new DragEvent(kind, {dataTransfer: files, bubbles: true, cancelable: true}));
  }
}
"""
# Remembers what the progress bar said, for it is gone in a moment.
WATCH = """
() => {
  window.said = [];
  const bar = document.querySelector("[data-progress]");
  new MutationObserver(() => said.push(bar.querySelector("[role=status]").textContent))
    .observe(bar, {subtree: true, childList: true, characterData: true});
}
"""


@pytest.fixture
def kinds():
    DocumentTypeFactory(is_health=False)
    DocumentTypeFactory(
        slug="cv", name="CV", validity=Validity.NONE, validity_months=None, is_health=False
    )


@pytest.fixture
def amara(kinds):
    return LearnerFactory().user


@pytest.fixture
def sign_in(client, context, base_url):
    def sign(user):
        client.force_login(user)
        cookie = client.cookies["sessionid"]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": base_url}])

    return sign


@pytest.fixture
def phone(page, amara, sign_in):
    sign_in(amara)
    page.set_viewport_size(PHONE)
    return page


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def paper(name, content=None):
    mime = "application/pdf" if name.endswith("pdf") else "image/jpeg"
    return {"name": name, "mimeType": mime, "buffer": content or small_pdf("A paper")}


def test_one_document_with_progress_and_its_dates_read_back(phone, amara):
    phone.goto("/wallet/")
    assert fits(phone)
    phone.get_by_role("link", name="Add a document").click()
    phone.get_by_role("link", name="TB test").click()
    phone.evaluate(WATCH)
    phone.get_by_label("File", exact=True).set_input_files(
        paper("IMG_2041.jpg", picture("JPEG", size=(2400, 3200)))
    )
    day = timezone.localdate() - timedelta(days=30)
    phone.get_by_label("Date on it").fill(str(day))

    phone.get_by_role("button", name="Upload").click()

    expect(phone.get_by_role("heading", level=1)).to_have_text("Are these dates right?")
    said = phone.evaluate("said")
    assert any(words.startswith("Uploading") for words in said), said
    expect(phone.get_by_role("main")).to_contain_text(f"{day:%A, %B %-d, %Y}")
    assert "/wallet/added/?paper=" in phone.url
    assert fits(phone)
    phone.get_by_role("button", name="Yes, these dates are right").click()
    phone.wait_for_url(re.compile("/wallet/$"))
    expect(phone.get_by_role("main")).to_contain_text("IMG_2041.jpg")
    assert fits(phone)


def test_a_refused_file_is_told_and_what_was_entered_stays(phone, amara):
    phone.goto("/wallet/add/tb/")
    day = str(timezone.localdate() - timedelta(days=30))
    phone.get_by_label("Date on it").fill(day)
    phone.get_by_label("File", exact=True).set_input_files(paper("tb.pdf", b"<script>"))

    phone.get_by_role("button", name="Upload").click()

    expect(phone.locator(".errsum")).to_be_focused()
    expect(phone.locator(".errsum")).to_contain_text("This is not a PDF file")
    assert phone.get_by_label("Date on it").input_value() == day
    phone.get_by_label("File", exact=True).set_input_files(paper("tb.pdf"))
    phone.get_by_role("button", name="Upload").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Are these dates right?")
    assert Document.objects.filter(owner=amara).count() == 1


def test_several_are_chosen_dropped_and_one_is_asked_again(phone, amara):
    phone.goto("/wallet/add/several/")
    phone.get_by_label("Choose files, or drop them here").set_input_files([paper("cv.pdf")])
    phone.evaluate(DROP, ["tb.pdf", small_pdf("TB test").decode("latin-1")])
    first, second = (phone.get_by_role("group", name=f"Document {number}") for number in (1, 2))
    expect(phone.get_by_role("group", name="Document 3")).to_be_hidden()
    first.get_by_label("Which document is it?").select_option("CV")
    second.get_by_label("Which document is it?").select_option("TB test")
    assert fits(phone)

    phone.get_by_role("button", name="Upload").click()

    expect(phone.locator(".errsum")).to_contain_text("Enter the date on it")
    assert [one.type.slug for one in Document.objects.filter(owner=amara)] == ["cv"]
    phone.get_by_label("Date on it").fill(str(timezone.localdate() - timedelta(days=30)))
    phone.get_by_role("button", name="Upload").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Are these dates right?")
    assert Document.objects.filter(owner=amara).count() == 2


def test_without_scripts_the_same_forms_work(new_context, base_url, amara, client):
    client.force_login(amara)
    cookie = client.cookies["sessionid"]
    context = new_context(java_script_enabled=False, viewport=PHONE)
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": base_url}])
    plain = context.new_page()
    plain.goto(f"{base_url}/wallet/add/several/")
    row = plain.get_by_role("group", name="Document 2")
    row.get_by_label("File", exact=True).set_input_files(paper("tb.pdf"))
    row.get_by_label("Which document is it?").select_option("TB test")
    row.get_by_label("Date on it").fill(str(timezone.localdate() - timedelta(days=30)))
    plain.get_by_role("button", name="Upload").click()

    expect(plain.get_by_role("heading", level=1)).to_have_text("Are these dates right?")


def test_staff_go_through_the_queue_by_keys(page, sign_in, second_factor):
    first, second = (
        DocumentFactory(verified_at=None, verified_by=None, name=f"{name}.pdf")
        for name in ("first", "second")
    )
    sign_in(second_factor(StaffFactory()))
    page.goto("/admin/accounts/document/review/")
    title = page.get_by_role("heading", level=1)
    expect(title).to_contain_text(first.owner.name)

    page.keyboard.press("j")
    expect(title).to_contain_text(second.owner.name)
    page.keyboard.press("k")
    expect(title).to_contain_text(first.owner.name)
    page.get_by_label("What to send instead").press("j")
    expect(page.get_by_label("What to send instead")).to_have_value("j")
    page.get_by_label("Keys: J or N").uncheck()
    page.keyboard.press("n")
    expect(title).to_contain_text(first.owner.name)
    page.get_by_role("button", name="Accept", exact=True).click()
    expect(title).to_contain_text(second.owner.name)
