"""The main job, from browsing to a certificate that a stranger can check, on real parts:
Chromium, PostgreSQL, a Celery worker behind a real broker, an SMTP server."""

import hashlib
import re
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pypdfium2
import pytest
import zxingcpp
from allauth.account.models import EmailAddress
from django.conf import settings
from django.utils import timezone
from icalendar import Calendar
from playwright.sync_api import Error, expect
from pypdf import PdfReader

from accounts.actions import verify_document
from accounts.models import User
from clocks.models import Due
from clocks.tasks import tick
from letters.actions.issuing import revoke_document
from letters.models import LetterRequest
from letters.states import LetterStatus
from letters.tasks import issue_due_certificates
from outbox.models import Message
from outbox.tasks import deliver_due
from placements.actions.hours import log_hours
from placements.models import Application, Placement
from placements.states import PlacementStatus, Status
from seed.demo import move_to_next
from seed.reference import load_reference
from tests.factories.accounts import DocumentTypeFactory, StaffFactory
from tests.factories.placements import pay_in_full
from tests.factories.rotations import ListingFactory, RequirementFactory
from tests.machines import forget_broker, wait_for, worker
from tests.papers import small_pdf

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

LEARNER, PASSWORD = "amara.okafor@example.org", "three brown lamps at noon"
HOST_PASSWORD = "quiet rivers bend twice"
CODE = re.compile(r"^([A-Z0-9-]{5,9})$", re.MULTILINE)


def mail_to(smtp, address, words, *, seconds=30):
    """The mail to this address whose subject has these words, once a worker has sent it."""

    def look():
        deliver_due()
        return [mail for mail in smtp.to(address) if words in str(mail["Subject"])]

    return wait_for(look, seconds=seconds)[0]


def text_of(mail):
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def link_in(mail, part):
    return re.search(rf"https?://\S*{part}\S*", text_of(mail))[0]


@pytest.fixture
def listing():
    load_reference()
    listing = ListingFactory(
        title="Ward medicine with a teaching team",
        weeks=40,
        weeks__capacity=2,
        preceptor__user__name="Helen Castellano",
        preceptor__user__email="helen.castellano@example.org",
    )
    RequirementFactory(listing=listing, type=DocumentTypeFactory(slug="tb"))
    host = listing.preceptor.user
    host.set_password(HOST_PASSWORD)
    host.save()
    EmailAddress.objects.create(user=host, email=host.email, verified=True, primary=True)
    return listing


@pytest.fixture
def office():
    return StaffFactory()


def sign_in(page, address, password):
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(address)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()


def test_from_browsing_to_a_letter(page, new_context, live_server, smtp, listing, office, tmp_path):
    forget_broker()
    with worker(smtp_port=smtp.port):
        browse(page, live_server, listing)
        sign_up(page, smtp)
        application = apply(page, listing, tmp_path)
        confirm_from_the_mail(new_context, smtp, listing)
        placement = accept(page, smtp, application)
        get_ready(office, placement)
        run(page, new_context, placement)
        certificate(page, new_context, smtp, placement)
        letter(page, new_context, smtp, placement)


