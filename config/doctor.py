"""What ``manage.py doctor`` looks at, part by part, and what it advises."""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core import checks
from django.core.cache import cache
from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from redis import Redis, RedisError

from accounts.models import DocumentType, User
from config.celery import app
from config.health import CHECKS, NotSet, Unwell
from letters import signing
from letters.models import IssuedDocument
from placements.actions.counters import differences
from rotations.models import Site

WORKER_SECONDS = 2
CLOCK_SECONDS = 2
ROOM = 1_000_000_000
# Said by a part of its own, with what is set or not.
SAID_ELSEWHERE = {"accounts.W001"}


class Doubt(Exception):
    """It works, and somebody should know something about it."""


@dataclass(frozen=True)
class Part:
    """One thing that is looked at, and what helps when it is not well."""

    name: str
    look: Callable[[], None]
    advice: str = ""


@dataclass(frozen=True)
class Finding:
    part: Part
    mark: str
    words: str = ""

    @property
    def is_bad(self) -> bool:
        return self.mark == "BAD"


def examine() -> Iterator[Finding]:
    """Look at every part; without the database, only at those that need none."""
    first, *others = NEEDING_NOBODY
    database = look_at(first)
    yield database
    yield from map(look_at, others)
    if not database.is_bad:
        yield from map(look_at, NEEDING_THE_DATABASE)


def look_at(part: Part) -> Finding:
    try:
        part.look()
    except (Doubt, NotSet) as doubt:
        return Finding(part, "look", str(doubt))
    except Unwell as fault:
        return Finding(part, "BAD", str(fault))
    except Exception as error:  # noqa: BLE001  whatever it is, the part is not well
        return Finding(part, "BAD", f"{type(error).__name__}: {error}")
    return Finding(part, "ok")


def _settings() -> None:
    found = [
        message
        for message in checks.run_checks(include_deployment_checks=not settings.DEBUG)
        if message.id not in {*SAID_ELSEWHERE, *settings.SILENCED_SYSTEM_CHECKS}
    ]
    words = "\n".join(f"{message.msg} ({message.id})" for message in found)
    if any(message.is_serious() for message in found):
        raise Unwell(words)
    if found:
        raise Doubt(words)
    if settings.DEBUG:
        raise Doubt("These are the settings for development: errors are shown, secrets are public.")


def _migrations() -> None:
    executor = MigrationExecutor(connection)
    if plan := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Unwell(f"{len(plan)} migrations are not applied, the first is {plan[0][0]}.")


def _cache() -> None:
    try:
        cache.get("doctor")
    except DatabaseError:
        raise Unwell("The table for rate limits is not there.") from None


def _reference() -> None:
    if not DocumentType.objects.exists():
        raise Unwell("There are no document types.")


def _eviction() -> None:
    """A server that makes room by dropping keys drops messages to the workers."""
    with Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1) as redis:
        try:
            policy = redis.config_get("maxmemory-policy").get("maxmemory-policy")
        except RedisError:  # a rented one may not tell
            return
    if policy != "noeviction":
        raise Doubt(f"maxmemory-policy is {policy}: when memory is short, messages are dropped.")


def _workers() -> None:
    answers = app.control.inspect(timeout=WORKER_SECONDS).active_queues() or {}
    served = {queue["name"] for queues in answers.values() for queue in queues}
    wanted = [queue.name for queue in app.conf.task_queues]
    if idle := [name for name in wanted if name not in served]:
        raise Unwell(f"No worker answers for the queues: {', '.join(idle)}.")


def _mail_server() -> None:
    server = get_connection()
    if not isinstance(server, EmailBackend):
        raise Doubt("EMAIL_URL names no mail server: mail is kept here and nobody gets it.")
    server.open()
    server.close()


def _room() -> None:
    free = shutil.disk_usage(settings.DATA_DIR).free
    if free < ROOM:
        raise Doubt(f"Only {free // 1_000_000} MB are free in {settings.DATA_DIR}.")


def _scanner() -> None:
    try:
        CHECKS["scanner"]()
    except NotSet:
        raise Doubt("None is set: files are marked as unscanned, and can be opened.") from None


