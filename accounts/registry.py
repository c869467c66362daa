"""Asking the national registry of providers (NPPES) for an NPI. Only a worker does; never a page."""

import json
import logging
import time
import unicodedata
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from accounts.kinds import RegistryOutcome

log = logging.getLogger(__name__)

SECONDS = 3
MOST_BYTES = 500_000
VERSION = "2.1"


@dataclass(frozen=True)
class Answer:
    """What the registry knows of one number. ``names`` are all it has, the current one first."""

    outcome: RegistryOutcome
    names: tuple[str, ...] = ()
    is_individual: bool | None = None
    is_active: bool | None = None
    taxonomies: tuple[str, ...] = ()


class NpiRegistry(Protocol):
    def look_up(self, npi: str) -> Answer: ...


class Offline:
    """Knows nobody: the check digit is all there is."""

    def look_up(self, npi: str) -> Answer:  # noqa: ARG002  the protocol's
        return Answer(RegistryOutcome.NOT_LOOKED_UP)


class Nppes:
    """The registry's public interface. Never waits longer than three seconds, never raises."""

    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)

    def look_up(self, npi: str) -> Answer:
        try:
            return _read(json.loads(self._get(npi)), npi)
        except (OSError, HTTPException, ValueError, TypeError, KeyError, AttributeError) as error:
            log.warning("The NPI registry gave no usable answer: %r", error)
            return Answer(RegistryOutcome.UNAVAILABLE)

    def _get(self, npi: str) -> bytes:
        kind = HTTPSConnection if self.url.scheme == "https" else HTTPConnection
        ends = time.monotonic() + SECONDS
        connection = kind(self.url.netloc, timeout=SECONDS)
        try:
            query = urlencode({"version": VERSION, "number": npi})
            connection.request("GET", f"{self.url.path or '/'}?{query}")
            response = connection.getresponse()
            if response.status != 200:  # noqa: PLR2004
                raise HTTPException(response.status)
            return _drain(response, ends)
        finally:
            connection.close()


def _drain(response: Any, ends: float) -> bytes:
    """The body, unless it drips in so slowly or is so large that something is wrong."""
    body = b""
    while chunk := response.read1(65_536):
        body += chunk
        if len(body) > MOST_BYTES or time.monotonic() > ends:
            raise HTTPException("too slow or too large")
    return body


def _read(found: dict[str, Any], npi: str) -> Answer:
    if "Errors" in found:
        raise ValueError(str(found["Errors"])[:200])
    entry = next((one for one in found["results"] if str(one["number"]) == npi), None)
    if entry is None:
        return Answer(RegistryOutcome.NOT_FOUND)
    basic = entry["basic"]
    return Answer(
        RegistryOutcome.FOUND,
        names=tuple(filter(None, (_name(basic), *map(_name, entry.get("other_names", []))))),
        is_individual=entry["enumeration_type"] == "NPI-1",
        is_active=basic.get("status") == "A",
        taxonomies=tuple(str(one["code"])[:10] for one in entry.get("taxonomies", [])[:15]),
    )


def _name(row: dict[str, Any]) -> str:
    parts = (row.get("first_name"), row.get("middle_name"), row.get("last_name"))
    return " ".join(part.strip() for part in parts if part and part.strip("- "))[:200]


def registry() -> NpiRegistry:
    return Nppes(settings.NPI_REGISTRY_URL) if settings.NPI_REGISTRY_URL else Offline()


def name_fits(ours: str, theirs: str) -> bool:
    """Whether first and last name agree, whatever accents, capitals and middle names say."""
    mine, listed = _words(ours), _words(theirs)
    if not mine or not listed:
        return False
    return listed[0] in mine and listed[-1] in mine and mine[-1] in listed


def _words(name: str) -> list[str]:
    bare = unicodedata.normalize("NFKD", name.casefold())
    kept = "".join(
        char if char.isalpha() else " " for char in bare if not unicodedata.combining(char)
    )
    return kept.replace("  ", " ").split()
