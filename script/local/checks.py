"""script/check, second half: every check but the tests, each one run whatever the others say."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator

from script.local import hosts, installation, keys, lock
from script.local.installation import ROOT
from script.local.speech import say

UNTRIMMED = re.compile(r"{%-?\s*blocktrans(?:late)?\b(?![^%]*\btrimmed\b)[^%]*%}")


def main() -> None:
    chosen = sys.argv[1:] or list(CHECKS)
    if unknown := [name for name in chosen if name not in CHECKS]:
        sys.exit(f"There is no check {', '.join(unknown)}; there are {', '.join(CHECKS)}.")
    failed = [name for name in chosen if not passes(name)]
    if failed:
        sys.exit(f"Failed: {', '.join(failed)}")
    say("Every check passes.")


def passes(name: str) -> bool:
    say(f"== {name}")
    return CHECKS[name]()


def tool(*command: str, **environment: str) -> Callable[[], bool]:
    def run() -> bool:
        done = subprocess.run(
            command, cwd=ROOT, env={**installation.environment(), **environment}, check=False
        )
        return done.returncode == 0

    return run


def every(*parts: Callable[[], bool]) -> Callable[[], bool]:
    def run() -> bool:
        results = [part() for part in parts]
        return all(results)

    return run


def sentences(find: Callable[[], Iterator[str]]) -> Callable[[], bool]:
    def run() -> bool:
        found = list(find())
        for fault in found:
            say(fault)
        return not found

    return run


def untrimmed() -> Iterator[str]:
    """Untrimmed texts reach the translators with our indentation in them."""
    for path in hosts.tracked(ROOT):
        if path.suffix not in {".html", ".txt", ".svg"}:
            continue
        for match in UNTRIMMED.finditer(path.read_text()):
            line = path.read_text()[: match.start()].count("\n") + 1
            yield f"{path.relative_to(ROOT)}:{line}: blocktranslate without trimmed"


PRODUCTION = {
    **keys.new(),
    "DJANGO_SETTINGS_MODULE": "config.settings.production",
    "ALLOWED_HOSTS": "portal.example",
    "SITE_URL": "https://portal.example",
    "DATABASE_URL": "postgresql://localhost/nowhere",
    "REDIS_URL": "redis://localhost/0",
    "EMAIL_URL": "smtp://localhost",
    "DATA_DIR": str(ROOT / ".data"),
}
DEVELOPMENT = {"DJANGO_SETTINGS_MODULE": "config.settings.dev"}
MANAGE = ("python", "manage.py")
# A missing database is no fault here: only what the models and the migrations say counts.
NO_DATABASE = ("python", "-W", "ignore::RuntimeWarning", "manage.py")

CHECKS: dict[str, Callable[[], bool]] = {
    "lock": sentences(lambda: lock.faults(ROOT)),
    "hosts": sentences(lambda: hosts.faults(ROOT)),
    "format": tool("ruff", "format", "--check", "."),
    "lint": tool("ruff", "check", "."),
    "types": tool("mypy", ".", **DEVELOPMENT),
    "layers": tool("lint-imports"),
    "templates": every(
        tool("djlint", "templates", "--lint", "--quiet"),
        tool("python", "-m", "script.local.compiling", **DEVELOPMENT),
        sentences(untrimmed),
    ),
    "migrations": tool(*NO_DATABASE, "makemigrations", "--check", "--dry-run", **DEVELOPMENT),
    "deployment": tool(
        *MANAGE,
        *("check", "--deploy", "--fail-level", "WARNING"),
        **PRODUCTION,
        CLAMAV_SOCKET="/run/clamav/clamd.ctl",
    ),
}

if __name__ == "__main__":
    main()
