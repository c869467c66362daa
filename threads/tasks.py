"""What workers do for conversations: scan files, and tell of messages when it is time."""

import logging
import time

from celery import shared_task

from accounts.uploads import scanning
from clocks.models import Due
from clocks.tasks import timer
from threads.actions.messages import keep_scan, release_waiting
from threads.actions.notices import tell
from threads.models import Attachment, Notice
from threads.queries import attachments_to_scan

log = logging.getLogger(__name__)

BATCH = 40
# No scan is begun after that: with one that takes its longest it must fit into a minute.
SCANNING_SECONDS = 20


@timer("notice.tell")
def tell_notice(due: Due) -> str:
    notice = Notice.objects.select_related("person").filter(pk=due.subject_id).first()
    told = tell(notice, due=due.pk) if notice else 0
    return f"told of {told}" if told else "read meanwhile"


@shared_task(ignore_result=True)
def scan_attachment(attachment_id: int) -> None:
    """Ask the scanner about one file. Run twice, it is one verdict."""
    attachment = attachments_to_scan().filter(pk=attachment_id).first()
    if attachment:
        _scan(attachment)


@shared_task(ignore_result=True)
def scan_attachments() -> None:
    """Ask about everything that is owed an answer; beat runs this each minute."""
    if not scanning.is_configured():
        release_waiting()
        return
    until = time.monotonic() + SCANNING_SECONDS
    for attachment in attachments_to_scan()[:BATCH]:
        if time.monotonic() > until or not _scan(attachment):
            return


def _scan(attachment: Attachment) -> bool:
    """Whether the scanner answered; a file that is gone asks nothing of it."""
    try:
        with attachment.file.open("rb") as file:
            virus = scanning.find_virus(file.read())
    except FileNotFoundError:
        log.warning("Attachment %s cannot be checked for viruses: no file", attachment.pk)
        return True
    except scanning.Unreachable as reason:
        log.warning("Attachments wait for the virus check: %s", reason)
        return False
    keep_scan(attachment, virus=virus)
    return True
