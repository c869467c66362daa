"""The portal's secrets: made once, kept where only their owner reads them."""

import base64
import json
import os
import secrets
from pathlib import Path

from script.local.speech import say


def new() -> dict[str, str]:
    return {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "CERTIFICATE_KEY": _key(),
        "FIELD_KEYS": _key(),
    }


def _key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def kept_in(folder: Path) -> dict[str, str]:
    """The secrets of this data folder, made at first sight."""
    path = folder / "secrets.json"
    if not path.exists():
        write_private(path, json.dumps(new(), indent=2))
    known: dict[str, str] = json.loads(path.read_text())
    return known


def write_private(path: Path, text: str) -> None:
    """Write a file whole or not at all, readable by its owner alone."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    draft.replace(path)


def main() -> None:
    """Everything that docker-compose.yml asks for and nobody needs to choose."""
    passwords = {
        name: secrets.token_urlsafe(24) for name in ("POSTGRES_PASSWORD", "VALKEY_PASSWORD")
    }
    for name, value in {**new(), **passwords}.items():
        say(f"{name}={value}")


if __name__ == "__main__":
    main()
