"""How much of a profile there is, and the one step that helps most."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.completeness import completeness, completeness_of
from accounts.kinds import Family, VisaOutcome, VisaPlan
from accounts.models import LearnerProfile
from tests.factories.accounts import LearnerFactory, PreceptorFactory, UserFactory
from tests.factories.rotations import SpecialtyFactory

pytestmark = pytest.mark.django_db
WHOLE = {
    "family": Family.US_MD_DO_STUDENT,
    "citizenship": "US",
    "school": "University of Texas",
    "graduation_on": timezone.localdate() + timedelta(days=300),
    "visa_plan": VisaPlan.CITIZEN,
    "statement": "I like the ward.",
    "emergency_name": "Ada O'Nwosu",
    "emergency_phone": "+1 713 555 0123",
}


def test_an_empty_profile_begins_with_who_she_is():
    found = completeness(LearnerProfile(), has_aims=False)

    assert (found.done, found.total) == (0, 6)
    assert found.next.key == "who"
    assert found.next.url == f"{reverse('accounts:profile')}#who"


def test_a_whole_profile_has_no_next_step():
    found = completeness(LearnerProfile(**WHOLE), has_aims=True)

    assert (found.done, found.total, found.next) == (6, 6, None)


@pytest.mark.parametrize(
    ("lacks", "part"),
    [
        ({"citizenship": ""}, "who"),
        ({"graduation_on": None}, "school"),
        ({"visa_plan": ""}, "visa"),
        ({"visa_plan": VisaPlan.B1}, "visa"),
        ({"statement": "  "}, "words"),
        ({"emergency_name": ""}, "emergency"),
        ({"family": Family.IMG_GRADUATE}, "exams"),
        ({"family": Family.NP_STUDENT}, "exams"),
    ],
)
def test_the_next_step_is_the_part_that_lacks_something(lacks, part):
    assert completeness(LearnerProfile(**WHOLE | lacks), has_aims=True).next.key == part


def test_what_others_have_is_no_part_of_hers():
    keys = [part.key for part in completeness(LearnerProfile(**WHOLE), has_aims=True).parts]

    assert "exams" not in keys


@pytest.mark.parametrize(
    ("more", "is_owed"),
    [
        ({}, True),
        ({"visa_interview_on": timezone.localdate()}, False),
        ({"visa_outcome": VisaOutcome.GRANTED}, False),
        ({"visa_outcome": VisaOutcome.PENDING}, True),
    ],
)
def test_the_interview_is_asked_for_until_it_has_a_day_or_an_outcome(more, is_owed):
    profile = LearnerProfile(**WHOLE | {"visa_plan": VisaPlan.B1} | more)

    found = completeness(profile, has_aims=True).next

    assert bool(found and "interview" in found.title) == is_owed


def test_aims_come_from_the_rows():
    mine = LearnerFactory(**WHOLE)
    assert completeness_of(mine.user).next.key == "goals"

    mine.specialties.add(SpecialtyFactory())

    assert completeness_of(mine.user).next is None


def test_preceptors_and_staff_have_no_such_profile():
    assert completeness_of(PreceptorFactory().user) is None
    assert completeness_of(UserFactory(is_staff=True)) is None
    assert completeness_of(UserFactory()).total == 6


@pytest.mark.parametrize("page", ["accounts:profile", "placements:my_applications"])
def test_both_pages_show_the_next_step(client, page):
    mine = LearnerFactory(citizenship="")
    client.force_login(mine.user)

    text = client.get(reverse(page)).text

    assert "2 of 7 parts are filled in." in text
    assert f'href="{reverse("accounts:profile")}#who"' in text
    assert "It decides which rotations are open to you." in text
