"""A document's pages as pictures, drawn by a process apart (promise C7)."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

# Killed at its limit of time; a library in C aborts when it is refused memory.
AT_ITS_LIMIT = frozenset({-signal.SIGKILL, -signal.SIGABRT})
# Started, never imported: it loads a renderer written in C.
APART = Path(__file__).with_name("apart.py")
MAX_DRAWN = 10
SECONDS = 15


class Trouble(TextChoices):
    """Why there are no pictures."""

    BROKEN = "broken", _("The file cannot be read.")
    HEAVY = "heavy", _("Drawing the file takes too much time or memory.")
    LOST = "lost", _("The file is no longer there.")


class NotDrawn(Exception):
    """Says why in a word for the person, and in its text for the log."""

    def __init__(self, trouble: Trouble, details: str) -> None:
        super().__init__(details)
        self.trouble = trouble


@dataclass(frozen=True)
class Drawn:
    """One page as a JPEG."""

    content: bytes
    width: int
    height: int


def draw(content: bytes, kind: str) -> list[Drawn]:
    """The first pages, in order. Raises ``NotDrawn``."""
    command = [sys.executable, "-I", str(APART), kind, str(MAX_DRAWN), str(SECONDS)]
    try:
        done = subprocess.run(  # noqa: S603  our own file, and a kind from our own list
            command, input=content, capture_output=True, timeout=SECONDS, env={}, check=True
        )
    except subprocess.CalledProcessError as error:
        raise _what_stopped_it(error) from None
    except subprocess.TimeoutExpired:
        raise NotDrawn(Trouble.HEAVY, f"not within {SECONDS} s") from None
    pages = list(_read(done.stdout))
    if not pages:
        raise NotDrawn(Trouble.BROKEN, "no pages")
    return pages


def _what_stopped_it(error: subprocess.CalledProcessError) -> NotDrawn:
    last_words = error.stderr.decode(errors="replace").strip().rpartition("\n")[2][:200]
    heavy = error.returncode in AT_ITS_LIMIT or last_words.startswith("MemoryError")
    trouble = Trouble.HEAVY if heavy else Trouble.BROKEN
    return NotDrawn(trouble, f"exit {error.returncode}: {last_words}")


def _read(output: bytes) -> Iterator[Drawn]:
    while output:
        head, _line, rest = output.partition(b"\n")
        width, height, length = (int(number) for number in head.split())
        yield Drawn(rest[:length], width, height)
        output = rest[length:]
