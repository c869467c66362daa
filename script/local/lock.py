"""Whether the lock says what pyproject.toml asks for: complete, hashed, and naming no host."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# Each file of the lock, and the extra of pyproject.toml that it holds on top.
FILES = {
    "requirements.txt": None,
    "requirements-local.txt": "local",
    "requirements-dev.txt": "dev",
}
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^]]*\])?==(?P<version>[^\s;\\]+)")


@dataclass(frozen=True)
class Pin:
    version: str
    hashes: int


def faults(root: Path) -> Iterator[str]:
    """One sentence for everything that is wrong with the lock."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    pins = {file: read((root / file).read_text()) for file in FILES}
    for file, extra in FILES.items():
        text = (root / file).read_text()
        yield from (f"{file}: {fault}" for fault in _form(text, pins[file]))
        asked = list(wanted(project, extra))
        yield from (f"{file}: {fault}" for fault in _direct(asked, pins[file]))
        yield from (f"{file}: {fault}" for fault in _transitive(asked, pins[file]))
        yield from (
            f"{file} and requirements-dev.txt disagree on {name}"
            for name, pin in pins[file].items()
            if pins["requirements-dev.txt"].get(name) != pin
        )


def read(text: str) -> dict[str, Pin]:
    """The pins of one file by name."""
    entries = re.split(r"(?m)^(?=[A-Za-z0-9])", text)
    found = ((PIN.match(entry), entry) for entry in entries)
    return {
        canonicalize_name(match["name"]): Pin(match["version"], entry.count("--hash=sha256:"))
        for match, entry in found
        if match
    }


def wanted(project: Mapping[str, object], extra: str | None) -> Iterator[Requirement]:
    """What the project asks for itself, extras of its own unfolded."""
    extras = project["optional-dependencies"]
    asked = list(project["dependencies"])  # type: ignore[call-overload]
    if extra:
        asked += extras[extra]  # type: ignore[index]
    for line in asked:
        requirement = Requirement(line)
        if requirement.name == project["name"]:
            for own in requirement.extras:
                yield from map(Requirement, extras[own])  # type: ignore[index]
        else:
            yield requirement


def _form(text: str, pins: Mapping[str, Pin]) -> Iterator[str]:
    if "://" in text or "--index-url" in text or "--find-links" in text:
        yield "names a host"
    for name, pin in pins.items():
        if not pin.hashes:
            yield f"{name} has no hash"


def _direct(asked: list[Requirement], pins: Mapping[str, Pin]) -> Iterator[str]:
    for requirement in asked:
        pin = pins.get(canonicalize_name(requirement.name))
        if pin is None or not requirement.specifier.contains(pin.version, prereleases=True):
            yield f"pyproject.toml asks for {requirement}, the lock has {pin and pin.version}"


def _transitive(asked: list[Requirement], pins: Mapping[str, Pin]) -> Iterator[str]:
    """Follow what the installed packages ask for in turn."""
    waiting, seen = list(asked), set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras))
        if key in seen or name not in pins:
            continue
        seen.add(key)
        for needed in _needs(name, requirement.extras):
            pin = pins.get(canonicalize_name(needed.name))
            if pin is None:
                yield f"{name} needs {needed.name}, which is missing"
            waiting.append(needed)


def _needs(name: str, extras: set[str]) -> Iterator[Requirement]:
    try:
        lines = metadata.requires(name) or []
    except metadata.PackageNotFoundError:  # meant for another system or Python
        return
    for requirement in map(Requirement, lines):
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": extra}) for extra in ["", *extras]):
            yield requirement
