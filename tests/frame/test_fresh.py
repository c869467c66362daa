"""What changes an account asks for its owner once more, and tells her (promise A11)."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.utils import timezone

from outbox.models import Message
from tests.frame.signing import (
    PASSWORD,
    SECRET,
    code_to,
    forget_limits,
    is_signed_in,
    prove_again,
    signed_in,
)

pytestmark = pytest.mark.django_db


def address(client):
    return client.post("/accounts/email/", {"email": "new@example.com", "action_add": ""})


def set_up_an_app(client):
    return client.get("/accounts/2fa/totp/activate/")


def add_a_passkey(client):
    return client.get("/accounts/2fa/webauthn/add/")


def protected(act):
    def with_an_app(client):
        user = client.get("/profile/").wsgi_request.user
        if not Authenticator.objects.exists():
            TOTP.activate(user, SECRET)
            RecoveryCodes.activate(user)
        return act(client)

    with_an_app.__name__ = act.__name__
    return with_an_app


@protected
def take_the_app_away(client):
    return client.post("/accounts/2fa/totp/deactivate/")


@protected
def new_recovery_codes(client):
    return client.post("/accounts/2fa/recovery-codes/generate/")


@protected
def see_recovery_codes(client):
    return client.get("/accounts/2fa/recovery-codes/")


ACTS = [address, set_up_an_app, add_a_passkey, take_the_app_away, new_recovery_codes,
        see_recovery_codes]  # fmt: skip


def is_asked(answer):
    return answer.get("Location", "").startswith("/accounts/reauthenticate/")


@pytest.mark.parametrize("act", ACTS)
def test_a_sign_in_alone_is_not_enough(person, act):
    assert is_asked(act(signed_in(person)))


@pytest.mark.parametrize("act", ACTS)
def test_a_proof_counts_for_five_minutes(person, act):
    client = signed_in(person)
    start = timezone.now()
    prove_again(client)
    with time_machine.travel(start + timedelta(minutes=4, seconds=50), tick=False):
        assert not is_asked(act(client))
    with time_machine.travel(start + timedelta(minutes=5, seconds=10), tick=False):
        forget_limits()
        assert is_asked(act(client))


def test_a_new_password_asks_for_the_old_one(person):
    new = PASSWORD + " new"
    client = signed_in(person)
    fields = {"oldpassword": "wrong", "password1": new, "password2": new}

    assert client.post("/accounts/password/change/", fields).status_code == 422

    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_a_proof_of_one_session_is_none_of_another(person):
    prove_again(signed_in(person))

    assert is_asked(address(signed_in(person)))


TOLD = {
    "password": ("/accounts/password/change/",
                 {"oldpassword": PASSWORD, "password1": PASSWORD + " x", "password2": PASSWORD + " x"}),
    "app gone": ("/accounts/2fa/totp/deactivate/", {}),
    "new codes": ("/accounts/2fa/recovery-codes/generate/", {}),
}  # fmt: skip


@pytest.mark.parametrize("what", TOLD)
def test_she_is_told_by_mail(person, what, django_capture_on_commit_callbacks):
    client = signed_in(person)
    prove_again(client)
    TOTP.activate(person, SECRET)
    RecoveryCodes.activate(person)
    page, fields = TOLD[what]

    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(page, fields).status_code == 302

    mails = Message.objects.filter(recipient=person.email)
    assert mails.exists()
    assert all("It was not you?" in mail.body for mail in mails)


@pytest.fixture
def without_password(person):
    """She signs in by codes, or elsewhere."""
    person.set_unusable_password()
    person.save()
    return person


def come_by_code(client, person):
    client.post("/accounts/login/code/", {"email": person.email})
    client.post("/accounts/login/code/confirm/", {"code": code_to(person.email)})
    assert is_signed_in(client)


FREE = [address, set_up_an_app, add_a_passkey,
        lambda client: client.get("/accounts/password/set/")]  # fmt: skip


@pytest.mark.parametrize("act", FREE)
def test_who_has_no_password_signs_in_anew(without_password, act):
    client = Client()
    come_by_code(client, without_password)
    assert "login/code" not in act(client).get("Location", "")

    with time_machine.travel(timezone.now() + timedelta(minutes=5, seconds=5), tick=False):
        forget_limits()
        assert act(client)["Location"].startswith("/accounts/login/code/?next=%2Faccounts")
        assert not is_signed_in(client)
