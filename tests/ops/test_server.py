"""script/server itself, from start to Ctrl-C, on a data folder of its own."""

import os
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from script.local import account, children, places, ports, probe
from script.local.installation import ROOT

pytestmark = pytest.mark.slow

SERVER = ROOT / "script" / "server"
START_SECONDS = 120  # on a machine that does much else
STOP_SECONDS = 30
# What script/test sets for the tests is not meant for a portal of its own.
OURS = ["DATABASE_URL", "REDIS_URL", "DATA_DIR", "DJANGO_SETTINGS_MODULE", "PORT", "PYTHONPATH"]


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A folder that the database's account may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        yield places.open_to(account.for_database(), Path(folder))


def environment(**changes: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    return {**kept, **changes}


def refusal(*arguments: object, **changes: str) -> str:
    refused = subprocess.run(
        [SERVER, *map(str, arguments)],
        env=environment(**changes),
        capture_output=True,
        text=True,
        timeout=START_SECONDS,
        check=False,
    )
    assert refused.returncode == 1
    assert "Traceback" not in refused.stderr
    return refused.stderr.strip().splitlines()[-1]


class Running:
    def __init__(self, data: Path, *options: str) -> None:
        self.data, self.port = data, ports.free_port()
        self.log = data / "output.txt"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [SERVER, "--port", str(self.port), "--data", data, *options],
                env=environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_for(self, words: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while words not in self.log.read_text():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)

    def ask(self, path: str) -> Any:
        """By address: not every small system knows the name of its loopback."""
        url = f"http://127.0.0.1:{self.port}{path}"
        request = urllib.request.Request(url, headers={"Host": f"localhost:{self.port}"})
        return urllib.request.urlopen(request, timeout=10)  # noqa: S310

    def parts(self) -> dict[str, str]:
        return probe.ask(f"http://127.0.0.1:{self.port}/readyz", "localhost")["parts"]

    def stop(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)

    def processes(self) -> list[str]:
        """Command lines of everything that serves this data folder or port."""
        lines = [children.command_line(pid) for pid in psutil.pids()]
        mine = (str(self.data), f"--port {self.port}", f"-p {self.port}")
        return [line for line in lines if any(mark in line for mark in mine)]


def alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if children.command_line(pid)]


def descendants(pid: int) -> list[int]:
    return [child.pid for child in psutil.Process(pid).children(recursive=True)]


def stop_database(family: list[int]) -> None:
    """Ask the server's PostgreSQL to end at once, as if it were another machine's."""
    postgres = next(pid for pid in family if "/postgres -D" in children.command_line(pid))
    os.kill(postgres, signal.SIGINT)
    deadline = time.monotonic() + STOP_SECONDS
    while alive([postgres]) and time.monotonic() < deadline:
        time.sleep(0.1)


@pytest.fixture
def start(data) -> Iterator[Callable[..., Running]]:
    """Starts servers, and stops those that a failing test leaves."""
    servers: list[Running] = []

    def start(*options: str) -> Running:
        servers.append(Running(data, *options))
        servers[-1].wait_for("The portal is ready")
        return servers[-1]

    yield start
    for server in servers:
        if server.process.poll() is None:
            server.stop(signal.SIGTERM)


def test_the_server_starts_answers_and_stops_without_orphans(data, start):
    server = start("--no-demo")
    family = descendants(server.process.pid)

    with server.ask("/healthz") as response:
        assert response.status == 200
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        parts = server.parts()
        if set(parts.values()) <= {"ok", "not set"}:
            break
        time.sleep(0.5)
    assert parts.pop("scanner") == "not set"
    assert set(parts.values()) == {"ok"}, parts
    commands = " ".join(children.command_line(pid) for pid in family)
    assert all(
        name in commands for name in ("postgres", "valkey-server", "gunicorn", "worker", "beat")
    )
    assert "demo.example" not in server.log.read_text()

    assert "in use by another script/server" in refusal("--data", data, "--port", ports.free_port())
    assert f"Port {server.port} is taken" in refusal("--data", data, "--port", server.port)

    assert server.stop(signal.SIGINT) == 130
    assert alive(family) == []
    assert server.processes() == []
    assert not (data / "environment.json").exists()


def test_the_data_is_there_again_and_served_as_deployed(data, start):
    server = start("--production", "--no-demo")
    family = descendants(server.process.pid)

    with server.ask("/") as response:
        assert response.status == 200

    stop_database(family)
    with pytest.raises(urllib.error.HTTPError) as failed:
        server.ask("/rotations/")
    assert failed.value.code == 503
    assert "Traceback" not in failed.value.read().decode()
    parts = server.parts()
    assert parts["database"] == "unwell"
    assert parts["broker"] == "ok"

    server.process.kill()
    server.process.wait()
    deadline = time.monotonic() + STOP_SECONDS
    while alive(family) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert alive(family) == []


def test_an_unreachable_database_is_said_in_one_sentence(tmp_path):
    said = refusal(
        "--data", tmp_path, "--port", ports.free_port(), DATABASE_URL="postgresql://127.0.0.1:1/no"
    )

    assert said.startswith("The database of DATABASE_URL cannot be reached")


def test_an_unreachable_broker_is_said_in_one_sentence():
    said = refusal("--port", ports.free_port(), REDIS_URL="redis://127.0.0.1:1/0")

    assert said.startswith("The server of REDIS_URL cannot be reached")
