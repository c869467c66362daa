"""What workers do for letters: make PDFs, issue what is owed, remind, and end."""

import hashlib
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from clocks.models import Due
from clocks.tasks import timer
from letters import emails, pdf
from letters.actions import issuing, receipts, requests
from letters.models import IssuedDocument, LetterRequest
from letters.queries import (
    certificates_to_render,
    is_worth_a_try,
    packet_of,
    placements_owed_a_certificate,
    receipts_to_render,
    requests_to_render,
)
from letters.signing import Signature, envelope
from letters.states import LetterStatus
from placements.models import Receipt

BATCH = 200
NOT_NOW = "no longer so"
# Style classes, from the usual size down, until a request fits on its page.
SIZES = ("", "tight", "tighter")
# Within a soft limit the row says what went wrong; at the hard one the process is ended.
BOUNDED: dict[str, Any] = {"soft_time_limit": 18, "time_limit": 20, "ignore_result": True}


@shared_task(**BOUNDED)
def render_document(document_id: int) -> None:
    """Make one certificate's PDF. Run twice, or twice at once, it is made once."""
    if not issuing.count_try(document_id):
        return
    with transaction.atomic():
        rows = certificates_to_render().select_for_update(skip_locked=True, of=("self",))
        document = rows.filter(pk=document_id).first()
        if document is not None:
            issuing.attach_pdf(document, certificate_pdf(document))


@shared_task(**BOUNDED)
def render_request(letter_id: int) -> None:
    """Make one letter request's PDF; its author gets the mail with it."""
    if not requests.count_try(letter_id):
        return
    with transaction.atomic():
        rows = requests_to_render().select_for_update(skip_locked=True, of=("self",))
        letter = rows.filter(pk=letter_id).first()
        if letter is not None:
            requests.attach_request_pdf(letter, request_pdf(letter))


@shared_task(**BOUNDED)
def render_receipt(receipt_id: int) -> None:
    """Make one receipt's PDF. Run twice, or twice at once, it is made once."""
    if not receipts.count_try(receipt_id):
        return
    with transaction.atomic():
        rows = receipts_to_render().select_for_update(skip_locked=True, of=("self",))
        receipt = rows.filter(pk=receipt_id).first()
        if receipt is not None:
            receipts.attach_pdf(receipt, receipt_pdf(receipt))


@shared_task(ignore_result=True)
def render_pending() -> None:
    """Start every PDF that is owed; beat runs this each minute."""
    issue_due_certificates()
    now = timezone.now()
    for task, rows, since in (
        (render_document, certificates_to_render(), "issued_at"),
        (render_request, requests_to_render(), "requested_at"),
        (render_receipt, receipts_to_render(), "issued_at"),
    ):
        for pk, tries, at in rows.order_by("tries", "pk").values_list("pk", "tries", since)[:BATCH]:
            if is_worth_a_try(tries, at, now):
                task.delay(pk)


@shared_task(ignore_result=True)
def issue_due_certificates() -> None:
    """Every completed placement gets its certificate: the app above pulls."""
    for pk in placements_owed_a_certificate().values_list("pk", flat=True)[:BATCH]:
        issue_due_certificate.delay(pk)


@shared_task(ignore_result=True)
def issue_due_certificate(placement_id: int) -> None:
    with transaction.atomic():
        placement = placements_owed_a_certificate().filter(pk=placement_id).first()
        if placement is not None:
            issuing.issue_certificate(placement, by=None)


def certificate_pdf(document: IssuedDocument) -> bytes:
    facts = document.facts
    url = f"{settings.SITE_URL}/verify/{document.code}"
    context = {
        "facts": facts,
        "motif": document.placement.listing.specialty.motif,
        "url": url,
        "printed_code": document.printed_code,
        "check_at": f"{urlsplit(settings.SITE_URL).netloc}/verify",
        "paper": settings.PORTAL["paper"],
    }
    signed = envelope(facts, Signature(document.key_id, document.signature))
    return pdf.render(
        _page("pdf/certificate.html", context),
        identifier=_identifier(document.code),
        attachments={"certificate.json": signed},
        made_at=document.issued_at,
    )


def request_pdf(letter: LetterRequest) -> bytes:
    """On one page, whatever the names and words in it."""
    letter = LetterRequest.objects.with_placement().get(pk=letter.pk)
    context = {"packet": packet_of(letter), "letter": letter, "portal": settings.PORTAL}
    for size in SIZES:
        content = pdf.render(
            _page("pdf/letter_request.html", {**context, "size": size}),
            identifier=_identifier(f"{letter.code}:{letter.version}"),
            made_at=letter.requested_at,
        )
        if pdf.page_count(content) == 1:
            break
    return content


def receipt_pdf(receipt: Receipt) -> bytes:
    facts = receipt.facts
    days = {name: date.fromisoformat(facts[name]) for name in ("day", "start_on", "end_on")}
    context = {
        "receipt": receipt,
        "facts": {**facts, **days},
        "issued_on": timezone.localdate(receipt.issued_at),
        "paper": settings.PORTAL["paper"],
    }
    return pdf.render(
        _page("pdf/receipt.html", context),
        identifier=_identifier(receipt.code),
        made_at=receipt.issued_at,
    )


def _page(template: str, context: dict[str, Any]) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return render_to_string(template, context, using="pages")


def _identifier(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:16]


def _letter(due: Due) -> LetterRequest:
    return LetterRequest.objects.with_placement().get(pk=due.subject_id)


@timer("letter.reminder")
def remind_author(due: Due) -> str:
    letter = _letter(due)
    waits = {LetterStatus.REQUESTED, LetterStatus.AGREED}
    if letter.status not in waits or not due.occurrence.startswith(f"{letter.target_on}:"):
        return NOT_NOW
    today = timezone.localdate(timezone=letter.placement.listing.site.zone)
    days = ((letter.target_on or today) - today).days
    emails.letter_reminder(letter, due=due.pk, days=days)
    return "reminded"


@timer("letter.expiry")
def end_unanswered(due: Due) -> str:
    return "expired" if requests.expire_letter(_letter(due)) else NOT_NOW
