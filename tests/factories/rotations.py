"""Listings and what they stand on: the least that is valid."""

from datetime import date
from itertools import count
from typing import Any

import factory
from django.utils import timezone
from django.utils.text import slugify
from factory.django import DjangoModelFactory

from accounts.kinds import Family
from clocks.calendar import next_monday
from rotations.actions.seats import open_weeks, set_capacity
from rotations.blocks import WEEK
from rotations.kinds import (
    HandsOn,
    Letterhead,
    ListingStatus,
    RotationType,
    Setting,
    SpecialtyGroup,
)
from rotations.models import (
    CancellationPolicy,
    Listing,
    Question,
    Ratio,
    Requirement,
    SeatWeek,
    Site,
    Specialty,
    State,
)
from tests.factories.accounts import DocumentTypeFactory, PreceptorFactory

STANDARD = [[30, 100], [14, 50], [0, 0]]


class StateFactory(DjangoModelFactory):
    class Meta:
        model = State
        django_get_or_create = ["abbr"]

    abbr = "TX"
    name = "Texas"
    slug = factory.LazyAttribute(lambda state: slugify(state.name))
    fips = "48"
    zones = ["America/Chicago"]


class SpecialtyFactory(DjangoModelFactory):
    class Meta:
        model = Specialty
        django_get_or_create = ["slug"]

    slug = "internal-medicine"
    name = "Internal medicine"
    board_name = "Internal Medicine"
    board = "ABIM"
    group = SpecialtyGroup.PRIMARY
    motif = "im"


class SiteFactory(DjangoModelFactory):
    class Meta:
        model = Site

    slug = factory.Sequence(lambda n: f"harrow-park-{n}")
    name = factory.Sequence(lambda n: f"Harrow Park Medical Center {n}")
    setting = Setting.INPATIENT_TEACHING
    street = "1200 Harrow Park Drive"
    city = "Houston"
    state = factory.SubFactory(StateFactory)
    zip = "77030"
    time_zone = "America/Chicago"


class PolicyFactory(DjangoModelFactory):
    class Meta:
        model = CancellationPolicy
        django_get_or_create = ["slug"]

    slug = "standard"
    name = "Standard"
    tiers = STANDARD


class ListingFactory(DjangoModelFactory):
    """A published observership. ``weeks=12`` opens so many weeks from ``start_on`` on."""

    class Meta:
        model = Listing
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"ward-medicine-houston-{n}")
    title = "Ward medicine in Houston"
    status = ListingStatus.PUBLISHED
    published_at = factory.LazyFunction(timezone.now)
    specialty = factory.SubFactory(SpecialtyFactory)
    site = factory.SubFactory(SiteFactory)
    preceptor = factory.SubFactory(PreceptorFactory)
    rotation_type = RotationType.OBSERVERSHIP
    hands_on = HandsOn.OBSERVE
    setting = Setting.INPATIENT_TEACHING
    families = [Family.IMG_GRADUATE, Family.IM_STUDENT]
    summary = "Rounds with one attending on a medical ward."
    description = "You follow one attending on morning rounds and in the clinic."
    activities = ["Join morning rounds"]
    letterhead = Letterhead.HOSPITAL
    fee_per_week = 40_000
    service_fee = 15_000
    policy = factory.SubFactory(PolicyFactory)

    @factory.post_generation
    def weeks(listing: Listing, create: bool, extracted: int | None, **more: Any) -> None:  # noqa: N805
        """``weeks=8``, ``weeks__start_on=…``, ``weeks__capacity=3``."""
        if create and extracted:
            open_seats(listing, extracted, **more)


def soonest_start(listing: Listing) -> date:
    """The first Monday that somebody who needs a visa can still ask for, in rhythm."""
    monday = next_monday(listing.first_start(needs_visa=True))
    return next(day for day in (monday + n * WEEK for n in count()) if listing.may_start(day))


def open_seats(
    listing: Listing, weeks: int, *, start_on: date | None = None, capacity: int = 2
) -> list[date]:
    """Open so many weeks through the same door as everybody; their Mondays."""
    first = start_on or soonest_start(listing)
    mondays = [first + n * WEEK for n in range(weeks)]
    open_weeks(listing, mondays, capacity=capacity, by=None)
    return mondays


def close_weeks(listing: Listing, mondays: list[date]) -> None:
    set_capacity(listing, mondays, capacity=0, by=None)


class SeatWeekFactory(DjangoModelFactory):
    class Meta:
        model = SeatWeek

    listing = factory.SubFactory(ListingFactory)
    monday = factory.LazyAttribute(lambda week: soonest_start(week.listing))
    capacity = 1


class RequirementFactory(DjangoModelFactory):
    class Meta:
        model = Requirement

    listing = factory.SubFactory(ListingFactory)
    type = factory.SubFactory(DocumentTypeFactory)


class RatioFactory(DjangoModelFactory):
    """One NP student per preceptor, in Texas."""

    class Meta:
        model = Ratio

    state = factory.SubFactory(StateFactory)
    family = Family.NP_STUDENT
    most = 1
    source = "preceptor guidelines of NP programs"


class QuestionFactory(DjangoModelFactory):
    class Meta:
        model = Question

    listing = factory.SubFactory(ListingFactory)
    name = "Thandiwe O’Brien"
    email = factory.Sequence(lambda n: f"asker{n}@example.com")
    text = "Is there a place to stay near the hospital?"
