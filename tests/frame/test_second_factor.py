"""Staff act only with a second factor; preceptors are offered one (promise A4)."""

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import NoReverseMatch, reverse

from config.middleware import StaffSecondFactor
from tests.factories.accounts import PreceptorFactory, StaffFactory
from tests.frame.signing import (
    SECRET,
    code_now,
    forget_limits,
    is_signed_in,
    make_person,
    prove_again,
    sign_in,
    signed_in,
)
from tests.test_access import names

pytestmark = pytest.mark.django_db
SET_UP = "/accounts/2fa/"


def reachable(client):
    """Every page without arguments that shows something, or sends elsewhere than to set one up."""
    found = set()
    for name in names():
        try:
            address = reverse(name)
        except NoReverseMatch:
            continue
        answer = client.get(address)
        if answer.get("Location") != SET_UP:
            found.add(address)
    return found


def test_staff_without_one_reach_no_page_but_those_to_set_one_up(client):
    client.force_login(StaffFactory())

    beyond = {
        page for page in reachable(client) if not page.startswith(StaffSecondFactor.OPEN_PATHS)
    }

    assert beyond == set()
    assert not any(
        page.startswith(StaffSecondFactor.OPEN_PATHS)
        for page in ("/accounts/email/", "/accounts/password/change/", "/accounts/sessions/", "/")
    )
    assert client.get(SET_UP).status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_staff_without_one_change_nothing(client, method):
    client.force_login(StaffFactory())

    assert getattr(client, method)("/profile/", {"name": "X"})["Location"] == SET_UP


def test_recovery_codes_alone_are_none(client):
    staff = StaffFactory()
    RecoveryCodes.activate(staff)
    client.force_login(staff)

    assert client.get("/admin/")["Location"] == SET_UP


def test_who_becomes_staff_needs_one_on_the_next_request(person):
    client = signed_in(person)
    type(person).objects.filter(pk=person.pk).update(is_staff=True)

    assert client.get("/profile/")["Location"] == SET_UP


def test_staff_set_one_up_and_go_on():
    staff = make_person(is_staff=True, is_superuser=True)
    client = signed_in_staff(staff)
    page = client.get("/accounts/2fa/totp/activate/")
    prove_again(client)
    page = client.get("/accounts/2fa/totp/activate/")
    secret = re.search(r"\b[A-Z2-7]{32}\b", page.text)[0]

    from allauth.mfa.totp.internal import auth  # noqa: PLC0415

    code = auth.format_hotp_value(
        auth.hotp_value(secret, next(iter(auth.yield_hotp_counters_from_time())))
    )
    client.post("/accounts/2fa/totp/activate/", {"code": code})

    assert client.get("/admin/").status_code == 200
    assert set(Authenticator.objects.values_list("type", flat=True)) == {"totp", "recovery_codes"}


def signed_in_staff(staff):
    client = Client()
    assert sign_in(client, staff).status_code == 302
    return client


def by_password(client, user):
    return sign_in(client, user)


def by_code(client, user):
    from tests.frame.signing import code_to  # noqa: PLC0415

    client.post("/accounts/login/code/", {"email": user.email})
    return client.post("/accounts/login/code/confirm/", {"code": code_to(user.email)})


@pytest.mark.parametrize("way", [by_password, by_code])
def test_every_way_in_asks_for_it(client, person, way):
    TOTP.activate(person, SECRET)

    assert way(client, person)["Location"] == "/accounts/2fa/authenticate/"
    assert not is_signed_in(client)


def test_a_code_of_the_app_works_once(client, person):
    TOTP.activate(person, SECRET)
    code = code_now()
    for worked in (True, False):
        client.logout()
        Client().get("/")
        sign_in(client, person)
        client.post("/accounts/2fa/authenticate/", {"code": code})
        assert is_signed_in(client) is worked


def test_a_recovery_code_works_once(client, person):
    TOTP.activate(person, SECRET)
    code = RecoveryCodes.activate(person).get_unused_codes()[0]
    for worked in (True, False):
        client.logout()
        forget_limits()
        sign_in(client, person)
        client.post("/accounts/2fa/authenticate/", {"code": code})
        assert is_signed_in(client) is worked


def test_nothing_in_the_table_opens_an_account(person):
    """Encrypted with a key that is not in the database: docs/adr/0014."""
    TOTP.activate(person, SECRET)
    codes = RecoveryCodes.activate(person).get_unused_codes()

    rows = str(list(Authenticator.objects.values_list("data", flat=True)))

    assert [secret for secret in (SECRET, *codes) if secret in rows] == []


@pytest.fixture
def helen(client):
    profile = PreceptorFactory()
    client.force_login(profile.user)
    return profile.user


def test_a_preceptor_is_offered_one_and_may_say_not_now(client, helen):
    assert "Protect your account" in client.get("/inbox/").text

    answer = client.post("/profile/second-factor/later/", {"next": "/inbox/"})

    assert answer["Location"] == "/inbox/"
    assert "Protect your account" not in client.get("/inbox/").text


def test_a_preceptor_who_has_one_is_not_offered_another(client, helen):
    TOTP.activate(helen, SECRET)

    assert "Protect your account" not in client.get("/inbox/").text
