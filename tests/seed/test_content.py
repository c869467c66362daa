"""The texts and tables a portal starts with hold together, whatever day they are loaded."""

import re
from collections import Counter
from itertools import combinations, pairwise
from zoneinfo import available_timezones

import pytest

from accounts.kinds import (
    ENROLLED,
    MEDICAL,
    NEEDS_VISA,
    VISITORS,
    CredentialKind,
    DocumentGroup,
    Family,
    RejectReason,
    TeachingRole,
    Validity,
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
    FOR_GRADUATES,
    HandsOn,
    Letterhead,
    ListingStatus,
    RotationType,
    Screening,
    Setting,
    SpecialtyGroup,
)
from seed.reading import pages, structure, table

OWN_MOTIFS = {
    "cardiology": "card",
    "emergency-medicine": "em",
    "dermatology": "derm",
    "pediatrics": "peds",
    "endocrinology": "endo",
    "gastroenterology": "gi",
    "infectious-disease": "id",
    "hematology-oncology": "onc",
    "family-medicine": "fm",
    "general-surgery": "surg",
    "pulmonology": "pulm",
    "internal-medicine": "im",
    "nephrology": "neph",
    "neurology": "neuro",
    "psychiatry": "psych",
    "obstetrics-gynecology": "obgyn",
}
MOTIFS = set(OWN_MOTIFS.values())
GROUP_MOTIFS = {"P": "fm", "M": "im", "S": "surg", "H": "em", "X": "psych", "A": "fm"}
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
GUIDE_GROUPS = {"Start here", "Documents", "On site", "Letters and Match", "Visa basics"}
EVERY = {"every": 1, "second": 2, "fourth": 4}
SEATED = LIVE | {
    PlacementStatus.WRAP_UP,
    PlacementStatus.COMPLETED,
    PlacementStatus.INCOMPLETE,
    PlacementStatus.NO_SHOW,
    PlacementStatus.TERMINATED,
}

SPECIALTIES = table("reference/specialties.csv")
DOCUMENT_TYPES = {row["slug"]: row for row in table("reference/document_types.csv")}
SITES = {site["slug"]: site for site in structure("demo/sites.json")}
PRECEPTORS = {person["key"]: person for person in structure("demo/preceptors.json")}
LISTINGS = {listing["slug"]: listing for listing in structure("demo/listings.json")}
LEARNERS = {person["key"]: person for person in structure("demo/learners.json")}
CAST = structure("demo/cast.json")
STORIES = CAST["stories"]
SENT = [story for story in STORIES if story["sent_days_ago"] is not None]
PLACED = [story for story in STORIES if story["placement"]]


def words(text):
    return len(text.split())


def weeks_of(story):
    return range(story["start_week"], story["start_week"] + story["weeks"])


def assert_different(texts):
    twice = [text for text, times in Counter(texts).items() if times > 1]
    assert not twice


# Reference data


def test_there_are_48_specialties_with_everything_said():
    assert len({row["slug"] for row in SPECIALTIES}) == 48
    for row in SPECIALTIES:
        assert SLUG.fullmatch(row["slug"])
        assert row["group"] in SpecialtyGroup.values
        assert re.fullmatch(r"[0-9A-Z]{9}X", row["nucc"])
        assert row["motif"] in MOTIFS
        assert 60 <= words(row["about"]) <= 100
        assert row["looks_for"]
        assert all(len(alias.strip()) <= 40 for alias in row["aliases"].split(";"))
    assert_different([row["about"] for row in SPECIALTIES])
    assert_different([row["looks_for"] for row in SPECIALTIES])


def test_a_specialty_has_a_motif_of_its_own_or_its_groups():
    assert {row["motif"] for row in SPECIALTIES} == MOTIFS
    for row in SPECIALTIES:
        assert row["motif"] == OWN_MOTIFS.get(row["slug"], GROUP_MOTIFS[row["group"]])


def test_there_are_33_document_types():
    assert len(DOCUMENT_TYPES) == 33
    for row in DOCUMENT_TYPES.values():
        assert row["group"] in DocumentGroup.values
        assert row["validity_kind"] in Validity.values
        assert bool(row["validity"]) == (row["validity_kind"] == "months")
        assert row["families"] == "all" or set(row["families"].split()) <= set(Family.values)
        assert len(row["name"]) <= 80
        assert len(row["what_counts"]) <= 300
    hidden = {slug for slug, row in DOCUMENT_TYPES.items() if row["identity"] == "y"}
    assert hidden == {"passport", "visa"}


def test_policies_never_give_more_back_for_shorter_notice():
    policies = structure("reference/policies.json")
    assert {policy["slug"] for policy in policies} == {"flexible", "standard", "strict"}
    for policy in policies:
        tiers = policy["tiers"]
        assert tiers[-1]["days"] == 0
        for tier, later in pairwise(tiers):
            assert tier["days"] > later["days"]
            assert tier["percent"] >= later["percent"]


def test_all_eight_types_and_five_levels_are_explained():
    types = structure("reference/rotation_types.json")
    assert {kind["slug"] for kind in types} == set(RotationType.values)
    assert all(kind["label"] == f"{kind['name']}, {kind['half']}" for kind in types)
    levels = structure("reference/hands_on_levels.json")
    assert [level["level"] for level in levels] == HandsOn.values


def test_there_are_thirteen_guides_and_six_pages():
    guides = list(pages("reference/guides"))
    assert len({front["slug"] for front, _body in guides}) == 13
    for front, body in guides:
        assert {"title", "summary", "group", "order", "minutes", "reviewed_on"} <= set(front)
        assert front["group"] in GUIDE_GROUPS
        assert 500 <= words(body) <= 900, front["slug"]
        assert "## Sources" in body
    legal = {front["slug"] for front, _body in pages("reference/pages")}
    assert legal == {"terms", "privacy", "fees", "contact", "accessibility", "no-dark-patterns"}
    here = {f"/guides/{front['slug']}/" for front, _body in guides}
    linked = {link for _front, body in guides for link in re.findall(r"\((/guides/.*?)\)", body)}
    assert linked <= here
    texts = [body for _front, body in [*guides, *pages("reference/pages")]]
    assert_different([line for text in texts for line in text.splitlines() if words(line) > 12])


# Sites and preceptors


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


# Listings


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


# Learners


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
    assert states == {"verified", "uploaded", "rejected"}


# The cast


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
