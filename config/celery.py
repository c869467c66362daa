"""The Celery app, its queues, and what beat starts each minute."""

import logging
import os
import sys
import time
from typing import Any

from celery import Celery
from celery.beat import Scheduler
from celery.schedules import crontab
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, close_old_connections
from kombu import Queue
from kombu.transport.redis import Channel
from redis import Connection
from redis.backoff import NoBackoff
from redis.retry import Retry

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
if sys.platform == "darwin":  # Homebrew keeps WeasyPrint's libraries where macOS does not look
    os.environ.setdefault("DYLD_FALLBACK_LIBRARY_PATH", "/opt/homebrew/lib:/usr/local/lib")

logger = logging.getLogger(__name__)

HEARTBEAT = "beat.heartbeat"
HEARTBEAT_SECONDS = 5
# A sweep that no worker took within its minute is worthless: the next one does its work.
SWEEP = {"schedule": crontab(), "options": {"expires": 55}}


class BeatingScheduler(Scheduler):
    """A scheduler without a file of its own that says in the database that it is alive."""

    beaten_at = 0.0

    def tick(self, *args: Any, **kwargs: Any) -> float:
        if time.monotonic() - self.beaten_at >= HEARTBEAT_SECONDS:
            self.beaten_at = time.monotonic()
            say_alive()
        return super().tick(*args, **kwargs)


def say_alive() -> None:
    """Leave the time where ``/readyz`` looks for it; beat goes on when the database is away."""
    close_old_connections()
    try:
        cache.set(HEARTBEAT, time.time(), timeout=None)
    except DatabaseError as error:
        logger.warning("Beat could not leave its heartbeat: %s", error)


class AtOnce(Connection):
    """A connection that says at once that nobody answers; the client's own would try for seconds."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**{**settings, "retry": Retry(NoBackoff(), 0)})  # type: ignore[no-untyped-call]


Channel.connection_class = AtOnce
app = Celery("wardlight")
app.conf.update(
    broker_url=settings.REDIS_URL,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    # A dead broker costs a request a second at most, and loses nothing: rows remember.
    task_publish_retry=False,
    broker_transport_options={
        "visibility_timeout": 180,
        "unacked_restore_interval": 10,
        "unacked_restore_throttle": 1,
        "max_retries": 0,  # of connecting to publish; a worker tries for ever
        "socket_connect_timeout": 1,
        "socket_timeout": 2,
    },
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    task_default_queue="default",
    task_queues=[Queue(name, routing_key=name) for name in ("default", "mail", "pdf")],
    task_create_missing_queues=False,
    task_routes={
        "accounts.tasks.draw_pages": {"queue": "pdf"},
        "outbox.tasks.deliver": {"queue": "mail"},
        "letters.tasks.render_document": {"queue": "pdf"},
        "letters.tasks.render_request": {"queue": "pdf"},
        "letters.tasks.render_receipt": {"queue": "pdf"},
    },
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_soft_time_limit=45,
    task_time_limit=60,
    worker_prefetch_multiplier=1,
    worker_soft_shutdown_timeout=20,
    worker_send_task_events=False,
    timezone="UTC",
    enable_utc=True,
    beat_scheduler="config.celery:BeatingScheduler",
    beat_max_loop_interval=HEARTBEAT_SECONDS,
    beat_schedule={
        "deliver mail that is due": {"task": "outbox.tasks.deliver_due", **SWEEP},
        "act on what is due": {"task": "clocks.tasks.tick", **SWEEP},
        "mend the catalogue": {"task": "rotations.tasks.mend_catalogue", **SWEEP},
        "scan files that wait": {"task": "accounts.tasks.scan_pending", **SWEEP},
        "scan files of messages that wait": {"task": "threads.tasks.scan_attachments", **SWEEP},
        "draw pages that are owed": {"task": "accounts.tasks.draw_pending", **SWEEP},
        "forget offers that nobody confirmed": {
            "task": "accounts.tasks.forget_offers",
            "schedule": crontab(hour=4, minute=7),
        },
        "count how preceptors answer": {
            "task": "placements.tasks.count_preceptors_answers",
            "schedule": crontab(minute="17"),
            "options": {"expires": 3000},
        },
        "compare seats with those who hold them": {
            "task": "placements.tasks.compare_seats",
            "schedule": crontab(hour=4, minute=41),
        },
        "tell people what opened": {"task": "rotations.tasks.look_for_news", **SWEEP},
        "forget openings that were told": {
            "task": "rotations.tasks.forget_old_openings",
            "schedule": crontab(hour=4, minute=23),
        },
        "make copies of people's data that are owed": {
            "task": "privacy.tasks.make_exports",
            **SWEEP,
        },
        "delete files whose rows are gone": {"task": "privacy.tasks.delete_files", **SWEEP},
        "plan the night's deletions": {
            "task": "privacy.tasks.plan_night",
            "schedule": crontab(minute="7"),
            "options": {"expires": 3000},
        },
        "render documents that are owed": {"task": "letters.tasks.render_pending", **SWEEP},
    },
)
app.autodiscover_tasks()
