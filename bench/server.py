"""The database and web servers of a measurement, and the processor time that they have used."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from script.local import children, installation, keys, postgres

# Statements are counted; nothing in the background spends time that would look like ours.
SETTINGS = {
    "shared_preload_libraries": "pg_stat_statements",
    "autovacuum": "off",
    "shared_buffers": "1GB",
    "maintenance_work_mem": "512MB",
    "synchronous_commit": "off",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "1h",
}
START_SECONDS = 60


def has_database(url: str, name: str) -> bool:
    with psycopg.connect(url) as connection:
        found = connection.execute("select from pg_database where datname = %s", [name])
        return found.fetchone() is not None


def copy_database(url: str, name: str) -> None:
    """The portal's own empty database, under another name."""
    elsewhere = url.replace(f"/{postgres.DATABASE}?", "/postgres?")
    with psycopg.connect(elsewhere, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {}").format(
                sql.Identifier(name), sql.Identifier(postgres.DATABASE)
            )
        )


def drop_database(url: str, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
        )


def environment(data: Path, database: str) -> dict[str, str]:
    """As the portal is run for others to use, with nothing that this page does not need."""
    return {
        **installation.environment(),
        **keys.kept_in(data),
        "PYTHONPATH": str(installation.ROOT),
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "ALLOWED_HOSTS": "localhost",
        "SITE_URL": "http://localhost",
        "DATABASE_URL": database,
        "REDIS_URL": "redis://localhost:1/0",
        "EMAIL_URL": "file:",
        "DATA_DIR": str(data),
        "WEB_CONCURRENCY": "1",
        "WEB_THREADS": "1",
    }


def run(module: str, *arguments: str, env: Mapping[str, str]) -> None:
    subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=installation.ROOT,
        env={**env, "STATEMENT_TIMEOUT": "0"},
        check=True,
    )


class Web:
    """gunicorn, as it is configured for production."""

    def __init__(self, port: int, process: psutil.Process) -> None:
        self.port = port
        self.process = process

    @property
    def worker(self) -> psutil.Process:
        """The one, where there is one."""
        return self.process.children()[0]

    def get(self, path: str) -> tuple[float, int, bytes]:
        """How long it took in seconds, the status, and the page."""
        began = time.perf_counter()
        connection = HTTPConnection("localhost", self.port, timeout=60)
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        return time.perf_counter() - began, answer.status, body

    def processor(self) -> float:
        return sum(map(used, self.process.children()))


@contextmanager
def web(env: Mapping[str, str], application: str) -> Iterator[Web]:
    port = free_port()
    log = Path(env["DATA_DIR"]) / "web.log"
    with (
        log.open("ab") as said,
        children.running(
            [sys.executable, "-m", "gunicorn", application, "-c", "config/gunicorn.py"],
            stop_signal=15,
            patience=20,
            cwd=installation.ROOT,
            env={**env, "PORT": str(port)},
            stdout=subprocess.DEVNULL,
            stderr=said,
        ) as process,
    ):
        found = Web(port, psutil.Process(process.pid))
        wait_until_it_answers(found, log)
        yield found


def wait_until_it_answers(found: Web, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and found.process.status() != psutil.STATUS_ZOMBIE:
        try:
            found.get("/healthz")
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(f"The web server does not start; {log} says why.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def used(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


class Database:
    """All processes of the database server, those that have ended included."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.connection = psycopg.connect(url, autocommit=True)
        self.connection.execute("create extension if not exists pg_stat_statements")
        folder = self.connection.execute("show data_directory").fetchone()[0]
        self.server = psutil.Process(int((Path(folder) / "postmaster.pid").read_text().split()[0]))

    def processor(self) -> float:
        times = self.server.cpu_times()
        ended = times.children_user + times.children_system
        return ended + used(self.server) + sum(map(used, self.server.children()))

    def statements(self) -> int:
        """So far; without the question whether a kept connection still lives."""
        return self.connection.execute(
            "select coalesce(sum(calls), 0)::bigint from pg_stat_statements s"
            " join pg_database d on d.oid = s.dbid and d.datname = current_database()"
            " where query not in ('SELECT $1') and query not like '%pg_stat_statements%'"
        ).fetchone()[0]

    def close(self) -> None:
        self.connection.close()
