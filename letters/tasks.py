import base64
import json
from typing import Any

import segno
from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.db.models import F

from clocks.models import Due
from clocks.tasks import timer
from letters import emails
from letters.actions.issuing import attach_pdf, issue_certificate
from letters.actions.requests import attach_request_pdf, expire_letter
from letters.models import IssuedDocument, LetterRequest
from letters.pdf import render
from letters.queries import completed_without_certificate
from letters.states import LetterStatus
from placements.models import Evaluation
from placements.queries import hours_totals

BATCH = 200
TRIES = 5
LONG_NAME = 18
# Rendering is bounded: a page that does not end is given up, not waited for.
BOUNDED = {"queue": "pdf", "soft_time_limit": 20, "time_limit": 25, "ignore_result": True}


@shared_task(**BOUNDED)
def render_document(document_id: int) -> None:
    """Make a certificate's PDF. Run it twice, or twice at once: it is made once.

    The try is counted before it begins, so that one which always kills its worker
    is left to staff after five.
    """
    todo = IssuedDocument.objects.filter(pk=document_id, rendered_at=None, tries__lt=TRIES)
    if not todo.update(tries=F("tries") + 1):
        return
    with transaction.atomic():
        rows = IssuedDocument.objects.filter(pk=document_id, rendered_at=None)
        document = rows.select_for_update(skip_locked=True, of=("self",)).first()
        if document is not None:
            attach_pdf(document, _certificate(document))


def _certificate(document: IssuedDocument) -> bytes:
    signed = {
        "facts": document.facts,
        "key_id": document.key_id,
        "signature": document.signature,
        "keys": f"{settings.SITE_URL}/.well-known/certificate-keys.json",
    }
    placement = document.placement
    facts = {
        "document": document,
        "facts": document.facts,
        "placement": placement,
        "site": placement.listing.site,
        "portal": settings.PORTAL,
        "host": settings.SITE_URL.split("://", 1)[-1],
        "qr": _qr(f"{settings.SITE_URL}/verify/{document.code}/".upper()),
        "is_long": len(document.facts["name"]) >= LONG_NAME,
        "angles": range(0, 180, 6),
        "inner_angles": range(0, 180, 9),
    }
    attachment = json.dumps(signed, ensure_ascii=False, indent=1, sort_keys=True).encode()
    identifier = document.code.encode()
    return render("pdf/certificate.html", facts, identifier=identifier, attachment=attachment)


def _qr(url: str) -> str:
    """As a data address; capitals keep the code small."""
    svg = segno.make(url, error="m").svg_inline(border=0, dark="#16282e", omitsize=True)
    return f"data:image/svg+xml;base64,{base64.b64encode(_with_namespace(svg)).decode()}"


def _with_namespace(svg: str) -> bytes:
    return svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1).encode()


@shared_task(**BOUNDED)
def render_request(request_id: int) -> None:
    """Make a letter request's PDF and tell its author; once for each version."""
    todo = LetterRequest.objects.filter(
        pk=request_id, status__in=[LetterStatus.REQUESTED, LetterStatus.AGREED], tries__lt=TRIES * F("version")
    ).exclude(rendered_version=F("version"))
    if not todo.update(tries=F("tries") + 1):
        return
    with transaction.atomic():
        rows = LetterRequest.objects.filter(pk=request_id).exclude(rendered_version=F("version"))
        request = rows.select_for_update(skip_locked=True, of=("self",)).first()
        if request is not None:
            attach_request_pdf(request, _request_page(request))


def _request_page(request: LetterRequest) -> bytes:
    placement = request.placement
    evaluation = Evaluation.objects.filter(placement=placement, kind="final").exclude(signed_at=None)
    facts: dict[str, Any] = {
        "request": request,
        "placement": placement,
        "listing": placement.listing,
        "learner": placement.learner,
        "profile": placement.learner.learner_profile,
        "preceptor": placement.preceptor,
        "hours": hours_totals(placement),
        "evaluation": evaluation.first(),
        "portal": settings.PORTAL,
    }
    identifier = f"{request.code}:{request.version}".encode()
    return render("pdf/letter_request.html", facts, identifier=identifier)


@shared_task(ignore_result=True)
def render_pending() -> None:
    """Start every PDF that is owed; beat runs this each minute."""
    documents = IssuedDocument.objects.filter(rendered_at=None, tries__lt=TRIES)
    for pk in documents.values_list("pk", flat=True)[:BATCH]:
        render_document.delay(pk)
    asked = [LetterStatus.REQUESTED, LetterStatus.AGREED]
    requests = LetterRequest.objects.filter(status__in=asked, tries__lt=TRIES * F("version"))
    owed = requests.exclude(rendered_version=F("version")).values_list("pk", flat=True)
    for pk in owed[:BATCH]:
        render_request.delay(pk)


@shared_task(ignore_result=True)
def issue_due_certificates() -> None:
    """Give each completed placement its certificate; beat runs this each minute."""
    for placement in completed_without_certificate()[:BATCH]:
        issue_certificate(placement, by=None)


@timer("letter.reminder")
def remind_author(due: Due) -> str:
    request = LetterRequest.objects.with_placement().get(pk=due.subject_id)
    if request.status not in {LetterStatus.REQUESTED, LetterStatus.AGREED}:
        return "no longer so"
    emails.letter_reminder(request, due=due.pk)
    return "reminded"


@timer("letter.expiry")
def expire(due: Due) -> str:
    request = LetterRequest.objects.with_placement().get(pk=due.subject_id)
    return "expired" if expire_letter(request) else "no longer so"
