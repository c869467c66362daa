"""What may stand in a log (promise P4): of a link that opens something, all but its secret."""

import logging
import re
from collections.abc import Callable
from logging.config import dictConfig
from typing import Any

# Links out of mails, and codes off paper: whoever reads the rest of one is let in by it.
SECRET = re.compile(
    r"""
    (/(?:
        r | m | s | l | w                     # answer a request, or about dates; a school, a packet, a seat
      | alerts | messages/mails               # end a kind of mail
      | feeds                                 # read somebody's calendar
      | invitations | address | privacy/keep  # join, stop a change of address or an erasure
      | verify | VERIFY                       # what a certificate says
      | accounts/password/reset/key | accounts/confirm-email
    )/) [^/?\s"'<>]+
    | (/login/callback/\?) [^\s"'<>]+         # what a provider of sign-ins sends along
    """,
    re.VERBOSE,
)
CUT = r"\1\2…"

Recorder = Callable[..., logging.LogRecord]


def without_secrets(text: str) -> str:
    return SECRET.sub(CUT, text)


def set_up(config: dict[str, Any]) -> None:
    """Log as the settings say, and nowhere a secret.

    A filter would have to be on every handler, and gunicorn and Celery bring their own:
    so the secret is cut where records are made.
    """
    dictConfig(config)
    if not isinstance(made := logging.getLogRecordFactory(), Careful):
        logging.setLogRecordFactory(Careful(made))


class Careful:
    """Makes records whose text and traceback are without secrets."""

    def __init__(self, make: Recorder) -> None:
        self.make = make

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = self.make(*args, **kwargs)
        try:
            said = record.getMessage()
        except Exception:  # noqa: BLE001  the handler will say which call was wrong
            return record
        if (kept := without_secrets(said)) != said:
            record.msg, record.args = kept, ()
        if record.exc_info:
            told = logging.Formatter().formatException(record.exc_info)
            record.exc_text = without_secrets(told)
        return record
