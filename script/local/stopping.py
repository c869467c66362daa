"""Ctrl-C, a closed terminal and SIGTERM all end in the same orderly way."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


class Stopped(BaseException):
    """Somebody asked us to end; carries the exit status that says how."""

    def __init__(self, number: int) -> None:
        self.status = 128 + number


class _Wish:
    """A wish to stop that came while nobody could be disturbed."""

    waits = False
    number: int | None = None


def listen() -> None:
    for number in SIGNALS:
        signal.signal(number, _stop)


def ignore() -> None:
    """From here on we are tidying up: a second Ctrl-C shall not leave orphans."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def undisturbed() -> Iterator[None]:
    """While a process starts or stops under our hands, a wish to stop has to wait."""
    _Wish.waits = True
    try:
        yield
    finally:
        _Wish.waits = False
    if _Wish.number is not None:
        _stop(_Wish.number, None)


def _stop(number: int, _frame: FrameType | None) -> None:
    if _Wish.waits:
        _Wish.number = number
        return
    ignore()
    raise Stopped(number)
