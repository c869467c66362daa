"""Reads the texts and tables of ``seed/content``."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CONTENT = Path(__file__).parent / "content"


def table(path: str) -> list[dict[str, str]]:
    """A CSV file, a dictionary a row."""
    with (CONTENT / path).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def structure(path: str) -> Any:
    return json.loads((CONTENT / path).read_text(encoding="utf-8"))


def pages(folder: str) -> Iterator[tuple[dict[str, str], str]]:
    """Each Markdown file of a folder: its front matter and its text."""
    for path in sorted((CONTENT / folder).glob("*.md")):
        _before, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
        pairs = (line.split(":", 1) for line in front.splitlines() if ":" in line)
        yield {key.strip(): value.strip() for key, value in pairs}, body.strip()


def flag(text: str) -> bool:
    return text in {"y", "yes"}
