"""Real processes for the tests that are about them: a Celery worker, and its end by SIGKILL."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.db import connection
from redis import Redis

ROOT = Path(__file__).parent.parent


def database_url() -> str:
    """The tests' own database, for another process."""
    facts = connection.settings_dict
    user = quote(facts["USER"], safe="")
    password = f":{quote(facts['PASSWORD'], safe='')}" if facts["PASSWORD"] else ""
    host = facts["HOST"] or facts["OPTIONS"].get("host") or "localhost"
    port = facts["PORT"]
    where = f"/{facts['NAME']}?host={quote(host, safe='')}" if host.startswith("/") else ""
    if where:
        return f"postgresql://{user}{password}@{where}"
    return f"postgresql://{user}{password}@{host}:{port or 5432}/{facts['NAME']}"


def environment(smtp_port: int) -> dict[str, str]:
    """Another process on the tests' database, broker and mail server."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "SITE_URL": settings.SITE_URL,
        "DATA_DIR": str(settings.DATA_DIR),
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
        "PYTHONWARNINGS": "ignore",
    }


@contextmanager
def worker(*, smtp_port: int, queues: str = "default,mail,pdf") -> Iterator[subprocess.Popen]:
    """A Celery worker on the tests' database and mail server; ended with all its children."""
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "-Q", queues,
               "--concurrency", "1", "--without-gossip", "--without-mingle", "-l", "WARNING"]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(smtp_port), start_new_session=True
    )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen) -> None:
    """SIGKILL to the worker and its pool at once, as a machine that loses power."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)


def forget_broker() -> None:
    """The broker knows nothing any more; another process's tests have a number of their own."""
    Redis.from_url(settings.REDIS_URL).flushdb()


def wait_for(ask: Callable[[], Any], *, seconds: float = 30) -> Any:
    """Ask until the answer is true; fails with the last answer."""
    end = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < end, f"not within {seconds} s: {answer!r}"
        time.sleep(0.1)
    return answer
