"""The project's own Python environment, made from the hashed lock with plain pip."""

import fcntl
import hashlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from script.local import system
from script.local.speech import Refusal, say

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCAL = "requirements-local.txt"
DEVELOPMENT = "requirements-dev.txt"
# What is installed for development is more than what running needs.
CONTAINED_IN = {LOCAL: [DEVELOPMENT]}


def ensure(lock: str) -> None:
    """Install what the lock names, unless that was done already."""
    with _alone():
        if any(_is_installed(name) for name in [lock, *CONTAINED_IN.get(lock, [])]):
            return
        if not _is_usable():
            _make()
        _install(lock)


def hand_over(module: str, arguments: list[str]) -> None:
    """Go on in the project's own Python; does not return."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    sys.stdout.flush()
    os.execve(PYTHON, [str(PYTHON), "-P", "-m", module, *arguments], environment)  # noqa: S606


def environment() -> dict[str, str]:
    """This environment for a child that runs the project's own programs."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    path = os.pathsep.join([str(VENV / "bin"), inherited.get("PATH", os.defpath)])
    return {**inherited, "PATH": path, "VIRTUAL_ENV": str(VENV), "PYTHONUNBUFFERED": "1"}


@contextmanager
def _alone() -> Iterator[None]:
    """Two scripts started at once install one after the other."""
    with (ROOT / DEVELOPMENT).open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _stamp(lock: str) -> Path:
    return VENV / f".{lock}.installed"


def _fingerprint(lock: str) -> str:
    digest = hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()
    return f"{digest} {VENV.resolve()}\n"


def _is_installed(lock: str) -> bool:
    stamp = _stamp(lock)
    return stamp.exists() and stamp.read_text() == _fingerprint(lock) and _is_usable()


def _is_usable() -> bool:
    """The environment has its Python and pip, and was not moved since it was filled."""
    if any(
        not line.read_text().endswith(f" {VENV.resolve()}\n") for line in VENV.glob(".*.installed")
    ):
        return False
    return (
        PYTHON.exists()
        and not subprocess.run(
            [PYTHON, "-c", "import pip, sys; sys.exit(sys.version_info < (3, 11))"],
            capture_output=True,
            check=False,
        ).returncode
    )


def _make() -> None:
    if VENV.is_symlink():
        raise Refusal(
            f"{VENV} is a link to {VENV.resolve()}, which cannot be used: remove the link."
        )
    if importlib.util.find_spec("ensurepip") is None:
        major, minor = sys.version_info[:2]
        system.install([f"python{major}.{minor}-venv"], why="Python's venv module")
    say("Making .venv")
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=False)
    if made.returncode:
        raise Refusal(f"{sys.executable} could not make {VENV}; its message is above.")


def _install(lock: str) -> None:
    say(f"Installing what {lock} names (the first time this takes a minute or two)")
    options = ["--quiet", "--no-input", "--disable-pip-version-check", "--require-hashes"]
    installed = subprocess.run(
        [PYTHON, "-m", "pip", "install", *options, "--requirement", ROOT / lock],
        check=False,
    )
    if installed.returncode:
        raise Refusal(f"pip could not install {lock}; its message is above.")
    _stamp(lock).write_text(_fingerprint(lock))
