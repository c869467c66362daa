"""What a learner says of her exams, her visa, her aims and whom to call."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.actions import save_profile
from accounts.kinds import Ecfmg, Family, VisaPlan
from accounts.queries import aims
from tests.factories.accounts import LearnerFactory
from tests.factories.letters import MatchSeasonFactory
from tests.factories.rotations import SpecialtyFactory

pytestmark = pytest.mark.django_db
PROFILE = reverse("accounts:profile")
EXAMS = ["step3", "ecfmg", "ecfmg_on", "english_test", "english_on"]
VISA = ["visa_interview_on", "visa_outcome"]


@pytest.fixture
def mine(client):
    found = LearnerFactory(visa_plan=VisaPlan.B1_B2)
    client.force_login(found.user)
    return found


def facts(**more):
    known = {"family": Family.IMG_GRADUATE, "citizenship": "NG", "school": "University of Lagos",
             "graduation_on": "2023-07-01", "visa_plan": VisaPlan.B1_B2, **more}  # fmt: skip
    return {"person-name": "Amara O'Nwosu"} | {f"role-{name}": one for name, one in known.items()}


def test_all_of_it_is_kept(client, mine):
    chosen = [
        SpecialtyFactory(slug=name, name=name.title()) for name in ("cardiology", "nephrology")
    ]
    season = MatchSeasonFactory(name="ERAS 2028")

    client.post(
        PROFILE,
        facts(
            step3="passed", ecfmg="certified", ecfmg_on="2025-05-14", english_test="oet",
            english_on="2025-01-10", visa_interview_on="2026-12-03", visa_outcome="pending",
            specialties=[one.pk for one in chosen], season=season.pk,
            emergency_name=" Chidi  O'Nwosu ", emergency_relation="brother",
            emergency_phone="+234 803 555 0101",
        ),
    )  # fmt: skip

    mine.refresh_from_db()
    assert (mine.step3, mine.ecfmg, mine.ecfmg_on) == ("passed", "certified", date(2025, 5, 14))
    assert (mine.english_test, mine.english_on) == ("oet", date(2025, 1, 10))
    assert (mine.visa_interview_on, mine.visa_outcome) == (date(2026, 12, 3), "pending")
    assert (mine.emergency_name, mine.emergency_phone) == ("Chidi O'Nwosu", "+234 803 555 0101")
    assert aims(mine) == "Cardiology, Nephrology (ERAS 2028)"


def test_aims_that_were_not_asked_stay(client, mine):
    mine.specialties.add(SpecialtyFactory(name="Cardiology"))

    save_profile(mine, by=mine.user)

    assert aims(mine) == "Cardiology"


def test_aims_are_taken_back(client, mine):
    mine.specialties.add(SpecialtyFactory())

    client.post(PROFILE, facts(specialties=[]))

    assert aims(mine) == ""


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"ecfmg_on": "2025-05-14", "ecfmg": "in_progress"}, "Only whoever is certified"),
        ({"ecfmg": "nearly"}, "Select a valid choice"),
        ({"visa_interview_on": "0001-01-01"}, "Check the year."),
        ({"emergency_name": "Chidi"}, "Enter the phone number of that person."),
        ({"emergency_phone": "+234 803 555 0101"}, "Enter the name of that person."),
        ({"emergency_name": "Chidi", "emergency_phone": "ask me"}, "Enter a phone number"),
        ({"specialties": ["999999"]}, "Select a valid choice"),
        ({"season": "999999"}, "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_kept(client, mine, wrong, words):
    answer = client.post(PROFILE, facts(statement="I like wards.", **wrong))

    assert answer.status_code == 422
    assert words in answer.text
    assert "I like wards." in answer.text
    mine.refresh_from_db()
    assert (mine.statement, mine.ecfmg, mine.emergency_name) == ("", "", "")


def test_six_specialties_are_too_many(client, mine):
    many = [SpecialtyFactory(slug=f"one-{n}").pk for n in range(6)]

    answer = client.post(PROFILE, facts(specialties=many))

    assert answer.status_code == 422
    assert "Choose up to 5." in answer.text


@pytest.mark.parametrize(
    ("family", "visa", "asked", "left_out"),
    [
        (Family.IMG_GRADUATE, VisaPlan.B1, EXAMS + VISA, []),
        (Family.IMG_GRADUATE, VisaPlan.CITIZEN, EXAMS, VISA),
        (Family.US_MD_DO_STUDENT, VisaPlan.CITIZEN, ["step1"], EXAMS + VISA),
        (Family.NP_STUDENT, VisaPlan.CITIZEN, ["rn_state"], EXAMS + VISA),
        (Family.PA_STUDENT, VisaPlan.F1, VISA, EXAMS),
    ],
)
def test_only_what_a_step_needs_is_asked(client, family, visa, asked, left_out):
    client.force_login(LearnerFactory(family=family, visa_plan=visa).user)

    page = client.get(PROFILE).text

    assert [name for name in asked if f'name="role-{name}"' not in page] == []
    assert [name for name in left_out if f'name="role-{name}"' in page] == []


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"ecfmg": Ecfmg.NOT_BEGUN, "ecfmg_on": date(2025, 1, 1)}, "certificate_that_there_is"),
        ({"studies_from": date(2027, 1, 1), "graduation_on": date(2026, 1, 1)}, "studies_begin"),
        ({"emergency_name": "Chidi"}, "contact_can_be_called"),
        ({"emergency_phone": "+1 713 555 0123"}, "contact_can_be_called"),
    ],
)
def test_the_table_refuses_half_of_a_fact(facts, name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        LearnerFactory(**facts)


def test_students_say_when_their_studies_begin(client):
    student = LearnerFactory(family=Family.PA_STUDENT)
    client.force_login(student.user)
    said = {"family": Family.PA_STUDENT, "graduation_on": "2027-07-01"}

    answer = client.post(PROFILE, facts(**said, studies_from="2027-08-01"))
    assert answer.status_code == 422
    assert "Your studies begin before you graduate." in answer.text

    client.post(PROFILE, facts(**said, studies_from="2026-09-01"))
    student.refresh_from_db()
    assert student.studies_from == date(2026, 9, 1)
    assert not student.is_enrolled_on(date(2026, 8, 31))
    assert student.is_enrolled_on(date(2026, 9, 1))


def test_who_has_graduated_has_no_start_any_more(client):
    graduate = LearnerFactory(family=Family.IMG_GRADUATE, studies_from=date(2018, 9, 1))
    client.force_login(graduate.user)

    assert client.post(PROFILE, facts(graduation_on="2017-07-01")).status_code == 302

    graduate.refresh_from_db()
    assert graduate.studies_from is None