def browse(page, live_server, listing):
    page.goto(live_server.url)
    expect(page.get_by_role("heading", level=1)).to_contain_text("rotations")
    page.get_by_label("Specialty").select_option("internal-medicine")
    page.get_by_role("button", name="Find rotations").click()
    page.get_by_role("link", name=listing.title, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(listing.title)
    expect(page.get_by_text("Helen Castellano").first).to_be_visible()
    page.get_by_role("button", name="Apply for these dates").click()


def sign_up(page, smtp):
    """Sent to sign in first, she makes an account, and comes back with her dates."""
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("E-mail").fill(LEARNER)
    page.get_by_label("Full name as in your passport").fill("Amara O'Brien-Okafor")
    page.get_by_label("What should we call you").fill("Amara")
    page.get_by_label("Password").first.fill(PASSWORD)
    page.get_by_label("I agree").check()
    page.get_by_role("button", name="Create my account").click()
    words = text_of(mail_to(smtp, LEARNER, "Confirm your address"))
    code = CODE.search(words)[1]
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Confirm").click()


def apply(page, listing, tmp_path):
    page.get_by_role("button", name=re.compile("Apply for these dates|Start|Continue")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Your application")
    page.get_by_role("link", name="About you").click()
    page.get_by_label("International medical graduate").check()
    page.get_by_label("Citizenship").select_option("NG")
    page.get_by_label("School", exact=True).fill("University of Lagos")
    page.get_by_label("Graduation").fill("2023-07-01")
    page.get_by_label("Visa plan").select_option("citizen")
    page.get_by_role("textbox", name="Why this rotation").fill(
        "I want to learn how a US ward team hands over."
    )
    page.get_by_role("button", name="Save and continue").click()
    paper = tmp_path / "tb-test.pdf"
    paper.write_bytes(small_pdf("TB blood test, negative"))
    page.get_by_role("link", name="First say whether we may keep health records").click()
    page.get_by_label("Yes, keep my health records").check()
    page.get_by_role("button", name="Agree").click()
    page.get_by_text("Choose a file").click()
    form = page.get_by_role("form", name=re.compile("Tuberculosis"))
    form.get_by_label("File").set_input_files(paper)
    form.get_by_label("Date on it").fill(str(timezone.localdate() - timedelta(days=3)))
    form.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Yes, these dates are right").click()
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check and send")
    for box in page.get_by_role("main").get_by_role("checkbox").all():
        if "Accept at once" not in (box.evaluate("box => box.labels[0].textContent")):
            box.check()
    page.get_by_role("button", name="Send application").dblclick()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Application sent")
    application = Application.objects.get()
    assert application.status == Status.UNDER_REVIEW
    return application


def confirm_from_the_mail(new_context, smtp, listing):
    """On her phone, without a password; looking thrice changes nothing."""
    mail = mail_to(smtp, listing.preceptor.user.email, "asks for")
    phone = new_context(viewport={"width": 390, "height": 844}).new_page()
    for _ in range(3):
        phone.goto(link_in(mail, "/r/"))
    assert Application.objects.get().status == Status.UNDER_REVIEW
    phone.get_by_role("button", name="Confirm Amara").last.click()
    expect(phone.get_by_text("Offer made to Amara").first).to_be_visible()
    assert Application.objects.get().status == Status.OFFERED
    assert not smtp.to("nobody")
    # The two minutes in which she can take it back pass.
    Message.objects.filter(template="placements/offer_made").update(due_at=timezone.now())
    phone.context.close()


def accept(page, smtp, application):
    mail = mail_to(smtp, LEARNER, "[Accept by")
    page.goto(link_in(mail, "/offer/"))
    page.get_by_label("I have read the price").check()
    page.get_by_role("button", name="Accept these dates").click()
    placement = Placement.objects.get()
    expect(page.get_by_role("heading", level=1)).to_contain_text(application.listing.title)
    mail_to(smtp, LEARNER, "is yours")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("calendar")).first.click()
    (event,) = Calendar.from_ical(download.value.path().read_bytes()).walk("VEVENT")
    assert event.decoded("DTSTART") == placement.start_on
    assert event.decoded("DTEND") == placement.end_on + timedelta(days=1)
    return placement


def get_ready(office, placement):
    """The office checks her paper and sees the money."""
    for document in User.objects.get(email=LEARNER).documents.all():
        verify_document(document, by=office)
    pay_in_full(placement, by=office)
    tick()
    wait_for(lambda: at(placement, PlacementStatus.READY))


def at(placement, status):
    placement.refresh_from_db()
    return placement.status == status


def play_until(placement, status):
    """Move its dates and timers, as ``demo --forward`` does, until the clock has brought it there."""

    def step():
        if at(placement, status):
            return True
        move_to_next(placement)
        tick()
        return wait_for(lambda: not Due.objects.due().exists())

    for _ in range(30):
        step()
        if at(placement, status):
            return
    raise AssertionError(placement.status)


def run(page, new_context, placement):
    """Hours logged and signed, the evaluation written on a phone."""
    play_until(placement, PlacementStatus.ACTIVE)
    page.goto(placement.get_absolute_url())
    day = timezone.localdate(timezone=placement.listing.site.zone)
    if placement.start_on <= day <= placement.end_on:
        page.get_by_label("Day").fill(str(day))
        page.get_by_role("spinbutton", name="Hours").fill("8")
        page.get_by_role("button", name="Log hours").click()
        expect(page.get_by_text("8 hours").first).to_be_visible()
    play_until(placement, PlacementStatus.WRAP_UP)
    for monday in placement.block.mondays:
        for n in range(5):
            log_hours(
                placement, by=placement.learner, day=monday + timedelta(days=n), hours=Decimal(8)
            )
    phone = new_context(viewport={"width": 390, "height": 844}).new_page()
    sign_in(phone, placement.preceptor.user.email, HOST_PASSWORD)
    phone.get_by_role("link", name="Hours of Amara").click()
    phone.get_by_role("button", name=re.compile("Sign all")).click()
    expect(phone.get_by_text("days are signed").first).to_be_visible()
    phone.goto(f"/placements/{placement.code}/evaluation/")
    for group in phone.get_by_role("group").filter(has=phone.get_by_text("Not observed")).all():
        group.get_by_text("4", exact=True).click()
    phone.get_by_label("One thing done well").fill("Listens to families. Speak up more on rounds.")
    phone.get_by_role("button", name="Sign evaluation").last.click()
    expect(phone.get_by_text("Signed. Thank you").first).to_be_visible()
    assert at(placement, PlacementStatus.COMPLETED)
    phone.context.close()


def certificate(page, new_context, smtp, placement):
    """Made by the worker, mailed as a link, read as a stranger would."""
    issue_due_certificates()
    mail = mail_to(smtp, LEARNER, "certificate is ready", seconds=60)
    document = placement.issued_documents.get()
    with page.expect_download() as download, suppress(Error):  # a download ends the navigation
        page.goto(link_in(mail, "/certificates/"))
    path = download.value.path()
    pdf = PdfReader(path)
    text = pdf.pages[0].extract_text()
    assert "Amara O'Brien-Okafor" in text.replace("\u2019", "'")
    assert document.printed_code in text
    assert (pdf.pages[0].mediabox.width, pdf.pages[0].mediabox.height) == (792, 612)
    assert all_fonts_are_embedded(pdf)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == document.sha256
    address = qr_of(path)
    assert address.lower().startswith(f"{settings.SITE_URL}/verify/{document.code}".lower())

    stranger = new_context().new_page()
    stranger.goto("/" + address.split("/", 3)[3])
    expect(stranger.get_by_text("This certificate is genuine")).to_be_visible()
    expect(stranger.get_by_text(document.sha256)).to_be_visible()
    assert "14725836" not in stranger.content()
    stranger.get_by_label("Check another code").fill("W7QF-3KX9-MTRE-P6V2H")
    stranger.get_by_role("button", name="Check").click()
    expect(stranger.get_by_text("no certificate with this code")).to_be_visible()
    revoke_document(document, by=StaffFactory(), reason="Made by a test")
    stranger.goto(document.get_absolute_url())
    expect(stranger.get_by_text("no longer valid").first).to_be_visible()
    assert "Made by a test" not in stranger.content()
    stranger.context.close()


def all_fonts_are_embedded(pdf):
    fonts = [font.get_object() for font in pdf.pages[0]["/Resources"]["/Font"].values()]
    described = [
        font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object() for font in fonts
    ]
    return bool(described) and all(
        {"/FontFile2", "/FontFile3"} & set(one.keys()) for one in described
    )


def qr_of(path):
    with pypdfium2.PdfDocument(path) as document:
        picture = document[0].render(scale=3).to_pil()
    return zxingcpp.read_barcode(picture).text


def letter(page, new_context, smtp, placement):
    """Asked for with the waiver chosen, agreed to and attested without a password."""
    page.goto(f"/placements/{placement.code}/letter/")
    page.get_by_role("button", name=re.compile("^Ask Dr")).click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("I waive my right").check()
    page.get_by_label("ERAS", exact=True).check()
    page.get_by_label("Letter ID").fill("f7k2-90qm")
    page.get_by_label("AAMC ID").fill("1472 5836")
    page.get_by_label("My preceptor gets this request").check()
    page.get_by_role("button", name=re.compile("^Ask Dr")).click()
    expect(page.get_by_text("Asked").first).to_be_visible()

    mail = mail_to(smtp, placement.preceptor.user.email, "asks for a letter", seconds=60)
    author = new_context(viewport={"width": 390, "height": 844}).new_page()
    author.goto(link_in(mail, "/l/"))
    with author.expect_download() as download:
        author.get_by_role("link", name=re.compile("PDF")).click()
    pdf = PdfReader(download.value.path())
    words = pdf.pages[0].extract_text()
    assert len(pdf.pages) == 1
    assert (pdf.pages[0].mediabox.width, pdf.pages[0].mediabox.height) == (612, 792)
    assert "F7K2-90QM" in words
    assert "14725836" in words
    author.get_by_role("button", name="I write this letter").click()
    expect(author.get_by_text("You agreed to write it")).to_be_visible()
    mail_to(smtp, LEARNER, "writes your letter")
    author.get_by_role("button", name="I have uploaded it").click()
    expect(author.get_by_text("Nothing is left to do")).to_be_visible()
    author.context.close()

    page.goto(link_in(mail_to(smtp, LEARNER, "has uploaded your letter"), "/letters/"))
    page.get_by_role("button", name="I see it in MyERAS").click()
    assert LetterRequest.objects.get().status == LetterStatus.CONFIRMED
