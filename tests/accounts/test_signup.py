"""Somebody new: who she is, what she agreed to, and where her clock stands."""

import pytest
from django.urls import reverse

from accounts.kinds import ConsentKind
from accounts.models import Consent, User
from guides.models import Page
from outbox.models import Message
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
SIGN_UP = reverse("account_signup")
PASSWORD = "three brown lamps at noon"


def facts(**more):
    return {"email": "Amara@Example.org", "name": "Amara O'Nwosu", "call_me": "Amara",
            "password1": PASSWORD, "terms": "on", "time_zone": "Africa/Lagos", **more}  # fmt: skip


def test_a_new_person_is_asked_for_her_code(client):
    Page.objects.create(slug="terms", title="Terms", body="", version="3")

    answer = client.post(SIGN_UP, facts())

    amara = User.objects.get()
    assert answer.status_code == 302
    assert (amara.email, amara.name, amara.call_me) == (
        "amara@example.org", "Amara O'Nwosu", "Amara",
    )  # fmt: skip
    assert amara.time_zone == "Africa/Lagos"
    assert (amara.is_staff, amara.is_superuser) == (False, False)
    assert Message.objects.get().recipient == "amara@example.org"


def test_what_she_agreed_to_is_remembered(client):
    Page.objects.create(slug="terms", title="Terms", body="", version="3")

    client.post(SIGN_UP, facts())

    consents = Consent.objects.order_by("kind").values_list("kind", "version", "address")
    assert list(consents) == [
        (ConsentKind.PRIVACY, "1", "127.0.0.1"),
        (ConsentKind.TERMS, "3", "127.0.0.1"),
    ]


@pytest.mark.parametrize("guess", ["", "Mars/Olympus", "../../etc/passwd", "x" * 5000])
def test_a_time_zone_that_nobody_knows_is_left_out(client, guess):
    client.post(SIGN_UP, facts(time_zone=guess))

    assert User.objects.get().time_zone == ""


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"terms": ""}, "Agree to the terms to create an account."),
        ({"name": ""}, "Enter your name as in your passport."),
        ({"name": "\u202e A"}, "Enter your name as in your passport."),
        ({"email": "amara"}, "Enter a valid e-mail address."),
        ({"password1": "short"}, "at least 12 characters"),
        ({"password1": "rotation1234"}, "rotation"),
        ({"password1": "Amara O'Nwosu"}, "too similar"),
    ],
)
def test_what_is_wrong_is_told_and_kept(client, wrong, words):
    answer = client.post(SIGN_UP, facts() | wrong)

    errors = " ".join(
        message for found in answer.context["form"].errors.values() for message in found
    )
    assert words in errors
    assert 'value="Amara"' in answer.text
    assert PASSWORD not in answer.text
    assert not User.objects.exists()


def test_an_address_that_is_known_gets_the_same_answer(client):
    new = client.post(SIGN_UP, facts())
    client.logout()
    UserFactory(email="helen@example.org", password=PASSWORD)

    known = client.post(SIGN_UP, facts(email="HELEN@example.org"))

    assert (known.status_code, known.url) == (new.status_code, new.url)
    assert User.objects.filter(email__iexact="helen@example.org").count() == 1


def test_nobody_signs_up_as_staff(client):
    client.post(SIGN_UP, facts(is_staff="on", is_superuser="on", groups="1"))

    assert not User.objects.get().is_staff
