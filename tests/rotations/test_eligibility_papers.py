"""What a learner's papers are worth for a listing and a block."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.kinds import Family, RejectReason, Validity
from rotations.blocks import Block
from rotations.eligibility import check_documents
from tests.factories.accounts import (
    DocumentFactory,
    DocumentTypeFactory,
    LearnerFactory,
    StaffFactory,
)
from tests.factories.rotations import (
    ListingFactory,
    RequirementFactory,
)
from tests.rotations.days import BLOCK, TODAY

pytestmark = pytest.mark.django_db

EARLIER = Block(date(2027, 4, 12), 4)  # ends on Friday, 7 May


def paper(slug="tb", months=None, issued_on=None, listing=None, block=BLOCK, **fields):
    """The verdict on one paper that a listing asks for."""
    kind = {name: fields.pop(name) for name in ("validity", "validity_months", "through_end", "name")
            if name in fields}  # fmt: skip
    type_ = DocumentTypeFactory(slug=slug, **kind)
    requirement = RequirementFactory(type=type_, months=months, listing=listing or ListingFactory())
    document = DocumentFactory(type=type_, issued_on=issued_on, **fields)
    checks = check_documents(requirement.listing, block, [document], today=TODAY)
    return next(one for one in checks if one.document == slug)


class TestPapers:
    def test_one_that_ends_before_the_last_day(self):
        found = paper(issued_on=date(2026, 5, 14))

        assert found.state == "late"
        assert found.text == (
            "Not met: your TB test ends 8 days before your last day, Fri, May 21, 2027"
        )
        assert found.hint == "A blood test (IGRA) or skin test is fine."
        assert not found.blocks

    def test_one_that_outlasts_the_last_day(self):
        found = paper(issued_on=date(2026, 5, 14), block=EARLIER)

        assert found.state == "met"
        assert found.text == "Met: expires Thu, May 13, 2027"

    def test_one_that_ends_on_the_last_day_counts(self):
        assert paper(issued_on=date(2026, 5, 22)).state == "met"

    def test_ends_one_day_early(self):
        assert "ends 1 day before" in paper(issued_on=date(2026, 5, 21)).text

    def test_the_listings_own_months_count(self):
        found = paper(issued_on=date(2026, 12, 1), months=3)

        assert found.state == "late"
        assert found.title == "TB test, not older than 3 months"

    def test_the_listings_months_do_not_outlast_a_printed_date(self):
        found = paper(issued_on=date(2026, 12, 1), expires_on=date(2027, 5, 1), months=12)

        assert "ends 20 days before" in found.text

    def test_a_printed_date_goes_before_the_usual_months(self):
        assert paper(issued_on=date(2026, 5, 14), expires_on=date(2027, 6, 1)).state == "met"

    def test_an_expired_one_says_since_when(self):
        found = paper(issued_on=date(2025, 11, 3))

        assert found.text == "Not met: your TB test expired on Mon, Nov 2, 2026"

    def test_one_that_need_not_last_is_judged_on_the_first_day(self):
        kind = {"slug": "cv", "name": "CV", "validity_months": 6, "through_end": False}

        assert paper(issued_on=date(2026, 11, 1), **kind).state == "met"
        old = paper(issued_on=date(2026, 10, 1), **kind)
        assert old.text == (
            "Not met: your CV is too old on the first day; it counts to Wed, Mar 31, 2027"
        )

    def test_one_without_a_date_is_unknown(self):
        found = paper(issued_on=None)

        assert found.state == "unknown"
        assert found.hint == "Add its date in your wallet."

    def test_one_that_does_not_expire(self):
        found = paper("photo", validity=Validity.NONE, validity_months=None, through_end=False)

        assert found.text == "Met: accepted, does not expire"

    def test_one_that_waits_for_staff(self):
        found = paper(issued_on=date(2027, 1, 5), verified_at=None, verified_by=None)

        assert found.state == "late"
        assert found.text.startswith("In review: we are checking the file")

    def test_one_that_was_not_accepted(self):
        found = paper(
            issued_on=date(2027, 1, 5),
            verified_at=None,
            verified_by=None,
            rejected_at=timezone.now(),
            rejected_by=StaffFactory(),
            reject_reason=RejectReason.UNREADABLE,
        )

        assert found.text == "Not met: your file was not accepted: It cannot be read"

    def test_none_at_all_is_unknown_and_says_what_counts(self):
        requirement = RequirementFactory()

        (found,) = check_documents(requirement.listing, BLOCK, [], today=TODAY)

        assert (found.rule, found.state) == ("R9", "unknown")
        assert found.text == "Unknown: we have no record"
        assert found.hint == "A blood test (IGRA) or skin test is fine."

    def test_papers_of_other_families_are_not_asked_for(self):
        diploma = DocumentTypeFactory(slug="diploma", families=[Family.IMG_GRADUATE])
        requirement = RequirementFactory(type=diploma)
        student = LearnerFactory(family=Family.IM_STUDENT, graduation_on=date(2028, 6, 1))

        assert check_documents(requirement.listing, BLOCK, [], profile=student) == []
        assert len(check_documents(requirement.listing, BLOCK, [], profile=LearnerFactory())) == 1

    @pytest.mark.parametrize(
        ("start", "weeks", "issued", "state"),
        [
            (date(2027, 6, 21), 4, date(2025, 10, 1), "not_needed"),
            (date(2027, 4, 5), 4, date(2025, 10, 1), "not_needed"),
            (date(2027, 3, 29), 4, date(2026, 10, 1), "met"),
            (date(2027, 3, 29), 4, date(2026, 6, 30), "late"),
            (date(2027, 9, 13), 4, date(2026, 10, 1), "late"),
            (date(2027, 9, 13), 4, date(2027, 7, 1), "met"),
        ],
    )
    def test_the_flu_dose_is_of_the_season_that_the_block_touches(
        self, start, weeks, issued, state
    ):
        found = paper(
            "flu",
            name="Flu vaccine, this season",
            validity=Validity.SEASON,
            validity_months=None,
            issued_on=issued,
            block=Block(start, weeks),
        )

        assert found.state == state


def test_today_of_a_placement_is_the_sites():
    requirement = RequirementFactory()
    document = DocumentFactory(type=requirement.type)
    soon = timezone.localdate() + timedelta(days=-timezone.localdate().weekday() % 7)

    (found,) = check_documents(requirement.listing, Block(soon, 4), [document])

    assert found.state == "met"
