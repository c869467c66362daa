"""Asks a portal for its health. For containers: ``python -m script.local.probe [part]``."""

import json
import os
import sys
import urllib.error
import urllib.request
from typing import Any

PATIENCE = 5


def is_alive(port: int, host: str) -> bool:
    return ask(f"http://127.0.0.1:{port}/healthz", host).get("status") == "ok"


def ask(url: str, host: str) -> dict[str, Any]:
    """What the portal answers, also when it answers that it is not well."""
    request = urllib.request.Request(url, headers={"Host": host})  # noqa: S310  always http
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:  # noqa: S310
            answer: dict[str, Any] = json.load(response)
    except urllib.error.HTTPError as error:
        return _content(error)
    except (OSError, ValueError):
        return {}
    return answer


def _content(error: urllib.error.HTTPError) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.load(error)
    except ValueError:
        return {}
    return answer


def main() -> None:
    """Without a part: the web server here is alive. With one: that part is well, says the web server."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].lstrip(".")
    port = int(os.environ.get("PORT", "8000"))
    if len(sys.argv) == 1:
        sys.exit(0 if is_alive(port, host) else 1)
    web = os.environ.get("WEB_URL", f"http://127.0.0.1:{port}")
    parts = ask(f"{web}/readyz", host).get("parts", {})
    sys.exit(0 if parts.get(sys.argv[1]) == "ok" else 1)


if __name__ == "__main__":
    main()
