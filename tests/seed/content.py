"""The texts and tables a portal starts with, as they are read."""

import re
from collections import Counter

from seed.reading import structure, table

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
EVERY = {"every": 1, "second": 2, "fourth": 4}
SPECIALTIES = table("reference/specialties.csv")
DOCUMENT_TYPES = {row["slug"]: row for row in table("reference/document_types.csv")}
SITES = {site["slug"]: site for site in structure("demo/sites.json")}
PRECEPTORS = {person["key"]: person for person in structure("demo/preceptors.json")}
LISTINGS = {listing["slug"]: listing for listing in structure("demo/listings.json")}
LEARNERS = {person["key"]: person for person in structure("demo/learners.json")}
CAST = structure("demo/cast.json")


def words(text):
    return len(text.split())


def assert_different(texts):
    twice = [text for text, times in Counter(texts).items() if times > 1]
    assert not twice
