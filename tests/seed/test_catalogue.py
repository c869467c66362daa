"""The demo's sites, preceptors and listings hold together, whatever day they are loaded."""

import re
from collections import Counter
from zoneinfo import available_timezones

import pytest

from accounts.kinds import (
    ENROLLED,
    MEDICAL,
    CredentialKind,
    Family,
    TeachingRole,
)
from rotations.kinds import (
    FOR_ENROLLED,
    FOR_GRADUATES,
    HandsOn,
    Letterhead,
    ListingStatus,
    RotationType,
    Screening,
    Setting,
)
from tests.seed.content import (
    DOCUMENT_TYPES,
    EVERY,
    LISTINGS,
    PRECEPTORS,
    SITES,
    SLUG,
    SPECIALTIES,
    assert_different,
    words,
)


def test_sites_lie_in_many_states_and_know_their_time():
    assert len(SITES) >= 26
    assert len({site["state"] for site in SITES.values()}) >= 14
    for site in SITES.values():
        assert SLUG.fullmatch(site["slug"])
        assert set(site["settings"]) <= set(Setting.values)
        assert site["setting"] == site["settings"][0]
        assert site["time_zone"] in available_timezones()
        assert re.fullmatch(r"[0-9]{5}", site["zip"])
        assert "555-01" in site["phone"]
        assert all(site["arrival"].values())
    assert_different([site["name"] for site in SITES.values()])
    assert_different([site["phone"] for site in SITES.values()])
    for part in ("first_day", "dress", "housing"):
        assert_different([site["arrival"][part] for site in SITES.values()])


def passes_luhn(npi):
    total = 0
    for place, digit in enumerate(reversed("80840" + npi)):
        number = int(digit) * (1 + place % 2)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


@pytest.mark.parametrize("npi", ["1234567893", "1987654328"])
def test_the_check_digit_is_computed_as_published(npi):
    assert passes_luhn(npi)
    assert not passes_luhn(npi[:-1] + str((int(npi[-1]) + 1) % 10))


def test_preceptors_have_a_licence_where_they_work():
    assert len(PRECEPTORS) >= 26
    assert len({person["npi"] for person in PRECEPTORS.values()}) == len(PRECEPTORS)
    specialties = {row["slug"] for row in SPECIALTIES}
    for person in PRECEPTORS.values():
        assert passes_luhn(person["npi"])
        assert person["specialty"] in specialties
        assert person["credential"] in CredentialKind.values
        assert person["role"] in TeachingRole.values
        assert person["licence"]["state"] == SITES[person["site"]]["state"]
        assert person["email"].endswith(".example")
        assert 40 <= words(person["statement"]) <= 70
    assert_different([person["statement"] for person in PRECEPTORS.values()])
    assert_different([person["email"] for person in PRECEPTORS.values()])
    levels = Counter(person["verification"]["level"] for person in PRECEPTORS.values())
    assert {"verified", "identity", "listed", "pending"} == set(levels)


def test_listings_cover_the_field():
    published = [listing for listing in LISTINGS.values() if listing["status"] == "published"]
    assert len(published) >= 60
    assert {listing["rotation_type"] for listing in published} == set(RotationType.values)
    assert len({listing["specialty"] for listing in published}) >= 30
    assert len({SITES[listing["site"]]["state"] for listing in published}) >= 12
    assert {family for listing in published for family in listing["families"]} == set(Family.values)


@pytest.mark.parametrize("slug", LISTINGS)
def test_a_listing_is_whole(slug):
    listing = LISTINGS[slug]
    assert SLUG.fullmatch(slug)
    assert len(listing["title"]) <= 120
    assert len(listing["summary"]) <= 240
    assert 80 <= words(listing["description"]) <= 130
    assert 4 <= len(listing["activities"]) <= 6
    assert 3 <= len(listing["objectives"]) <= 4
    assert max(map(len, listing["activities"])) <= 160
    assert max(map(len, listing["objectives"])) <= 200
    assert all(
        re.fullmatch(r"1?[0-9]:[0-5][0-9] [AP]M", time) for time, _ in listing["typical_day"]
    )
    assert listing["status"] in ListingStatus.values
    assert listing["setting"] in Setting.values
    assert listing["letterhead"] in Letterhead.values
    assert listing["screening"] in Screening.values
    assert listing["hands_on_level"] in HandsOn.values
    assert 1 <= listing["capacity"] <= 4
    assert listing["specialty"] in {row["slug"] for row in SPECIALTIES}
    assert listing["site"] == PRECEPTORS[listing["preceptor"]]["site"]
    assert all(PRECEPTORS[key]["site"] == listing["site"] for key in listing["co_preceptors"])
    asked = [requirement["type"] for requirement in listing["requirements"]]
    assert set(asked) <= set(DOCUMENT_TYPES)
    assert_different(asked)
    open_files = {r["type"] for r in listing["requirements"] if r.get("site_sees_file")}
    assert not open_files & {"passport", "visa"}


@pytest.mark.parametrize("slug", LISTINGS)
def test_a_listing_can_be_booked_by_its_own_rules(slug):
    listing = LISTINGS[slug]
    lengths = range(listing["min_weeks"], listing["max_weeks"] + 1, listing["step_weeks"])
    assert listing["usual_weeks"] in lengths
    assert listing["max_weeks"] in lengths
    assert 0 <= listing["anchor_weeks"] < EVERY[listing["starts"]]
    four_weeks = 4 * listing["fee_per_week_usd"] + listing["service_fee_usd"]
    assert 800 <= four_weeks <= 3000
    verified = PRECEPTORS[listing["preceptor"]]["verification"]["level"] == "verified"
    assert verified or listing["status"] in {"draft", "in_review"}


@pytest.mark.parametrize("slug", LISTINGS)
def test_a_listing_is_open_to_those_its_type_is_for(slug):
    listing = LISTINGS[slug]
    families, kind = set(listing["families"]), listing["rotation_type"]
    if kind in FOR_ENROLLED:
        assert families <= ENROLLED & MEDICAL
    if kind in FOR_GRADUATES:
        assert not families & ENROLLED
    if kind in {RotationType.RESEARCH, RotationType.TELEROTATION}:
        assert listing["hands_on_level"] == HandsOn.REMOTE
    if kind == RotationType.OBSERVERSHIP:
        assert listing["hands_on_level"] == HandsOn.OBSERVE
    if listing["minimums"]["step1"]:
        assert families <= MEDICAL
    asked = {requirement["type"] for requirement in listing["requirements"]}
    assert listing["hands_on_level"] < HandsOn.HISTORY or "malpractice" in asked


def test_no_two_texts_of_listings_are_alike():
    for part in ("title", "summary", "description"):
        assert_different([listing[part] for listing in LISTINGS.values()])
    sentences = [
        sentence
        for listing in LISTINGS.values()
        for sentence in re.split(r"(?<=[.!?]) ", listing["description"])
        if words(sentence) > 5
    ]
    assert_different(sentences)


def test_the_demo_preceptor_has_listings_of_her_own():
    [person] = [p for p in PRECEPTORS.values() if p.get("login") == "preceptor@demo.example"]
    own = [x for x in LISTINGS.values() if x["preceptor"] == person["key"]]
    assert len([x for x in own if x["status"] == "published"]) >= 3
