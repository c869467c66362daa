"""What can be said to script/server."""

import argparse
import os
from dataclasses import dataclass
from pathlib import Path

LAST_PORT = 65535


@dataclass(frozen=True)
class Options:
    port: int
    data: Path | None
    demo: bool
    production: bool


def parse(arguments: list[str] | None = None) -> Options:
    parser = argparse.ArgumentParser(
        prog="script/server",
        description="Run the whole portal on this machine: web, worker, beat and their servers.",
        epilog="DATABASE_URL and REDIS_URL name other servers, which are then used instead.",
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=os.environ.get("PORT") or "8000",
        metavar="N",
        help="where the web server listens on localhost (8000, or PORT)",
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=os.environ.get("DATA_DIR") or None,
        metavar="DIR",
        help="where servers, uploads and mail keep their data (.data, or DATA_DIR)",
    )
    parser.add_argument(
        "--no-demo",
        dest="demo",
        action="store_false",
        help="reference data only, without the demo people",
    )
    parser.add_argument(
        "--production",
        action="store_true",
        help="as deployed behind a TLS proxy: production settings, DEBUG off, mail as files",
    )
    return Options(**vars(parser.parse_args(arguments)))


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 1 <= int(text) <= LAST_PORT:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: a number from 1 to {LAST_PORT}")
