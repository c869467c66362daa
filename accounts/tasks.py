"""What workers do for people: draw the pages of papers, forget who never came."""

import logging

from celery import shared_task

from accounts import actions
from accounts.models import Document, Preview
from accounts.queries import documents_to_draw
from accounts.uploads.drawing import Drawn, NotDrawn, Trouble, draw

log = logging.getLogger(__name__)

# Few at a time: certificates wait in the same queue.
BATCH = 40


@shared_task(soft_time_limit=18, time_limit=20, ignore_result=True)
def draw_pages(document_id: int) -> None:
    """Draw one document's pages. Run twice, or twice at once, they are drawn once."""
    document = Document.objects.filter(pk=document_id).first()
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