def _certificate_keys() -> None:
    facts = {"doctor": "looks"}
    if not signing.is_genuine(facts, signing.sign(facts)):
        raise Unwell("What the key signs is not found genuine.")
    used = IssuedDocument.objects.values_list("key_id", flat=True).distinct()
    if unknown := [key for key in used if not signing.is_known(key)]:
        raise Doubt(f"Certificates are signed by keys that are not published: {unknown}.")


def _field_keys() -> None:
    codes = Authenticator.objects.filter(type=Authenticator.Type.TOTP).order_by("pk")
    secrets = [code.data["secret"] for code in (codes.first(), codes.last()) if code]
    try:
        for secret in secrets:
            decrypt(secret)
    except InvalidToken:
        raise Unwell("Second factors are encrypted with a key that is not in FIELD_KEYS.") from None


def _clock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        (theirs,) = cursor.fetchone()
    if (apart := abs(theirs.timestamp() - time.time())) > CLOCK_SECONDS:
        raise Unwell(f"This machine's clock and the database's are {apart:.0f} seconds apart.")


def _zones() -> None:
    """Data that knows Chicago's summer, and every zone that a site is in."""
    summer = datetime(2026, 7, 1, tzinfo=ZoneInfo("America/Chicago"))
    if (hours := summer.strftime("%z")) != "-0500":
        raise Unwell(f"In July, Chicago is said to be at {hours}.")
    used = Site.objects.exclude(time_zone="").values_list("time_zone", flat=True).distinct()
    for name in {settings.TIME_ZONE, *used}:
        ZoneInfo(name)


def _seats() -> None:
    if found := differences():
        raise Unwell(f"In {len(found)} weeks the seats taken are not those that somebody holds.")


def _static_files() -> None:
    staticfiles_storage.url("css/portal.css")


def _administrator() -> None:
    if not User.objects.filter(is_superuser=True, is_active=True).exists():
        raise Doubt("Nobody can enter the admin with every right.")


NEEDING_NOBODY: Sequence[Part] = (
    Part("Database", CHECKS["database"], "Start PostgreSQL, or mend DATABASE_URL."),
    Part("Settings", _settings),
    Part("Redis", CHECKS["broker"], "Start Valkey or Redis, or mend REDIS_URL."),
    Part("Redis keeps messages", _eviction, "Set maxmemory-policy noeviction."),
    Part("Workers", _workers, "Start the processes worker and pdf."),
    Part("Mail server", _mail_server, "Mend EMAIL_URL, or the way to the server."),
    Part("Storage", CHECKS["storage"], "Mend DATA_DIR or PRIVATE_STORAGE_URL, and who may write."),
    Part("Room on the disk", _room, "Make room: an upload that cannot be kept is refused."),
    Part("Virus scanner", _scanner, "Let ClamAV run and name its socket in CLAMAV_SOCKET."),
    Part("Style sheets", _static_files, "Run manage.py collectstatic."),
)
NEEDING_THE_DATABASE: Sequence[Part] = (
    Part("Migrations", _migrations, "Run manage.py migrate."),
    Part("Rate limits", _cache, "Run manage.py createcachetable."),
    Part("Reference data", _reference, "Run manage.py reference."),
    Part("Administrator", _administrator, "Run manage.py createsuperuser."),
    Part("Mail goes out", CHECKS["mail"], "Start the process worker."),
    Part("Timers", CHECKS["timers"], "Start the processes beat and worker."),
    Part("Beat", CHECKS["beat"], "Start the process beat."),
    Part("Seats", _seats, "Open “Weeks that do not add up” in the admin and mend them."),
    Part("Key of certificates", _certificate_keys, "Put earlier keys into CERTIFICATE_OLD_KEYS."),
    Part("Keys of second factors", _field_keys, "Put earlier keys behind the first in FIELD_KEYS."),
    Part("Clocks", _clock, "Let both machines keep time by NTP."),
    Part("Time zones", _zones, "Update the package tzdata."),
)
