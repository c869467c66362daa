"""Ctrl-C, a closed terminal and SIGTERM all end in the same orderly way."""

import signal
from types import FrameType

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


class Stopped(BaseException):
    """Somebody asked us to end; carries the exit status that says how."""

    def __init__(self, number: int) -> None:
        self.status = 128 + number


def listen() -> None:
    for number in SIGNALS:
        signal.signal(number, _stop)


def ignore() -> None:
    """From here on we are tidying up: a second Ctrl-C shall not leave orphans."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _stop(number: int, _frame: FrameType | None) -> None:
    ignore()
    raise Stopped(number)
