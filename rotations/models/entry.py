"""The catalogue's own tables: what a search reads instead of joining six others.

Nothing here is the truth; everything can be built anew from the listings. Triggers
write into ``Stale`` in the transaction that changes a listing or its seats, and
``rotations.search.entries`` rewrites what is stale before anybody reads it.
"""

from datetime import date
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q

from rotations.models.listing import Listing

# Sorts behind every real start and every real answer.
NO_START = date.max
NO_ANSWER = 1_000_000


class DateMultiRangeField(models.Field):
    """PostgreSQL's ``datemultirange``: the weeks with a free seat, as few runs of days."""

    def db_type(self, connection: Any) -> str:  # noqa: ARG002
        return "datemultirange"


class Entry(models.Model):
    """A listing as the catalogue finds it; a listing that nobody may find has none, or is unlisted."""

    listing = models.OneToOneField(
        Listing, primary_key=True, on_delete=models.DO_NOTHING, db_constraint=False
    )
    is_listed = models.BooleanField(default=True)
    specialty = models.CharField(max_length=50)
    state = models.CharField(max_length=2)
    area = models.CharField(max_length=100)
    rotation_type = models.CharField(max_length=20)
    hands_on = models.PositiveSmallIntegerField()
    setting = models.CharField(max_length=30)
    letterhead = models.CharField(max_length=20)
    families = ArrayField(models.CharField(max_length=20))
    languages = ArrayField(models.CharField(max_length=40))
    visas = ArrayField(models.CharField(max_length=10))
    # In cents, with the service fee spread over the usual length.
    price_per_week = models.PositiveIntegerField()
    usual_weeks = models.PositiveSmallIntegerField()
    min_weeks = models.PositiveSmallIntegerField()
    max_weeks = models.PositiveSmallIntegerField()
    step_weeks = models.PositiveSmallIntegerField()
    starts_every = models.PositiveSmallIntegerField()
    anchor = models.DateField(null=True)
    lead_days = models.PositiveSmallIntegerField()
    answer_hours = models.PositiveIntegerField(default=NO_ANSWER)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    free = DateMultiRangeField()
    next_start = models.DateField(default=NO_START)
    # The last day on which ``next_start`` still leaves the time that the listing asks for.
    right_until = models.DateField(default=NO_START)
    published_at = models.DateTimeField()
    search = SearchVectorField()
    # Of its title, field, place and name alone: an index with weights would read every text.
    front = models.GeneratedField(
        expression=Func(F("search"), template="ts_filter(%(expressions)s, '{a,b}')"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    # The transaction that wrote the row: readers ask what came after the one they know.
    changed_in = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(
                "next_start", "price_per_week", "listing",
                name="entry_soonest", condition=Q(is_listed=True),
            ),
            models.Index(
                "price_per_week", "listing", name="entry_cheapest", condition=Q(is_listed=True)
            ),
            models.Index(
                "answer_hours", "next_start", "listing",
                name="entry_answers", condition=Q(is_listed=True),
            ),
            models.Index(
                "specialty", "next_start", "price_per_week", "listing",
                name="entry_specialty", condition=Q(is_listed=True),
            ),
            models.Index(
                "state", "next_start", "price_per_week", "listing",
                name="entry_state", condition=Q(is_listed=True),
            ),
            models.Index("right_until", name="entry_right_until", condition=Q(is_listed=True)),
            models.Index("changed_in", name="entry_changed_in"),
            GinIndex("search", name="entry_search"),
            GinIndex("front", name="entry_front"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.listing_id}"


class Stale(models.Model):
    """An entry that no longer tells the truth. Written by triggers alone, so no writer can forget it.

    ``can_wait``: it follows a change of a name or place that many listings share, and a
    worker does it in batches; a change of seats or of a listing is done before the next search.
    """

    listing_id = models.BigIntegerField()
    can_wait = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index("can_wait", name="stale_can_wait")]

    def __str__(self) -> str:
        return f"{self.listing_id}"


class Word(models.Model):
    """A word that some listing uses: what a typing error is mended to."""

    text = models.CharField(primary_key=True, max_length=40)

    class Meta:
        indexes = [GinIndex(OpClass("text", "gin_trgm_ops"), name="word_text_trigrams")]

    def __str__(self) -> str:
        return self.text
