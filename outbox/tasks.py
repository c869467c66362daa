import smtplib

from celery import shared_task
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from outbox.actions import forget
from outbox.models import PATIENCE, STRIKES, Message

BATCH = 500
PERMANENT = 500


@shared_task(ignore_result=True)
def deliver(message_id: int) -> None:
    """Send one message. Run it twice, or twice at once: it is sent once.

    The try is counted before it begins, so that a mail which kills its worker
    is given up after five. The row stays locked while the server is spoken to;
    a worker that dies leaves it owed. What remains is the instant between the
    server's yes and our commit; the fixed Message-ID covers that.
    """
    due = Message.objects.due().filter(pk=message_id)
    due.filter(strikes__gte=STRIKES).update(failed_at=timezone.now())
    with transaction.atomic():
        counted = due.select_for_update(skip_locked=True)
        started = Message.objects.filter(pk__in=counted.values("pk")).update(
            tries=F("tries") + 1, strikes=F("strikes") + 1
        )
    if started:
        _send(message_id)


@transaction.atomic
def _send(message_id: int) -> None:
    message = (
        Message.objects.due().select_for_update(skip_locked=True).filter(pk=message_id).first()
    )
    if message is None:  # sent, not due, or in another worker's hands
        return
    try:
        message.as_email().send()
    except Exception as error:  # noqa: BLE001  whatever it was, the row must say so
        _mark_failed(message, error)
    else:
        message.sent_at = timezone.now()
        message.last_error = ""
    message.save(update_fields=["sent_at", "failed_at", "due_at", "strikes", "last_error"])
    if message.fleeting and (message.sent_at or message.failed_at):
        forget(Message.objects.filter(pk=message.pk), addressee=True)


def _mark_failed(message: Message, error: Exception) -> None:
    """A refusal counts; a server that is away does not, for five days."""
    now = timezone.now()
    message.last_error = f"{type(error).__name__}: {error}"[:500]
    if not _is_final(error):
        message.strikes -= 1
    if message.strikes >= STRIKES or now - message.created_at > PATIENCE:
        message.failed_at = now
    else:
        message.postpone(now=now)


def _is_final(error: Exception) -> bool:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= PERMANENT for code, _text in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= PERMANENT
    return not isinstance(error, OSError)


@shared_task(ignore_result=True)
def deliver_due() -> None:
    """Start every delivery that is due; beat runs this each minute."""
    for pk in Message.objects.due().order_by("pk").values_list("pk", flat=True)[:BATCH]:
        deliver.delay(pk)
