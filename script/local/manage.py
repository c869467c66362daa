"""script/manage: manage.py beside a running script/server."""

import argparse
import os
from pathlib import Path

from script.local import beside, installation, places
from script.local.speech import one_sentence


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="script/manage",
        description="Run manage.py with the database and secrets of a running script/server.",
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("DATA_DIR") or None)
    parser.add_argument("command", nargs=argparse.REMAINDER, help="a command of manage.py")
    chosen = parser.parse_args()
    with one_sentence():
        data = places.known(installation.ROOT, chosen.data)
        environment = {**installation.environment(), **beside.environment_of(data)}
        program = installation.PYTHON
        command = [str(program), str(installation.ROOT / "manage.py"), *chosen.command]
        os.execve(program, command, environment)  # noqa: S606


if __name__ == "__main__":
    main()
