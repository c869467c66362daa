"""Who takes no requests now, and what goes on all the same: time away, licenses, suspension."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.actions import suspend_preceptor
from accounts.models import PreceptorProfile
from placements.actions.applications import start_application, submit_application
from placements.actions.hours import attest_hours
from placements.actions.offers import PreceptorCannotHost, offer_seat
from placements.states import PlacementStatus, Status
from rotations.queries import upcoming_blocks
from rotations.search import Search, catalogue
from tests.factories.accounts import PreceptorFactory, StaffFactory
from tests.factories.placements import (
    ApplicationFactory,
    HoursEntryFactory,
    PlacementFactory,
    learner,
)
from tests.factories.rotations import ListingFactory

pytestmark = pytest.mark.django_db


def today(days=0):
    return timezone.localdate() + timedelta(days=days)


CLOSED = {
    "does not take new learners": {"accepting": False},
    "is away until": {"away_until": today(9)},
    "does not take requests now": {"verified_at": None, "verified_by": None},
    "in Texas that is valid today": {"licence_in": "OH"},
}


@pytest.mark.parametrize(("words", "facts"), CLOSED.items())
def test_no_new_requests_are_begun_or_sent(client, words, facts):
    listing = ListingFactory(weeks=12)
    amara = learner()
    begun = ApplicationFactory(learner=amara, listing=listing, status=Status.DRAFT)
    listing.preceptor = PreceptorFactory(**facts)
    listing.save()
    begun.refresh_from_db()

    with pytest.raises(ValidationError, match=words):
        start_application(listing, learner=learner(), by=amara)
    with pytest.raises(ValidationError, match=words):
        submit_application(begun, by=amara)

    begun.refresh_from_db()
    assert begun.status == Status.DRAFT
    page = client.get(listing.get_absolute_url()).text
    assert words in page
    assert "Apply for these dates" not in page


def test_time_away_that_is_still_to_come_closes_only_its_dates():
    listing = ListingFactory(weeks=30)
    blocks = upcoming_blocks([listing])[listing.pk]
    first, last = blocks[0].block, blocks[-1].block
    PreceptorProfile.objects.update(away_from=first.end_on, away_until=first.end_on)
    listing.preceptor.refresh_from_db()

    left = [one.block for one in upcoming_blocks([listing])[listing.pk]]

    assert first not in left
    assert last in left
    assert all(block.start_on > first.end_on for block in left)
    start_application(listing, learner=learner(), by=learner())


def test_the_catalogue_finds_the_first_start_after_it():
    listing = ListingFactory(weeks=30)
    before = catalogue(Search(), today=today()).page(1).rows[0].start
    PreceptorProfile.objects.update(away_from=before, away_until=before + timedelta(days=2))
    listing.preceptor.refresh_from_db()

    after = catalogue(Search(), today=today()).page(1).rows[0].start

    assert after == before + timedelta(weeks=1)
    # The card may know of earlier starts than a search that leaves none out.
    assert after in [one.block.start_on for one in upcoming_blocks([listing])[listing.pk]]


class TestConfirm:
    @pytest.fixture
    def asked(self):
        return ApplicationFactory(listing=ListingFactory(weeks=12), status=Status.UNDER_REVIEW)

    def offer(self, asked):
        asked.refresh_from_db()
        offer_seat(asked, by=asked.listing.preceptor.user)

    def test_of_dates_in_her_time_away_is_refused(self, asked):
        day = asked.block.start_on + timedelta(days=3)
        PreceptorProfile.objects.update(away_from=day, away_until=day)

        with pytest.raises(PreceptorCannotHost, match="time away"):
            self.offer(asked)

    def test_without_a_license_that_counts_is_refused(self, asked):
        asked.listing.preceptor.licences.update(verified_at=None, verified_by=None)

        with pytest.raises(PreceptorCannotHost, match="no license for Texas"):
            self.offer(asked)
        assert asked.listing.weeks.filter(taken__gt=0).count() == 0

    def test_after_she_is_back_or_takes_nobody_new_goes_on(self, asked):
        """What was asked before may still be answered."""
        PreceptorProfile.objects.update(accepting=False, away_until=today(3))

        self.offer(asked)

        asked.refresh_from_db()
        assert asked.status == Status.OFFERED


def test_a_suspension_keeps_what_runs(client):
    listing = ListingFactory(weeks=12)
    placement = PlacementFactory(listing=listing, status=PlacementStatus.ACTIVE)
    entry = HoursEntryFactory(placement=placement)
    host = listing.preceptor.user

    suspend_preceptor(listing.preceptor, by=StaffFactory())

    assert client.get(listing.get_absolute_url()).status_code == 404
    client.force_login(placement.learner)
    assert client.get(placement.get_absolute_url()).status_code == 200
    assert attest_hours(placement, [entry], by=host) == 1
    placement.refresh_from_db()
    assert placement.status == PlacementStatus.ACTIVE
