"""Nobody finds out whether an address has an account (promises A1, A2)."""

import time

import pytest
from django.test import Client

from outbox.models import Message
from tests.frame.signing import (
    PASSWORD,
    forget_limits,
    make_person,
    prove_again,
    sign_up,
    signed_in,
    told,
)

pytestmark = pytest.mark.django_db
NOBODY = "nobody@example.com"
FORMS = {
    "sign-in": ("/accounts/login/", {"login": "@", "password": "wrong wrong wrong"}),
    "reset": ("/accounts/password/reset/", {"email": "@"}),
    "code": ("/accounts/login/code/", {"email": "@"}),
    "sign-up": (
        "/accounts/signup/",
        {"email": "@", "name": "Amara Nwosu", "password1": PASSWORD, "terms": "on"},
    ),
}
ROUNDS = 4


def ask(client, form, email):
    address, fields = FORMS[form]
    return client.post(address, {name: value.replace("@", email) for name, value in fields.items()})


def follow(client, response):
    return client.get(response["Location"]) if response.get("Location") else None


@pytest.mark.parametrize("form", FORMS)
def test_known_and_unknown_addresses_get_the_same_answer(person, form):
    answers = []
    for email in (person.email, NOBODY):
        forget_limits()
        client = Client()
        response = ask(client, form, email)
        after = follow(client, response)
        answers.append((told(response), told(after) if after else None))

    assert answers[0] == answers[1]


@pytest.mark.parametrize("state", ["inactive", "unproved", "without a password"])
@pytest.mark.parametrize("form", FORMS)
def test_an_account_in_another_state_gets_the_same_answer(form, state):
    user = make_person()
    if state == "inactive":
        type(user).objects.filter(pk=user.pk).update(is_active=False)
    elif state == "unproved":
        user.emailaddress_set.update(verified=False)
    else:
        user.set_unusable_password()
        user.save()
    answers = []
    for email in (user.email, NOBODY):
        forget_limits()
        client = Client()
        response = ask(client, form, email)
        after = follow(client, response)
        answers.append((told(response), told(after) if after else None))

    assert answers[0] == answers[1]


@pytest.mark.parametrize("form", ["code", "sign-up"])
def test_a_wrong_code_is_answered_alike(person, form):
    answers = []
    for email in (person.email, NOBODY):
        forget_limits()
        client = Client()
        page = ask(client, form, email)["Location"]
        answers.append([told(client.post(page, {"code": "AAAA-AAAA"})) for _try in range(4)])

    assert answers[0] == answers[1]


def test_a_change_to_a_known_address_looks_like_any_other(person):
    answers = []
    for email in (make_person().email, NOBODY):
        forget_limits()
        client = signed_in(person)
        prove_again(client)
        response = client.post("/accounts/email/", {"email": email, "action_add": ""})
        answers.append((told(response), told(client.get(response["Location"]))))

    assert answers[0] == answers[1]


def test_the_mail_to_a_known_address_says_that_there_is_an_account(person):
    sign_up(Client(), person.email)

    assert "You already have an account" in Message.objects.get().subject


@pytest.mark.parametrize("form", FORMS)
def test_both_take_the_same_time(settings, form):
    """With the hash that people's passwords have. Processor time: others use the machine."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
    person, times = make_person(), {"known": [], "unknown": []}
    for n in range(ROUNDS):
        for email, taken in zip((person.email, f"p{n}-{NOBODY}"), times.values(), strict=True):
            forget_limits()
            client = Client()
            began = time.thread_time()
            ask(client, form, email)
            taken.append(time.thread_time() - began)

    known, unknown = (min(taken) for taken in times.values())
    apart = abs(known - unknown)
    assert apart < 0.05 or apart < 0.25 * max(known, unknown), times
