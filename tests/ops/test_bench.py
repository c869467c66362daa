"""The bench writes listings with a statement of its own: a new column must not break it."""

import re

from bench.catalogue.filling import LISTINGS
from rotations.models import Listing


def test_the_bench_fills_every_column_that_a_listing_must_have() -> None:
    named = re.search(r"rotations_listing \((.+?)\)", LISTINGS, re.DOTALL)
    assert named
    written = {column.strip() for column in named[1].split(",")}
    needed = {
        field.column
        for field in Listing._meta.concrete_fields
        if not (field.null or field.primary_key or field.generated or field.has_db_default())
    }
    assert needed - written == set()
