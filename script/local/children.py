"""Processes that we start, and that shall not outlive us."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from script.local import stopping
from script.local.speech import Refusal

PR_SET_PDEATHSIG = 1


@contextmanager
def running(
    command: Sequence[str | Path],
    *,
    stop_signal: signal.Signals,
    patience: float,
    **options: Any,
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session of its own, so that Ctrl-C in the terminal reaches only us.

    At the end it is sent ``stop_signal``, and has ``patience`` seconds to follow it.
    """
    process = None
    try:
        with stopping.undisturbed():
            process = _start(command, stop_signal, options)
        yield process
    finally:
        if process:
            with stopping.undisturbed():
                _stop(process, stop_signal, patience)


def _start(
    command: Sequence[str | Path], stop_signal: signal.Signals, options: dict[str, Any]
) -> subprocess.Popen[bytes]:
    if sys.platform == "linux":
        options["preexec_fn"] = _orphaned_by(os.getpid(), stop_signal)
    return subprocess.Popen(command, start_new_session=True, **options)


def _orphaned_by(parent: int, last_signal: signal.Signals) -> Callable[[], None]:
    """Linux sends the signal also when we are killed without a chance to tidy up."""
    prctl = ctypes.CDLL(None).prctl

    def ask_the_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, last_signal)
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel


def _stop(process: subprocess.Popen[bytes], stop_signal: signal.Signals, patience: float) -> None:
    if process.poll() is not None:
        return
    process.send_signal(stop_signal)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def stop_left_over(pid_file: Path, belongs: str, stop_signal: signal.Signals) -> None:
    """End a server that an earlier launcher could not stop any more.

    It is known by the pid it left in its data folder, and by that folder in its command line.
    """
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return
    if belongs not in command_line(pid):
        return
    os.kill(pid, stop_signal)
    deadline = time.monotonic() + 20
    while belongs in command_line(pid):
        if time.monotonic() > deadline:
            raise Refusal(f"A server of an earlier start does not end: stop process {pid}.")
        time.sleep(0.1)


def command_line(pid: int) -> str:
    """How a process was started; empty when there is none."""
    if Path("/proc/self/cmdline").exists():  # small systems have no ps
        with suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
        return ""
    listed = subprocess.run(
        ["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listed.stdout


def last_line(log: Path) -> str:
    """What a server said last."""
    lines = log.read_text(errors="replace").splitlines()
    return next((line for line in reversed(lines) if line.strip()), "nothing")
