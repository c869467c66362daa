"""What tests of signing in do over and over."""

import re
import time

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client

from outbox.models import Message
from tests.factories.accounts import UserFactory

PASSWORD = "quiet harbor lantern nine"
SECRET = "JBSWY3DPEHPK3PXP"
CODE = re.compile(r"^([A-Z0-9]{4,}(?:-[A-Z0-9]+)*)$", re.MULTILINE)


def make_person(**facts):
    """Somebody with a password and an address that is proved to be hers."""
    user = UserFactory(password=PASSWORD, **facts)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def sign_in(client, user, password=PASSWORD, **extra):
    return client.post("/accounts/login/", {"login": user.email, "password": password}, **extra)


def signed_in(user) -> Client:
    client = Client()
    assert sign_in(client, user).status_code == 302
    assert is_signed_in(client)
    return client


def is_signed_in(client) -> bool:
    return client.get("/profile/").status_code == 200


def sign_up(client, email, **extra):
    fields = {"email": email, "name": "Amara Nwosu", "password1": PASSWORD, "terms": "on"}
    return client.post("/accounts/signup/", {**fields, "time_zone": "Africa/Lagos"}, **extra)


def prove_again(client):
    """Give the password once more, as is asked before something about the account changes."""
    answer = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert answer.status_code == 302, answer.text


def code_to(address) -> str:
    """The code of the last mail to this address."""
    return CODE.search(Message.objects.filter(recipient=address).first().body)[1]


def code_now() -> str:
    """What an authenticator app shows for ``SECRET``."""
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30))


def told(response):
    """What somebody without an account can compare: all but tokens and the address she gave."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.text)
    return response.status_code, response.get("Location"), re.sub(r"[\w.]+@example\.com", "@", text)


def forget_limits():
    """As if an hour had passed."""
    cache.clear()
