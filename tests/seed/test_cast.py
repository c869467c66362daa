"""The demo's learners and what befalls them hold together, whatever day they are loaded."""

import re
from collections import Counter
from itertools import combinations
from zoneinfo import available_timezones

import pytest

from accounts.kinds import (
    ENROLLED,
    NEEDS_VISA,
    VISITORS,
    Family,
    RejectReason,
    VisaPlan,
)
from letters.states import Destination, LetterStatus
from placements.models.evaluation import Competency, Support
from placements.states import (
    LIVE,
    CancelledBy,
    CancelReason,
    DeclineReason,
    PlacementStatus,
    Status,
)
from rotations.kinds import (
    FOR_ENROLLED,
    HandsOn,
)
from tests.seed.content import (
    CAST,
    DOCUMENT_TYPES,
    EVERY,
    LEARNERS,
    LISTINGS,
    assert_different,
    words,
)

SEATED = LIVE | {
    PlacementStatus.WRAP_UP,
    PlacementStatus.COMPLETED,
    PlacementStatus.INCOMPLETE,
    PlacementStatus.NO_SHOW,
    PlacementStatus.TERMINATED,
}
STORIES = CAST["stories"]
SENT = [story for story in STORIES if story["sent_days_ago"] is not None]
PLACED = [story for story in STORIES if story["placement"]]


def weeks_of(story):
    return range(story["start_week"], story["start_week"] + story["weeks"])


def test_learners_are_of_all_families():
    assert len(LEARNERS) >= 12
    assert {person["family"] for person in LEARNERS.values()} == set(Family.values)
    [login] = [person for person in LEARNERS.values() if "login" in person]
    assert login["email"] == "learner@demo.example"
    for person in LEARNERS.values():
        assert person["visa_plan"] in VisaPlan.values
        assert person["time_zone"] in available_timezones()
        assert re.fullmatch(r"([0-9]{8})?", person["aamc_id"])
        assert re.fullmatch(r"([0-9]{8})?", person["usmle_id"])
        assert (person["graduation_in_days"] > 0) == (person["family"] in ENROLLED)
        assert 50 <= words(person["statement"]) <= 90
        assert person["cv"]["education"]
        assert person["cv"]["experience"]
    for part in ("statement", "name", "email", "school"):
        assert_different([person[part] for person in LEARNERS.values()])
    assert_different([person["aamc_id"] for person in LEARNERS.values() if person["aamc_id"]])


def test_wallets_hold_each_paper_once():
    for person in LEARNERS.values():
        assert_different([document["type"] for document in person["documents"]])
        for document in person["documents"]:
            row = DOCUMENT_TYPES[document["type"]]
            assert row["families"] == "all" or person["family"] in row["families"].split()
            assert document["issued_days_ago"] >= document["uploaded_days_ago"] >= 0
            rejected = document["state"] == "rejected"
            assert ("reject_reason" in document) == rejected
            assert not rejected or document["reject_reason"] in RejectReason.values
    states = {d["state"] for person in LEARNERS.values() for d in person["documents"]}
    assert states == {"verified", "uploaded", "rejected", "infected"}


def test_stories_cover_every_state():
    assert {story["status"] for story in STORIES} == set(Status.values)
    assert {story["placement"]["status"] for story in PLACED} == set(PlacementStatus.values)
    letters = {s["placement"]["letter"]["status"] for s in PLACED if s["placement"]["letter"]}
    assert letters == set(LetterStatus.values)
    certificates = {c["status"] for s in PLACED for c in s["placement"]["certificates"]}
    assert certificates == {"issued", "superseded", "revoked"}


def test_stories_are_told_once_and_differently():
    assert_different([story["key"] for story in STORIES])
    assert_different([story["statement"] for story in STORIES if story["statement"]])
    assert_different([story["note"] for story in STORIES if story["note"]])
    open_ones = [
        (story["learner"], story["listing"]) for story in STORIES if not story["ended_days_ago"]
    ]
    assert_different(open_ones)


@pytest.mark.parametrize("story", SENT, ids=lambda story: story["key"])
def test_a_story_could_have_been_sent(story):
    learner, listing = LEARNERS[story["learner"]], LISTINGS[story["listing"]]
    assert listing["status"] == "published"
    assert learner["family"] in listing["families"]
    if listing["minimums"]["step1"]:
        assert learner["step1"] == "passed"
    if listing["minimums"]["step2"]:
        assert learner["step2"] == "passed"
    within = listing["minimums"]["graduated_within_years"]
    if within:
        assert -learner["graduation_in_days"] < within * 365
    if listing["hands_on_level"] >= HandsOn.HISTORY and learner["family"] not in ENROLLED:
        assert learner["visa_plan"] not in VISITORS
    last_day = 7 * (story["start_week"] + story["weeks"])
    if listing["rotation_type"] in FOR_ENROLLED:
        assert learner["graduation_in_days"] > last_day


@pytest.mark.parametrize("story", SENT, ids=lambda story: story["key"])
def test_a_story_keeps_to_the_listings_rhythm(story):
    listing = LISTINGS[story["listing"]]
    lengths = range(listing["min_weeks"], listing["max_weeks"] + 1, listing["step_weeks"])
    assert story["weeks"] in lengths
    assert (story["start_week"] - listing["anchor_weeks"]) % EVERY[listing["starts"]] == 0
    visa = LEARNERS[story["learner"]]["visa_plan"] in NEEDS_VISA
    lead = listing["apply_lead_days_visa" if visa else "apply_lead_days"]
    soonest_start = 7 * story["start_week"]
    assert soonest_start + story["sent_days_ago"] >= lead


