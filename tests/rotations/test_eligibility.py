"""What a listing asks, held against a learner."""

from datetime import date

import pytest

from accounts.kinds import Family, VisaPlan
from rotations.blocks import Block
from rotations.eligibility import (
    check_listing,
    documents_due_on,
    open_to,
    severities,
    summary,
)
from rotations.kinds import HandsOn, RotationType
from tests.factories.accounts import (
    DocumentFactory,
    DocumentTypeFactory,
    LearnerFactory,
)
from tests.factories.rotations import (
    ListingFactory,
    RequirementFactory,
    SiteFactory,
    StateFactory,
)
from tests.rotations.days import BLOCK, TODAY

pytestmark = pytest.mark.django_db


def check(rule, listing, profile, block=BLOCK, documents=(), **more):
    checks = check_listing(listing, profile, block, documents, today=TODAY, **more)
    return next((one for one in checks if one.rule == rule), None)


class TestRules:
    @pytest.mark.parametrize(
        ("family", "graduation", "state"),
        [
            (Family.IM_STUDENT, date(2027, 6, 1), "met"),
            (Family.IM_STUDENT, date(2027, 5, 21), "unmet"),
            (Family.IM_STUDENT, None, "unknown"),
            (Family.IMG_GRADUATE, date(2023, 7, 1), "unmet"),
            ("", None, "unknown"),
        ],
    )
    def test_r1_an_elective_is_for_students_through_the_last_day(self, family, graduation, state):
        listing = ListingFactory(rotation_type=RotationType.ELECTIVE, hands_on=HandsOn.EXAMINE)
        learner = LearnerFactory(family=family, graduation_on=graduation)

        found = check("R1", listing, learner)

        assert found.state == state
        assert found.blocks == (state == "unmet")

    @pytest.mark.parametrize(
        ("begin", "state"), [(date(2027, 4, 26), "met"), (date(2027, 4, 27), "unmet")]
    )
    def test_r1_the_studies_have_begun_on_the_first_day(self, begin, state):
        listing = ListingFactory(rotation_type=RotationType.ELECTIVE, hands_on=HandsOn.EXAMINE)
        learner = LearnerFactory(
            family=Family.IM_STUDENT, studies_from=begin, graduation_on=date(2027, 12, 1)
        )

        found = check("R1", listing, learner)

        assert found.state == state
        assert ("your studies begin on" in found.text) is (state == "unmet")

    @pytest.mark.parametrize(
        ("family", "graduation", "state"),
        [
            (Family.IMG_GRADUATE, date(2023, 7, 1), "met"),
            (Family.IM_STUDENT, date(2027, 4, 26), "met"),
            (Family.IM_STUDENT, date(2027, 4, 27), "unmet"),
            (Family.IM_STUDENT, None, "unmet"),
        ],
    )
    def test_r2_an_externship_needs_a_degree(self, family, graduation, state):
        listing = ListingFactory(rotation_type=RotationType.EXTERNSHIP, hands_on=HandsOn.EXAMINE)
        learner = LearnerFactory(family=family, graduation_on=graduation)

        assert check("R2", listing, learner).state == state

    @pytest.mark.parametrize(
        ("family", "plan", "hands_on", "state"),
        [
            (Family.IMG_GRADUATE, VisaPlan.B1_B2, HandsOn.EXAMINE, "unmet"),
            (Family.IMG_GRADUATE, VisaPlan.VWP, HandsOn.HISTORY, "unmet"),
            (Family.IMG_GRADUATE, VisaPlan.CITIZEN, HandsOn.EXAMINE, "met"),
            (Family.IMG_GRADUATE, VisaPlan.NONE_YET, HandsOn.EXAMINE, "unknown"),
            (Family.IMG_GRADUATE, VisaPlan.B1_B2, HandsOn.OBSERVE, "not_needed"),
            (Family.IM_STUDENT, VisaPlan.B1, HandsOn.EXAMINE, "met"),
        ],
    )
    def test_r3_visitors_who_have_graduated_only_observe(self, family, plan, hands_on, state):
        graduation = date(2023, 7, 1) if family == Family.IMG_GRADUATE else date(2028, 7, 1)
        learner = LearnerFactory(family=family, visa_plan=plan, graduation_on=graduation)

        found = check("R3", ListingFactory(hands_on=hands_on), learner)

        assert found.state == state
        assert found.blocks == (state == "unmet")

    def test_r4_hands_on_work_needs_cover_even_if_no_row_asks_for_it(self):
        found = check("R4", ListingFactory(hands_on=HandsOn.HISTORY), LearnerFactory())

        assert (found.state, found.document, found.blocks) == ("unknown", "malpractice", False)

    def test_r4_observers_need_none(self):
        kind = DocumentTypeFactory(slug="malpractice", hands_on_only=True)
        listing = RequirementFactory(type=kind).listing

        assert check("R4", listing, LearnerFactory()).state == "not_needed"

    @pytest.mark.parametrize(
        ("asks", "has", "state"),
        [
            ("needs_step1", {"step1": "passed"}, "met"),
            ("needs_step1", {"step1": ""}, "unmet"),
            ("needs_step2", {"step2": "failed"}, "unmet"),
            ("needs_step2", {"step2": "passed"}, "met"),
        ],
    )
    def test_r5_exams(self, asks, has, state):
        found = check("R5", ListingFactory(**{asks: True}), LearnerFactory(**has))

        assert found.state == state
        assert found.blocks == (state == "unmet")

    def test_r5_graduation_year(self):
        listing = ListingFactory(min_graduation_year=2024)

        found = check("R5", listing, LearnerFactory(graduation_on=date(2023, 7, 1)))

        assert found.text == "Not met: you graduated in 2023"
        assert found.blocks

    def test_r6_the_listing_is_not_open_to_everybody(self):
        listing = ListingFactory(families=[Family.NP_STUDENT, Family.PA_STUDENT])

        found = check("R6", listing, LearnerFactory())

        assert found.title == "Open to NP and PA students"
        assert found.blocks

    @pytest.mark.parametrize(
        ("family", "needs", "asked"),
        [
            (Family.NP_STUDENT, False, True),
            (Family.PA_STUDENT, False, True),
            (Family.IM_STUDENT, False, False),
            (Family.IM_STUDENT, True, True),
            (Family.IMG_GRADUATE, True, False),
        ],
    )
    def test_r7_school_approval(self, family, needs, asked):
        listing = ListingFactory(needs_school_approval=needs)

        found = check("R7", listing, LearnerFactory(family=family))

        assert bool(found) is asked
        assert not found or (found.document == "school-approval" and not found.blocks)

    @pytest.mark.parametrize(
        ("family", "mine", "state"),
        [
            (Family.NP_STUDENT, "TX", "met"),
            (Family.NP_STUDENT, "NY", "unmet"),
            (Family.NP_GRADUATE, "", "unmet"),
        ],
    )
    def test_r8_a_nurses_license_is_for_the_state_of_the_site(self, family, mine, state):
        found = check("R8", ListingFactory(), LearnerFactory(family=family, rn_state=mine))

        assert found.state == state
        assert found.blocks == (state == "unmet")

    def test_r8_an_accepted_license_of_another_state_only_warns(self):
        nurse = LearnerFactory(family=Family.NP_STUDENT, rn_state="AZ")
        license_ = DocumentFactory(type=DocumentTypeFactory(slug="rn-license"), owner=nurse.user)

        found = check("R8", ListingFactory(), nurse, documents=[license_])

        assert (found.state, found.blocks) == ("late", False)

    def test_r8_is_for_nurses_alone(self):
        assert check("R8", ListingFactory(), LearnerFactory()) is None

    def test_r10_one_confirmed_rotation_at_a_time(self):
        assert check("R10", ListingFactory(), LearnerFactory(), has_overlap=True).blocks
        assert check("R10", ListingFactory(), LearnerFactory(), has_overlap=False).state == "met"
        assert check("R10", ListingFactory(), LearnerFactory()) is None

    @pytest.mark.parametrize(
        ("start", "plan", "state"),
        [
            (date(2027, 2, 22), VisaPlan.CITIZEN, "met"),
            (date(2027, 2, 15), VisaPlan.CITIZEN, "unmet"),
            (date(2027, 3, 1), VisaPlan.B1_B2, "unmet"),
            (date(2027, 3, 8), VisaPlan.NONE_YET, "met"),
        ],
    )
    def test_r11_applied_30_days_ahead_and_45_with_a_visa(self, start, plan, state):
        found = check("R11", ListingFactory(), LearnerFactory(visa_plan=plan), Block(start, 4))

        assert found.state == state
        assert found.blocks == (state == "unmet")

    def test_r12_a_states_note_is_information(self):
        site = SiteFactory(
            state=StateFactory(abbr="NY", name="New York", note="Six months at most.")
        )

        found = check("R12", ListingFactory(site=site), LearnerFactory())

        assert (found.state, found.text) == ("not_needed", "Six months at most.")
        assert not found.blocks


