"""Two answers for machines: am I alive, and does everything work that I lean on?"""

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from tempfile import TemporaryFile

from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from accounts.uploads import scanning
from clocks.models import Due
from config.celery import HEARTBEAT, HEARTBEAT_SECONDS
from outbox.models import Message

logger = logging.getLogger(__name__)

ANSWER_SECONDS = 1
OVERDUE = timedelta(minutes=2)


class Unwell(Exception):
    """A part answers, but it does not do its work."""


class NotSet(Exception):
    """A part that this portal does without."""


@require_safe
@never_cache
def alive(_request: HttpRequest) -> HttpResponse:
    """The web server answers; nothing else is asked."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(_request: HttpRequest) -> HttpResponse:
    """Every part by name; 503 as soon as one is not well. Why stays in the log."""
    parts = {name: _state(name, check) for name, check in CHECKS.items()}
    well = set(parts.values()) <= {"ok", "not set"}
    answer = {"status": "ok" if well else "unwell", "parts": parts}
    return JsonResponse(answer, status=200 if well else 503)


def _state(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except NotSet:
        return "not set"
    except Exception as error:  # noqa: BLE001  whatever it is, the part is not well
        logger.warning("Not ready, %s: %s: %s", name, type(error).__name__, error)
        return "unwell"
    return "ok"


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select 1")


def _broker() -> None:
    with Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=ANSWER_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
    ) as redis:
        redis.ping()


def _storage() -> None:
    """Something can be written where uploads and PDFs are kept."""
    if settings.PRIVATE_STORAGE_URL:
        bucket = storages["private"]
        bucket.delete(bucket.save("ready", ContentFile(b"ready")))
        return
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with TemporaryFile(dir=settings.DATA_DIR) as file:
        file.write(b"ready")
        file.flush()


def _scanner() -> None:
    if not scanning.is_configured():
        raise NotSet
    scanning.ping(ANSWER_SECONDS)


def _mail() -> None:
    late = Message.objects.due().filter(due_at__lt=timezone.now() - OVERDUE)
    if late.exists():
        raise Unwell(f"{late.count()} mails are overdue: is a worker running?")


def _timers() -> None:
    late = Due.objects.due().filter(at__lt=timezone.now() - OVERDUE)
    if late.exists():
        raise Unwell(f"{late.count()} timers are overdue: is a worker running?")


def _beat() -> None:
    silence = time.time() - cache.get(HEARTBEAT, 0)
    if silence > 2 * HEARTBEAT_SECONDS:
        raise Unwell("Beat has not been heard of for more than ten seconds.")


CHECKS: dict[str, Callable[[], None]] = {
    "database": _database,
    "broker": _broker,
    "storage": _storage,
    "scanner": _scanner,
    "mail": _mail,
    "timers": _timers,
    "beat": _beat,
}
