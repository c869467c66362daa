"""Everybody's start and everybody's profile."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.actions import save_profile
from accounts.kinds import Family, VisaPlan
from accounts.models import LearnerProfile
from audit.models import Event
from tests.factories.accounts import LearnerFactory, PreceptorFactory, StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
PROFILE, DASHBOARD = reverse("accounts:profile"), reverse("accounts:dashboard")


@pytest.fixture
def amara():
    return UserFactory(name="Amara O'Nwosu")


@pytest.fixture
def hers(client, amara):
    client.force_login(amara)
    return client


def person_facts(**more):
    return {
        f"person-{name}": value
        for name, value in {"name": "Amara O'Nwosu", "time_zone": "Africa/Lagos", **more}.items()
    }


def learner_facts(**more):
    facts = {"family": Family.IMG_GRADUATE, "citizenship": "NG", "school": "University of Lagos",
             "graduation_on": "2023-07-01", "visa_plan": VisaPlan.NONE_YET, **more}  # fmt: skip
    return {f"role-{name}": value for name, value in facts.items()}


def test_everybody_starts_where_her_work_is(client, second_factor):
    learner, preceptor = LearnerFactory().user, PreceptorFactory().user
    staff = second_factor(StaffFactory())
    wanted = {
        learner: reverse("placements:my_applications"),
        preceptor: reverse("placements:inbox"),
        staff: reverse("admin:index"),
    }

    for person, url in wanted.items():
        client.force_login(person)
        assert client.get(DASHBOARD).url == url


def test_a_new_account_is_shown_three_steps(hers):
    page = hers.get(DASHBOARD)

    assert page.status_code == 200
    assert "Welcome, Amara O&#x27;Nwosu" in page.text
    for name in ("rotations:catalogue", "accounts:wallet", "accounts:profile"):
        assert reverse(name) in page.text


def test_a_profile_is_saved_and_remembered(hers, amara):
    answer = hers.post(
        PROFILE,
        person_facts() | learner_facts(aamc_id="1472-5836", usmle_id="0-987-654-3"),
        follow=True,
    )

    mine = LearnerProfile.objects.get(user=amara)
    assert (mine.aamc_id, mine.usmle_id, mine.graduation_on) == (
        "14725836", "09876543", date(2023, 7, 1),
    )  # fmt: skip
    assert mine.is_complete
    amara.refresh_from_db()
    assert amara.time_zone == "Africa/Lagos"
    assert Event.objects.filter(verb="profile.saved", by=amara).count() == 2
    assert "Ready to apply" in answer.text


def test_a_profile_may_be_filled_bit_by_bit(hers, amara):
    answer = hers.post(
        PROFILE, person_facts() | {"role-school": "University of Lagos"}, follow=True
    )

    mine = LearnerProfile.objects.get(user=amara)
    assert mine.school == "University of Lagos"
    assert not mine.is_complete
    assert 'href="#id_role-citizenship"' in answer.text
    assert 'href="#id_role-school"' not in answer.text


def test_saving_what_is_there_already_records_nothing(hers, amara):
    facts = person_facts() | learner_facts()
    hers.post(PROFILE, facts)
    before = Event.objects.count()

    assert hers.post(PROFILE, facts).status_code == 302
    assert Event.objects.count() == before


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"person-name": " "}, "Enter your name as in your passport."),
        ({"person-name": "A\u202e"}, "Enter your name as in your passport."),
        ({"person-time_zone": "Mars/Olympus"}, "Select a valid choice"),
        ({"role-aamc_id": "1472583"}, "An AAMC ID has eight digits."),
        ({"role-usmle_id": "0-987-654"}, "A USMLE/ECFMG ID has eight digits"),
        ({"role-family": "admiral"}, "Select a valid choice"),
        ({"role-citizenship": "XX"}, "Select a valid choice"),
        ({"role-graduation_on": "0001-01-01"}, "Check the year."),
        ({"role-graduation_on": "2999-01-01"}, "Check the year."),
        ({"role-graduation_on": "summer"}, "Enter a valid date."),
        ({"role-step2_score": "9" * 40}, "300"),
        ({"role-step2_score": "-4"}, "1"),
        ({"role-phone": "call me"}, "Enter a phone number with its country code"),
        ({"role-rn_state": "ZZ"}, "Select a valid choice"),
        ({"role-statement": "x" * 1501}, "1500"),
        ({"role-school": "a\0b"}, "Null characters are not allowed."),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_lost(hers, amara, wrong, words):
    sent = person_facts(pronouns="she/her") | learner_facts() | wrong

    answer = hers.post(PROFILE, sent)

    assert answer.status_code == 422
    assert words in answer.text
    assert "<title>Error: " in answer.text
    assert 'value="she/her"' in answer.text
    assert not LearnerProfile.objects.filter(user=amara).exists()
    amara.refresh_from_db()
    assert amara.pronouns == ""


def test_problems_of_both_parts_are_told_at_once(hers):
    sent = person_facts(name="") | learner_facts(aamc_id="12", phone="no")

    page = hers.post(PROFILE, sent).text

    assert "There are 3 problems" in page
    for anchor in ("id_person-name", "id_role-aamc_id", "id_role-phone"):
        assert f'href="#{anchor}"' in page


def test_nobody_makes_herself_what_she_is_not(hers, amara):
    sent = person_facts(is_staff="on", is_superuser="on", email="other@example.com")
    sent |= learner_facts(user=str(StaffFactory().pk))

    hers.post(PROFILE, sent)

    amara.refresh_from_db()
    assert not amara.is_staff
    assert amara.email != "other@example.com"
    assert LearnerProfile.objects.get().user == amara


@pytest.mark.parametrize(
    ("family", "asked", "left_out"),
    [
        (Family.IMG_GRADUATE, ["step1", "usmle_id"], ["rn_state"]),
        (Family.NP_STUDENT, ["rn_state"], ["step1", "usmle_id", "aamc_id"]),
        (Family.PA_GRADUATE, ["school"], ["step1", "rn_state"]),
        ("", ["step1", "rn_state"], []),
    ],
)
def test_nobody_is_asked_for_what_others_have(client, family, asked, left_out):
    mine = LearnerFactory(family=family, usmle_id="09876543")
    client.force_login(mine.user)

    page = client.get(PROFILE).text

    assert [name for name in asked if f'name="role-{name}"' not in page] == []
    assert [name for name in left_out if f'name="role-{name}"' in page] == []
    client.post(PROFILE, person_facts() | learner_facts(family=family, school="Accra"))
    mine.refresh_from_db()
    assert mine.usmle_id == ("" if "usmle_id" in asked or not left_out else "09876543")


def test_a_preceptor_says_how_she_teaches_and_nothing_that_staff_verify(client):
    mine = PreceptorFactory(npi="1234567893")
    verified = mine.verified_at
    client.force_login(mine.user)
    away = timezone.localdate() + timedelta(days=20)

    answer = client.post(
        PROFILE,
        person_facts(name="Helen Castellano")
        | {"role-statement": "At the bedside.", "role-languages": " English,Spanish ,, ",
           "role-away_until": away, "role-npi": "1987654328", "role-verified_at": ""},
        follow=True,
    )  # fmt: skip

    mine.refresh_from_db()
    assert (mine.statement, mine.languages) == ("At the bedside.", ["English", "Spanish"])
    assert (mine.accepting, mine.away_until) == (False, away)
    assert (mine.npi, mine.verified_at) == ("1234567893", verified)
    assert "Your profile is saved." in answer.text
    assert not LearnerProfile.objects.exists()


def test_staff_do_not_become_learners_by_saving_their_name(client, second_factor):
    dana = second_factor(StaffFactory())
    client.force_login(dana)

    assert 'name="role-' not in client.get(PROFILE).text
    client.post(PROFILE, person_facts(name="Dana D'Angelo"))

    dana.refresh_from_db()
    assert dana.name == "Dana D'Angelo"
    assert not LearnerProfile.objects.exists()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Nguyễn Thị Minh Châu", "Nguyễn Thị Minh Châu"),
        ("  Żółkiewska \n Agnieszka ", "Żółkiewska Agnieszka"),
        ("عبد الرحمن", "عبد الرحمن"),
        ("山田 太郎", "山田 太郎"),
        ("O\u2019Brien-Söğüt", "O\u2019Brien-Söğüt"),
        ("Cafe\u0301", "Café"),
        ("نیم\u200cفاصله", "نیم\u200cفاصله"),
        ("Amara\u202eexe", "Amaraexe"),
        ("Ng", "Ng"),
    ],
)
def test_a_name_is_kept_as_typed(hers, amara, sent, kept):
    hers.post(PROFILE, person_facts(name=sent))

    amara.refresh_from_db()
    assert amara.name == kept


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "javascript:alert(1)",
        "\\\\evil.example",
        "0001-01-01",
        "placements:inbox",
    ],
)
def test_afterwards_she_stays_on_this_site(hers, target):
    assert hers.post(PROFILE, person_facts() | {"next": target}).url == PROFILE


def test_afterwards_she_is_where_she_came_from(hers):
    back = reverse("accounts:wallet")

    assert f'value="{back}"' in hers.get(PROFILE, {"next": back}).text
    assert hers.post(PROFILE, person_facts() | {"next": back}).url == back


def test_a_first_profile_saved_twice_is_one(amara):
    """Two clicks at once: the second finds the row that the first made meanwhile."""
    first, second = LearnerProfile(user=amara), LearnerProfile(user=amara, school="Lagos")

    save_profile(first, by=amara)
    save_profile(second, by=amara)

    assert LearnerProfile.objects.get().school == "Lagos"


@pytest.mark.parametrize("verb", ["put", "delete", "patch"])
def test_other_verbs_do_nothing(hers, verb):
    assert getattr(hers, verb)(PROFILE).status_code == 405
