"""How the scripts talk to the person who started them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class Refusal(Exception):
    """What a person must know to go on, in one sentence."""


def say(text: str) -> None:
    print(text, flush=True)


@contextmanager
def one_sentence() -> Iterator[None]:
    """End with the sentence of a refusal, and without a traceback."""
    try:
        yield
    except Refusal as refusal:
        sys.stdout.flush()
        sys.exit(str(refusal))
    except KeyboardInterrupt:
        sys.exit(130)
