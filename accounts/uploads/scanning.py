"""Asks ClamAV about a file, at the address that the settings name (promise C5)."""

import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

# One file takes seconds; a scanner that needs longer is out of order.
SECONDS = 15
CHUNK = 64 * 1024
LONGEST_ANSWER = 4096


class Unreachable(Exception):
    """The scanner is away, or its answer is none. Nothing is known of the file."""


def is_configured() -> bool:
    return bool(settings.CLAMAV_SOCKET)


def find_virus(content: bytes) -> str:
    """The name of a virus in it, or nothing. Raises ``Unreachable``."""
    with _line(SECONDS) as line:
        line.say(b"zINSTREAM\0")
        for start in range(0, len(content), CHUNK):
            chunk = content[start : start + CHUNK]
            line.say(struct.pack("!I", len(chunk)) + chunk)
        line.say(struct.pack("!I", 0))
        answer = line.hear()
    if answer == "stream: OK":
        return ""
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND") or "virus"
    raise Unreachable(f"The scanner answered {answer!r}.")


def ping(seconds: float = 2) -> None:
    """Raises ``Unreachable`` unless the scanner is there."""
    with _line(seconds) as line:
        line.say(b"zPING\0")
        answer = line.hear()
    if answer != "PONG":
        raise Unreachable(f"The scanner answered {answer!r}.")


class _Line:
    """A connection that ends at a given moment, however slowly the other side speaks."""

    def __init__(self, connection: socket.socket, until: float) -> None:
        self.connection, self.until = connection, until

    def say(self, words: bytes) -> None:
        self._hurry()
        self.connection.sendall(words)

    def hear(self) -> str:
        """Up to the zero that ends an answer."""
        heard = b""
        while b"\0" not in heard and len(heard) < LONGEST_ANSWER:
            self._hurry()
            more = self.connection.recv(LONGEST_ANSWER)
            if not more:
                break
            heard += more
        return heard.partition(b"\0")[0].decode(errors="replace").strip()

    def _hurry(self) -> None:
        left = self.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("The scanner takes too long.")
        self.connection.settimeout(left)


@contextmanager
def _line(seconds: float) -> Iterator[_Line]:
    until = time.monotonic() + seconds
    try:
        with _connect(settings.CLAMAV_SOCKET, seconds) as connection:
            yield _Line(connection, until)
    except OSError as error:
        raise Unreachable(f"The scanner is away: {error}") from error


def _connect(address: str, seconds: float) -> socket.socket:
    """A path is a socket of this machine; anything else is ``host:port``."""
    if not address.startswith("/"):
        host, _colon, port = address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=seconds)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(seconds)
    try:
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection
