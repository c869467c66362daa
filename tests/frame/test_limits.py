"""Tries are counted, and whoever made too many is told what to do (promises A7 to A9)."""

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from outbox.models import Message
from tests.frame.signing import (
    PASSWORD,
    SECRET,
    forget_limits,
    is_signed_in,
    prove_again,
    sign_in,
    sign_up,
    signed_in,
)

pytestmark = pytest.mark.django_db


def test_the_6th_try_is_refused_from_whatever_address(client, person):
    for n in range(5):
        sign_in(
            client, person, "wrong", REMOTE_ADDR=f"10.0.0.{n}", HTTP_X_FORWARDED_FOR=f"9.9.9.{n}"
        )

    answer = sign_in(client, person, REMOTE_ADDR="10.0.1.1", HTTP_X_FORWARDED_FOR="8.8.8.8")

    assert (answer.status_code, answer["Retry-After"]) == (429, "300")
    assert f'value="{person.email}"' in answer.text
    assert PASSWORD not in answer.text
    assert not is_signed_in(client)


def test_five_tries_are_free(client, person):
    for _try in range(4):
        assert sign_in(client, person, "wrong").status_code == 422

    assert sign_in(client, person).status_code == 302


@pytest.mark.parametrize("spelling", [str.upper, str.title, lambda email: f" {email} "])
def test_a_try_is_a_try_however_the_address_is_written(client, person, spelling):
    for _try in range(5):
        client.post("/accounts/login/", {"login": spelling(person.email), "password": "wrong"})

    assert sign_in(client, person).status_code == 429


def test_x_forwarded_for_lifts_no_limit_of_an_address(client, person):
    statuses = [
        client.post(
            "/accounts/login/",
            {"login": f"p{n}@example.com", "password": "wrong"},
            HTTP_X_FORWARDED_FOR=f"9.9.{n}.9",
        ).status_code
        for n in range(11)
    ]

    assert statuses[:10] == [422] * 10
    assert statuses[10] == 429


def test_a_second_factor_cannot_be_guessed(client, person):
    TOTP.activate(person, SECRET)
    sign_in(client, person)
    codes = [
        client.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code
        for _try in range(6)
    ]

    assert codes == [422] * 5 + [429]


def test_admin_is_no_second_door(client, person):
    for _try in range(12):
        answer = client.post("/admin/login/", {"username": person.email, "password": PASSWORD})
        assert answer["Location"].startswith("/accounts/login/?next=")

    assert not is_signed_in(client)


def test_no_more_than_5_mails_an_hour_to_one_address(person):
    for _n in range(4):
        forget_limits()
        Client().post("/accounts/password/reset/", {"email": person.email})
        Client().post("/accounts/login/code/", {"email": person.email.upper()})

    assert Message.objects.filter(recipient=person.email).count() == 5


def test_no_more_than_20_sign_ups_a_minute_from_one_address(client):
    codes = [sign_up(client, "no address").status_code for _n in range(21)]

    assert codes == [422] * 20 + [429]


def reset(client, person):
    return client.post("/accounts/password/reset/", {"email": person.email})


def ask_for_code(client, person):
    return client.post("/accounts/login/code/", {"email": person.email})


def change_password(client, _person):
    return client.post("/accounts/password/change/", {"oldpassword": "wrong"})


def change_address(client, _person):
    return client.post("/accounts/email/", {"email": "not an address", "action_add": ""})


def prove(client, _person):
    return client.post("/accounts/reauthenticate/", {"password": "wrong"})


LIMITS = [
    (reset, Client, 5),
    (ask_for_code, Client, 3),
    (change_password, signed_in, 5),
    (change_address, signed_in, 5),
    (prove, signed_in, 5),
]


@pytest.mark.parametrize(("act", "browser", "free"), LIMITS)
def test_each_form_has_a_limit_and_says_when_to_come_back(person, act, browser, free):
    client = browser() if browser is Client else browser(person)
    if act is change_address:
        prove_again(client)
    answers = []
    for _try in range(free + 1):
        answers.append(act(client, person))
        if browser is Client:
            client.cookies.clear()

    assert [answer.status_code for answer in answers[:free]].count(429) == 0
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) in {60, 300}


def test_the_page_of_a_limit_keeps_what_was_typed(client):
    for n in range(21):
        answer = client.post(
            "/accounts/signup/?next=/wallet/",
            {"email": f"p{n}@", "name": "Amara <b>", "password1": PASSWORD, "terms": "on"},
        )

    assert answer.status_code == 429
    assert "Too many tries" in answer.text
    assert "Wait a few minutes" in answer.text
    assert 'action="/accounts/signup/?next=/wallet/"' in answer.text
    assert '<input type="hidden" name="email" value="p20@">' in answer.text
    assert '<input type="hidden" name="name" value="Amara &lt;b&gt;">' in answer.text
    assert PASSWORD not in answer.text


def test_an_emptied_broker_lifts_no_limit(client, person, settings):
    """Limits are counted in the database; there is no broker to ask."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    for _try in range(5):
        sign_in(client, person, "wrong")

    assert sign_in(client, person).status_code == 429
