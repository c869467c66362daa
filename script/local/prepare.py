"""Brings the database and the static files up to this version; loads what an empty portal needs."""

import hashlib
import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def main() -> None:
    os.environ["STATEMENT_TIMEOUT"] = "0"
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    collect_static_files()
    call_command("reference")
    if "--demo" in sys.argv:
        call_command("demo", if_empty=True)


def collect_static_files() -> None:
    """Collect and compress, which takes its time, only where something changed."""
    now, stamp = fingerprint(), Path(settings.STATIC_ROOT) / ".collected"
    if not stamp.exists() or stamp.read_text() != now:
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(now)


def fingerprint() -> str:
    """What would be collected, and how."""
    digest = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            state = Path(storage.path(name)).stat()
            digest.update(f"{name} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