def test_what_cannot_be_met_stands_first():
    listing = ListingFactory(families=[Family.NP_STUDENT], hands_on=HandsOn.EXAMINE)
    RequirementFactory(listing=listing)

    states = [one.state for one in check_listing(listing, LearnerFactory(), BLOCK, [], today=TODAY)]

    assert states == sorted(states, key=["unmet", "late", "unknown", "met", "not_needed"].index)
    assert states[0] == "unmet"


def test_a_visitor_sees_the_rules_as_unknown():
    listing = ListingFactory(needs_step1=True, hands_on=HandsOn.EXAMINE)
    RequirementFactory(listing=listing)

    checks = check_listing(listing, None, BLOCK, [], today=TODAY)

    assert {one.state for one in checks if one.rule != "R11"} == {"unknown"}
    assert not any(one.blocks for one in checks)


def test_summary_leaves_out_what_is_not_needed():
    listing = ListingFactory(families=[Family.NP_STUDENT])
    RequirementFactory(listing=listing)

    found = summary(check_listing(listing, LearnerFactory(), BLOCK, [], today=TODAY))

    assert (found.met, found.total, found.stops) == (1, 3, 1)
    assert not found.is_whole


def test_asks_the_database_nothing_once_all_is_loaded(django_assert_num_queries):
    requirement = RequirementFactory()
    listing = (
        type(requirement.listing)
        .objects.published()
        .prefetch_related("requirements__type")
        .get(pk=requirement.listing_id)
    )
    learner = LearnerFactory()
    document = DocumentFactory(owner=learner.user, type=requirement.type)

    severities()  # read once by each process
    with django_assert_num_queries(0):
        check_listing(listing, learner, BLOCK, [document], today=TODAY)


@pytest.mark.parametrize(
    ("needs_visa", "today", "due"),
    [
        (False, date(2027, 1, 20), date(2027, 3, 27)),
        (True, date(2027, 1, 20), date(2027, 3, 12)),
        (False, date(2027, 4, 20), date(2027, 4, 23)),
    ],
)
def test_documents_are_due_ahead_of_the_start(needs_visa, today, due):
    assert documents_due_on(date(2027, 4, 26), needs_visa=needs_visa, today=today) == due


@pytest.mark.parametrize(
    ("families", "words"),
    [
        (["img_graduate"], "IMGs"),
        (["img_graduate", "im_student", "us_md_do_student"], "IMGs and medical students"),
        (
            ["img_graduate", "im_student", "us_md_do_student", "np_student", "pa_student"],
            "IMGs, medical, NP and PA students",
        ),
        (["im_student"], "international medical students"),
        (["np_graduate", "pa_graduate"], "NPs and PAs"),
        (list(Family), "all learners"),
        ([], ""),
    ],
)
def test_open_to_says_it_in_few_words(families, words):
    assert open_to(families) == words
