"""Where a ZIP or a city lies, from the tables of a package: no map server is asked."""

import re
from dataclasses import dataclass
from functools import lru_cache

import us
import zipcodes

ZIP = re.compile(r"\s*([0-9]{5})(?:-[0-9]{4})?\s*")
CITY = re.compile(r"\s*([A-Za-z .'’-]+?)\s*,\s*([A-Za-z .]+?)\s*")


@dataclass(frozen=True)
class Place:
    """A point on the map, with the name that a person would use."""

    name: str
    latitude: float
    longitude: float


def find(text: str) -> Place | None:
    """A ZIP, or a city with its state: “77004”, “El Paso, TX”, “el paso, texas”."""
    if found := ZIP.fullmatch(text):
        return of_zip(found[1])
    if found := CITY.fullmatch(text):
        return of_city(found[1], found[2])
    return None


@lru_cache(maxsize=4096)
def of_zip(code: str) -> Place | None:
    found = zipcodes.filter_by(zip_code=code[:5])  # type: ignore[no-untyped-call]
    return _place(f"{found[0]['city']}, {found[0]['state']} {code[:5]}", found) if found else None


@lru_cache(maxsize=1024)
def of_city(city: str, state: str) -> Place | None:
    """The middle of its ZIP areas."""
    known = us.states.lookup(state.strip())
    if known is None:
        return None
    name = _spelled_out(city.strip().casefold())
    rows = zipcodes.filter_by(state=known.abbr)  # type: ignore[no-untyped-call]
    found = [row for row in rows if row["city"].casefold() == name]
    return _place(f"{found[0]['city']}, {known.abbr}", found) if found else None


SHORT = {"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}


def _spelled_out(city: str) -> str:
    """“St. Louis” stands in the tables as “Saint Louis”."""
    first, space, rest = city.partition(" ")
    return f"{SHORT.get(first.rstrip('.'), first)}{space}{rest}"


def _place(name: str, rows: list[dict]) -> Place | None:
    points = [(float(row["lat"]), float(row["long"])) for row in rows if row["lat"] and row["long"]]
    if not points:
        return None
    latitudes, longitudes = zip(*points, strict=True)
    return Place(name, sum(latitudes) / len(points), sum(longitudes) / len(points))
