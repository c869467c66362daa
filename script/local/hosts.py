"""No tracked file names the host of a package registry: where packages come from is pip's affair."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

# Put together here, so that this file passes too.
REGISTRIES = [
    ".".join(parts)
    for parts in [
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("pypi", "python", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("jsdelivr", "net"),
        ("unpkg", "com"),
        ("cdnjs", "com"),
    ]
]

MADE = {".git", ".venv", ".data", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache"}


def faults(root: Path) -> Iterator[str]:
    for path in tracked(root):
        text = path.read_bytes().lower()
        for host in REGISTRIES:
            if host.encode() in text:
                yield f"{path.relative_to(root)} names {host}"


def tracked(root: Path) -> Iterator[Path]:
    """The files under version control; without git, all but what is made here."""
    command: list[str | Path] = ["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z"]
    if (root / ".git").exists() and shutil.which("git"):
        listed = subprocess.run(command, capture_output=True, text=True, check=True)
        names = filter(None, listed.stdout.split("\0"))
        paths = (root / name for name in names)
    else:
        paths = (path for path in root.rglob("*") if not MADE.intersection(path.parts))
    yield from (path for path in paths if path.is_file())
