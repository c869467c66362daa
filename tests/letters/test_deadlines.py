from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from clocks.queries import length
from letters import deadlines
from letters.queries import season_for, suggested_target
from placements.states import PlacementStatus
from tests.factories.letters import MatchSeasonFactory
from tests.factories.placements import PlacementFactory

pytestmark = pytest.mark.django_db

CHICAGO = ZoneInfo("America/Chicago")
REVIEW = date(2027, 9, 22)


@pytest.mark.parametrize(
    ("end", "review", "target"),
    [
        (date(2027, 7, 16), REVIEW, date(2027, 8, 13)),
        (date(2027, 8, 27), REVIEW, date(2027, 9, 14)),
        (date(2027, 8, 27), None, date(2027, 9, 24)),
    ],
)
def test_target_is_four_weeks_on_or_eight_days_before_review(end, review, target):
    assert deadlines.target_on(end, review) == target


def test_reminders_of_the_handbooks_story():
    """Asked on 9 July for 13 August: 30 July, 6, 10, 13, 16 and 20 August."""
    found = deadlines.reminders(date(2027, 7, 9), date(2027, 8, 13))
    assert [(day.month, day.day) for day in found] == [
        (7, 30), (8, 6), (8, 10), (8, 13), (8, 16), (8, 20),
    ]  # fmt: skip


@pytest.mark.parametrize("days", range(40))
def test_reminders_are_never_closer_than_three_days(days):
    asked = date(2027, 7, 9)
    found = [asked, *deadlines.reminders(asked, asked + timedelta(days=days))]
    assert all(after - before >= length(deadlines.APART) for before, after in pairwise(found))


def test_an_unanswered_request_ends_after_sixty_days_but_not_before_its_last_reminder():
    asked = datetime(2027, 7, 9, 15, tzinfo=UTC)
    assert deadlines.ends_at(asked, date(2027, 8, 13), CHICAGO) == asked + timedelta(days=60)
    late = deadlines.ends_at(asked, date(2027, 9, 30), CHICAGO)
    assert late.date() > date(2027, 10, 7)


def test_a_letter_may_take_five_business_days_to_show():
    assert deadlines.visible_on(date(2027, 8, 9)) == date(2027, 8, 16)
    assert deadlines.visible_on(date(2027, 9, 3)) == date(2027, 9, 13)  # over Labor Day


def test_the_season_is_the_next_that_can_still_be_met():
    near = MatchSeasonFactory(name="ERAS 2027", review_from="2026-09-23")
    far = MatchSeasonFactory(name="ERAS 2028", review_from="2027-09-22")
    assert season_for(date(2026, 9, 1)) == near
    assert season_for(date(2026, 9, 15)) == far
    assert season_for(date(2028, 1, 1)) is None


def test_suggested_target_lies_ahead_when_the_rotation_is_long_over():
    placement = PlacementFactory(status=PlacementStatus.COMPLETED)
    today = placement.end_on + timedelta(days=300)
    assert suggested_target(placement, today) == today + timedelta(days=28)