@pytest.mark.parametrize("story", SENT, ids=lambda story: story["key"])
def test_a_story_happened_in_order(story):
    moments = [
        story[f"{moment}_days_ago"]
        for moment in ("created", "sent", "answered", "offered", "accepted")
    ]
    known = [days for days in moments if days is not None]
    assert known == sorted(known, reverse=True)
    if story["decline_reason"]:
        assert story["decline_reason"] in DeclineReason.values
    assert (story["status"] == Status.DECLINED) == bool(story["decline_reason"])


@pytest.mark.parametrize("story", PLACED, ids=lambda story: story["key"])
def test_a_placement_fits_the_calendar(story):
    """Week 0 is the first Monday from the load day on: today, or up to six days away."""
    placement, weeks = story["placement"], weeks_of(story)
    assert story["status"] == Status.ACCEPTED
    match placement["status"]:
        case PlacementStatus.ACTIVE:
            assert weeks[0] <= -1
            assert weeks[-1] >= 0
        case PlacementStatus.ONBOARDING | PlacementStatus.READY:
            assert weeks[0] >= 0
        case PlacementStatus.WRAP_UP | PlacementStatus.COMPLETED | PlacementStatus.INCOMPLETE:
            assert weeks[-1] <= -2
    if placement["status"] == PlacementStatus.CANCELLED:
        assert placement["cancelled_by"] in CancelledBy.values
        assert placement["cancel_reason"] in CancelReason.values
    if placement["ended_days_ago"] and placement["status"] == PlacementStatus.COMPLETED:
        last_day_at_the_latest = 7 * weeks[-1] + 10
        assert -placement["ended_days_ago"] >= last_day_at_the_latest


@pytest.mark.parametrize("story", PLACED, ids=lambda story: story["key"])
def test_hours_fall_on_weekdays_that_have_passed(story):
    hours = story["placement"]["hours"]
    if hours is None:
        assert story["placement"]["status"] not in {
            PlacementStatus.ACTIVE,
            PlacementStatus.COMPLETED,
        }
        return
    assert len(hours["mon_fri"]) == 5
    assert sum(hours["mon_fri"]) <= LISTINGS[story["listing"]]["hours_per_week"]
    assert 0 <= hours["signed_weeks"] <= hours["logged_weeks"] <= story["weeks"]
    assert story["start_week"] + hours["logged_weeks"] - 1 <= -2
    for number in [*hours["absent_days"], *(entry["day"] for entry in hours["disputed"])]:
        assert 1 <= number <= 5 * hours["logged_weeks"]


@pytest.mark.parametrize("story", PLACED, ids=lambda story: story["key"])
def test_what_came_of_a_placement_is_well_formed(story):
    placement = story["placement"]
    for evaluation in placement["evaluations"]:
        assert set(evaluation["scores"]) == set(Competency.values)
        assert all(score is None or 1 <= score <= 5 for score in evaluation["scores"].values())
        assert evaluation["would_support_letter"] in Support.values
    letter = placement["letter"]
    if letter and letter["status"] != LetterStatus.DRAFT:
        assert letter["destination"] in Destination.values
        assert letter["waived"] in {True, False}
        assert letter["asked_days_ago"]
        assert (letter["destination"] == Destination.ERAS) == bool(letter["letter_id"])
    if placement["status"] == PlacementStatus.COMPLETED:
        planned = story["weeks"] * LISTINGS[story["listing"]]["hours_per_week"]
        logged = placement["hours"]["signed_weeks"] * sum(placement["hours"]["mon_fri"])
        missed = len(placement["hours"]["absent_days"]) * max(placement["hours"]["mon_fri"])
        assert logged - missed >= 0.9 * planned
        assert placement["certificates"]
        assert [e for e in placement["evaluations"] if e["kind"] == "final"]


def test_nobody_is_in_two_places_at_once():
    for one, other in combinations(PLACED, 2):
        if (
            one["learner"] == other["learner"]
            and {
                one["placement"]["status"],
                other["placement"]["status"],
            }
            <= SEATED
        ):
            assert not set(weeks_of(one)) & set(weeks_of(other)), (one["key"], other["key"])


def test_no_week_holds_more_than_its_seats():
    taken = Counter()
    for story in SENT:
        placement = story["placement"]
        holds = story["status"] == Status.OFFERED or (placement and placement["status"] in SEATED)
        if holds:
            taken.update((story["listing"], week) for week in weeks_of(story))
    assert all(seats <= LISTINGS[listing]["capacity"] for (listing, _week), seats in taken.items())


def test_the_waitlist_waits_for_a_full_block():
    for story in SENT:
        if story["status"] != Status.WAITLISTED:
            continue
        others = [
            other
            for other in PLACED
            if other["listing"] == story["listing"] and set(weeks_of(other)) & set(weeks_of(story))
        ]
        assert len(others) >= LISTINGS[story["listing"]]["capacity"]


def test_questions_are_about_listings_and_some_wait_for_an_answer():
    questions = CAST["questions"]
    assert all(question["listing"] in LISTINGS for question in questions)
    assert all(question["asker"] in {None, *LEARNERS} for question in questions)
    assert any(question["answer"] == "" for question in questions)
    assert any(question["answer"] for question in questions)


def test_staff_have_the_demo_addresses():
    people = {person["role"]: person for person in CAST["people"]}
    assert people["coordinator"]["email"] == "coordinator@demo.example"
    assert people["admin"]["email"] == "admin@demo.example"
    assert people["coordinator"]["phone"]
