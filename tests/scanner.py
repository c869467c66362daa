"""A virus scanner in this process that speaks as clamd does, over a real socket."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# The industry's harmless test virus; in two pieces, or scanners would take this file.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
NAME = "Eicar-Test-Signature"


class Scanner:
    """Finds EICAR. ``answers`` says something else instead; ``hangs`` says nothing."""

    def __init__(self) -> None:
        self.seen: list[bytes] = []
        self.answers = ""
        self.hangs = False
        self.address = ""
        self.over = threading.Event()

    def answer_to(self, stream: bytes) -> str:
        self.seen.append(stream)
        if self.answers:
            return self.answers
        return f"stream: {NAME} FOUND" if EICAR in stream else "stream: OK"


class _Answer(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        scanner: Scanner = self.server.scanner  # type: ignore[attr-defined]
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        if command == b"zPING\0":
            words = "PONG"
        else:
            assert command == b"zINSTREAM\0"
            words = scanner.answer_to(self._stream())
        if scanner.hangs:
            scanner.over.wait(30)
            return
        self.wfile.write(words.encode() + b"\0")

    def _stream(self) -> bytes:
        parts = []
        while size := struct.unpack("!I", self.rfile.read(4))[0]:
            parts.append(self.rfile.read(size))
        return b"".join(parts)


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True


class _Unix(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@contextmanager
def scanner_at(place: Path | None = None) -> Iterator[Scanner]:
    """On a port of this machine, or on a socket at that path."""
    server: Any = _Unix(str(place), _Answer) if place else _Tcp(("127.0.0.1", 0), _Answer)
    scanner = server.scanner = Scanner()
    scanner.address = str(place) if place else f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield scanner
    finally:
        scanner.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
