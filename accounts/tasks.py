"""What workers do for people: scan and draw papers, forget who never came, watch licenses."""

import logging
import time

from celery import shared_task
from django.utils import timezone

from accounts import actions, emails
from accounts.deadlines import LICENCE_REMINDERS
from accounts.models import Document, Licence, Preview, RegistryLookup
from accounts.queries import documents_to_draw, documents_to_scan
from accounts.registry import registry
from accounts.uploads import scanning
from accounts.uploads.drawing import Drawn, NotDrawn, Trouble, draw
from clocks.models import Due
from clocks.queries import numbers
from clocks.tasks import timer

log = logging.getLogger(__name__)

# Few at a time: certificates wait in the same queue.
BATCH = 40
NOT_NOW = "no longer so"
# No scan is begun after that: with one that takes its longest it must fit into a minute.
SCANNING_SECONDS = 20


@shared_task(ignore_result=True)
def scan_document(document_id: int) -> None:
    """Ask the scanner about one document. Run twice, it is one verdict."""
    document = documents_to_scan().filter(pk=document_id).first()
    if not document:
        return
    try:
        _scan(document)
    except scanning.Unreachable as reason:
        log.warning("Document %s waits for the virus check: %s", document.pk, reason)


@shared_task(ignore_result=True)
def scan_pending() -> None:
    """Ask about everything that is owed an answer; beat runs this each minute.

    One after the other, and no further once the scanner is silent: what waits is asked
    about again, and a scanner that hangs holds up one worker and no other work.
    """
    if not scanning.is_configured():
        actions.release_waiting()
        return
    until = time.monotonic() + SCANNING_SECONDS
    for document in documents_to_scan()[:BATCH]:
        if time.monotonic() > until:
            return
        try:
            _scan(document)
        except scanning.Unreachable as reason:
            log.warning("Documents wait for the virus check: %s", reason)
            return


def _scan(document: Document) -> None:
    try:
        with document.file.open("rb") as file:
            content = file.read()
    except FileNotFoundError:
        log.warning("Document %s cannot be checked for viruses: no file", document.pk)
        return
    actions.keep_scan(document, virus=scanning.find_virus(content))


@shared_task(soft_time_limit=18, time_limit=20, ignore_result=True)
def draw_pages(document_id: int) -> None:
    """Draw one document's pages. Run twice, or twice at once, they are drawn once."""
    document = Document.objects.openable().filter(pk=document_id).first()
    preview = document and Preview.objects.claim(document)
    if not document or not preview:
        return
    try:
        preview.keep(_drawn(document))
    except NotDrawn as reason:
        log.warning("The pages of document %s could not be drawn: %s", document.pk, reason)
        preview.stop(reason.trouble)


def _drawn(document: Document) -> list[Drawn]:
    try:
        with document.file.open("rb") as file:
            content = file.read()
    except FileNotFoundError:
        raise NotDrawn(Trouble.LOST, "no file") from None
    return draw(content, document.content_type)


@shared_task(ignore_result=True)
def draw_pending() -> None:
    """Start every drawing that is owed; beat runs this each minute."""
    for pk in documents_to_draw().values_list("pk", flat=True)[:BATCH]:
        draw_pages.delay(pk)


@shared_task(ignore_result=True)
def forget_offers() -> None:
    """Once a day: rotations that strangers offered and never confirmed by mail."""
    log.info("Forgot %d offers that nobody confirmed.", actions.forget_offers())


def _licence(due: Due) -> Licence | None:
    """Gone if its owner removed it."""
    rows = Licence.objects.select_related("preceptor__user")
    return rows.filter(pk=due.subject_id).first()


@timer("licence.expiring")
def warn_of_expiry(due: Due) -> str:
    licence = _licence(due)
    day, _colon, days = due.occurrence.partition(":")
    if licence is None or f"{licence.expires_on}" != day or not licence.preceptor.may_host:
        return NOT_NOW
    emails.licence_expiring(licence, due=due.pk)
    if int(days) > min(numbers(LICENCE_REMINDERS)):
        return "reminded"
    emails.licence_expiring_office(licence, due=due.pk)
    return "reminded, and the office told"


@timer("licence.expired")
def end_licence(due: Due) -> str:
    """The day itself says nothing: a renewal that nobody has seen counts no longer than it did."""
    licence = _licence(due)
    if licence is None:
        return NOT_NOW
    return "told" if actions.expire_licence(licence, today=timezone.localdate()) else NOT_NOW


@timer("npi.look_up")
def look_up_npi(due: Due) -> str:
    """At most three seconds with the registry, in a worker."""
    lookups = RegistryLookup.objects.select_related("preceptor__user")
    lookup = lookups.filter(pk=due.subject_id).first()
    if lookup is None or lookup.is_answered or lookup.npi != lookup.preceptor.npi:
        return NOT_NOW
    actions.keep_answer(lookup, registry().look_up(lookup.npi))
    return lookup.outcome
