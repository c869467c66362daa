"""Rules as data, what they looked at, and where they are mended."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.answers import Answers
from accounts.kinds import Family, VisaPlan
from rotations.blocks import Block
from rotations.eligibility import check_listing, forget_severities
from rotations.kinds import SHIPPED, HandsOn, RotationType, Rule, Severity
from rotations.models import EligibilityRule
from tests.factories.accounts import DocumentFactory, DocumentTypeFactory, LearnerFactory
from tests.factories.rotations import ListingFactory, RequirementFactory
from tests.rotations.days import BLOCK, TODAY

pytestmark = pytest.mark.django_db


def checks(listing, profile, block=BLOCK, documents=(), **more):
    found = check_listing(listing, profile, block, documents, today=TODAY, **more)
    return {one.document or one.rule: one for one in found}


def set_severity(rule, severity):
    EligibilityRule.objects.update_or_create(rule=rule, defaults={"severity": severity})
    forget_severities()


class TestMinimums:
    @pytest.mark.parametrize(
        ("asks", "has", "state", "text"),
        [
            ({"min_step2_score": 230}, {"step2": "passed", "step2_score": 230}, "met", "Met: 230"),
            (
                {"min_step2_score": 230},
                {"step2": "passed", "step2_score": 229},
                "unmet",
                "Not met: your score is 229",
            ),
            (
                {"min_step2_score": 230},
                {"step2": "passed"},
                "unknown",
                "Unknown: your profile does not say",
            ),
            ({"min_step2_score": 230}, {"step2": ""}, "unmet", "Not met: you told us: not taken"),
            ({"needs_english": True}, {"english_test": "oet"}, "met", "Met: OET Medicine"),
            ({"needs_english": True}, {"english_test": "none"}, "unmet", "not taken"),
            ({"needs_english": True}, {}, "unknown", "Unknown: your profile does not say"),
        ],
    )
    def test_r5_scores_and_english(self, asks, has, state, text):
        found = checks(ListingFactory(**asks), LearnerFactory(**has))["R5"]

        assert found.state == state
        assert text in found.text
        assert found.blocks == (state == "unmet")
        assert found.section == "exams"

    def test_r5_students_of_us_schools_take_no_english_test(self):
        student = LearnerFactory(family=Family.US_MD_DO_STUDENT)

        assert "R5" not in checks(ListingFactory(needs_english=True), student)

    @pytest.mark.parametrize(
        ("family", "hands_on", "step1", "state"),
        [
            (Family.IMG_GRADUATE, HandsOn.EXAMINE, "", "late"),
            (Family.IMG_GRADUATE, HandsOn.EXAMINE, "passed", "met"),
            (Family.IMG_GRADUATE, HandsOn.OBSERVE, "", None),
            (Family.NP_GRADUATE, HandsOn.EXAMINE, "", None),
            (Family.IM_STUDENT, HandsOn.EXAMINE, "", None),
        ],
    )
    def test_r5_step_1_is_advised_for_graduates_hands(self, family, hands_on, step1, state):
        learner = LearnerFactory(family=family, step1=step1)

        found = checks(ListingFactory(hands_on=hands_on), learner).get(Rule.STEP_1)

        assert (found and found.state) == state
        assert not found or not found.blocks

    def test_r5_a_listing_that_asks_itself_stops(self):
        listing = ListingFactory(hands_on=HandsOn.EXAMINE, needs_step1=True)

        found = checks(listing, LearnerFactory())

        assert found["R5"].blocks
        assert Rule.STEP_1 not in found


class TestSeverity:
    """Every rule as somebody who meets none of them: (rule, who, listing)."""

    CASES = {
        Rule.ENROLLED: ({}, {"rotation_type": RotationType.ELECTIVE}),
        Rule.DEGREE: (
            {"family": Family.IM_STUDENT, "graduation_on": date(2028, 7, 1)},
            {"rotation_type": RotationType.EXTERNSHIP},
        ),
        Rule.VISA: ({"visa_plan": VisaPlan.VWP}, {"hands_on": HandsOn.EXAMINE}),
        Rule.MINIMUMS: ({}, {"needs_step2": True}),
        Rule.STEP_1: ({}, {"hands_on": HandsOn.EXAMINE}),
        Rule.FAMILY: ({}, {"families": [Family.NP_STUDENT]}),
        Rule.NURSE: ({"family": Family.NP_STUDENT}, {}),
        Rule.OVERLAP: ({}, {}),
        Rule.LEAD_TIME: ({}, {"apply_lead_days": 200}),
    }

    def judged(self, rule):
        learner, listing = self.CASES[rule]
        found = check_listing(
            ListingFactory(**listing), LearnerFactory(**learner), BLOCK, [],
            today=TODAY, has_overlap=rule == Rule.OVERLAP,
        )  # fmt: skip
        return next((one for one in found if one.rule == rule), None)

    @pytest.mark.parametrize("rule", CASES)
    def test_is_what_the_portal_ships_with_where_no_row_says_else(self, rule):
        found = self.judged(rule)

        assert found.blocks == (SHIPPED[rule] == Severity.STOPS)
        assert found.state == ("unmet" if found.blocks else "late")

    @pytest.mark.parametrize("rule", CASES)
    def test_a_rule_stops_warns_or_is_not_asked_as_an_admin_says(self, rule):
        set_severity(rule, Severity.STOPS)
        assert (self.judged(rule).state, self.judged(rule).blocks) == ("unmet", True)
        set_severity(rule, Severity.WARNS)
        assert (self.judged(rule).state, self.judged(rule).blocks) == ("late", False)
        set_severity(rule, Severity.OFF)
        assert self.judged(rule) is None

    def test_papers_can_be_made_to_stop(self):
        listing = RequirementFactory().listing
        set_severity(Rule.DOCUMENTS, Severity.STOPS)

        assert checks(listing, LearnerFactory())["tb"].blocks
        assert not checks(listing, None)["tb"].blocks

    def test_papers_can_be_left_out(self):
        listing = RequirementFactory().listing
        set_severity(Rule.DOCUMENTS, Severity.OFF)

        assert "tb" not in checks(listing, LearnerFactory())

    def test_an_admin_changes_it_at_once_and_nobody_deletes_it(self, staff_client):
        row = EligibilityRule.objects.create(rule=Rule.VISA, severity=Severity.STOPS)
        url = reverse("admin:rotations_eligibilityrule_change", args=[row.pk])
        assert self.judged(Rule.VISA).blocks

        assert staff_client.post(url, {"severity": Severity.WARNS}).status_code == 302

        assert not self.judged(Rule.VISA).blocks
        assert staff_client.post(url.replace("change", "delete")).status_code == 403


class TestEvidence:
    def test_of_a_paper_is_its_day_and_how_long_it_counts(self):
        """The golden values: until 13 May 2027, too short for 21 May, enough for 7 May."""
        requirement = RequirementFactory(type=DocumentTypeFactory(name="TB blood test"))
        document = DocumentFactory(type=requirement.type, issued_on=date(2026, 5, 14))

        late = checks(requirement.listing, LearnerFactory(), documents=[document])["tb"]
        early = Block(date(2027, 4, 12), 4)
        good = checks(requirement.listing, LearnerFactory(), early, [document])["tb"]

        assert late.evidence == (
            "your TB blood test of Thu, May 14, 2026, valid to Thu, May 13, 2027"
        )
        assert "ends 8 days before your last day, Fri, May 21, 2027" in late.text
        assert (late.state, good.state) == ("late", "met")

    def test_of_a_rule_is_what_her_profile_says(self):
        listing = ListingFactory(rotation_type=RotationType.EXTERNSHIP, hands_on=HandsOn.EXAMINE)

        found = checks(listing, LearnerFactory(visa_plan=VisaPlan.B1_B2))

        assert found["R3"].evidence.endswith("visa plan: B-1/B-2")
        assert found["R2"].evidence.endswith("graduation: Sat, Jul 1, 2023")
        assert (found["R3"].section, found["R3"].guide) == ("visa", "visa-basics")

    def test_answers_are_judged_as_a_profile_is(self):
        answers = Answers(
            family=Family.IMG_GRADUATE, graduation_on=date(2023, 7, 1),
            visa_plan=VisaPlan.B1_B2, exams="both",
        )  # fmt: skip
        listing = ListingFactory(hands_on=HandsOn.EXAMINE, needs_step2=True, needs_english=True)

        found = check_listing(listing, answers.profile, BLOCK, [], today=TODAY, has_overlap=False)

        assert "R10" not in {one.rule for one in found}  # nobody knows of her other rotations
        states = {(one.rule, one.state) for one in found}
        assert {("R3", "unmet"), ("R5", "met"), ("R5", "unknown"), ("R6", "met")} <= states
        english = next(one for one in found if one.state == "unknown" and one.rule == "R5")
        assert english.text == "Unknown: we did not ask you"
