"""What a running script/server lets other commands on this machine know."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from script.local import keys
from script.local.speech import Refusal

FILE = "environment.json"


@contextmanager
def shared(data: Path, environment: Mapping[str, str]) -> Iterator[None]:
    """Leave the environment in the data folder for as long as the servers run."""
    path = data / FILE
    keys.write_private(path, json.dumps(dict(environment), indent=2))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def environment_of(data: Path) -> dict[str, str]:
    try:
        known: dict[str, str] = json.loads((data / FILE).read_text())
    except (FileNotFoundError, NotADirectoryError):
        raise Refusal(f"No script/server runs with the data folder {data}.") from None
    except PermissionError:
        raise Refusal(f"The script/server with the data folder {data} is not yours.") from None
    return known
