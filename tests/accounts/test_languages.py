"""Languages are named out of one list; what it lacks stays as it was said."""

import pytest
from django.urls import reverse

from accounts.languages import ALSO, LANGUAGES, known, named
from tests.factories.accounts import LearnerFactory, PreceptorFactory

pytestmark = pytest.mark.django_db
PROFILE = reverse("accounts:profile")


def facts(languages, **more):
    return {"person-name": "Helen Castellano", "role-languages": languages, **more}


def test_the_list_is_whole_and_names_each_once():
    assert len(LANGUAGES) == len(set(LANGUAGES)) == 193
    assert {"English", "Yoruba", "Tagalog", "Mandarin", "Haitian Creole"} < set(LANGUAGES)
    assert set(ALSO.values()) <= set(LANGUAGES)


@pytest.mark.parametrize(
    ("said", "name"),
    [("spanish", "Spanish"), (" Farsi ", "Persian"), ("HAITIAN  creole", "Haitian Creole"), ("Elvish", "")],
)  # fmt: skip
def test_a_language_is_found_by_what_people_call_it(said, name):
    assert named(said) == name


def test_each_is_kept_once_and_unknown_words_stay():
    assert known(["farsi", "Persian", "", "some Spanish"]) == ["Persian", "some Spanish"]


def test_a_preceptor_chooses_several(client):
    mine = PreceptorFactory(languages=["English"])
    client.force_login(mine.user)
    page = client.get(PROFILE).text
    assert page.count('name="role-languages"') == 3
    assert "<option>Yoruba</option>" in page

    client.post(PROFILE, facts(["English", "farsi, yoruba", "", "English"]))

    mine.refresh_from_db()
    assert mine.languages == ["English", "Persian", "Yoruba"]


def test_what_is_no_language_is_said_and_stays_in_the_form(client):
    mine = PreceptorFactory(languages=["English"])
    client.force_login(mine.user)

    page = client.post(PROFILE, facts(["English", "Elvish"]))

    assert page.status_code == 422
    assert "“Elvish” is not in our list of languages." in page.text
    assert 'value="Elvish"' in page.text
    mine.refresh_from_db()
    assert mine.languages == ["English"]


def test_what_somebody_had_said_before_may_stay(client):
    mine = LearnerFactory(languages="English, some Elvish")
    client.force_login(mine.user)

    client.post(PROFILE, facts(["English", "some Elvish", "Hindi"], **{
        "role-family": mine.family, "role-citizenship": "NG",
    }))  # fmt: skip

    mine.refresh_from_db()
    assert mine.languages == "English, some Elvish, Hindi"


def test_thirteen_are_too_many(client):
    client.force_login(PreceptorFactory().user)

    page = client.post(PROFILE, facts(list(LANGUAGES[:13])))

    assert "Twelve at most." in page.text
