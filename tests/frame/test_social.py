"""Signing in with an account elsewhere: ready by settings, absent without (promise A12)."""

import importlib
import os
import subprocess
import sys

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client
from django.urls import NoReverseMatch, clear_url_caches, reverse

from accounts.kinds import ConsentKind
from accounts.models import User
from config import doors, urls
from outbox.models import Message
from script.local import installation
from tests.frame import provider as elsewhere
from tests.frame.signing import (
    PASSWORD,
    SECRET,
    code_to,
    is_signed_in,
    make_person,
    prove_again,
    sign_in,
    sign_up,
    signed_in,
)

pytestmark = pytest.mark.django_db
BEGIN = "/accounts/oidc/elsewhere/login/"
AMARA = {"sub": "42", "email": "amara@example.com", "name": "Amara Nwosu"}
FACTS = {"email": "amara@example.com", "name": "Amara O'Nwosu", "terms": "on"}


def reread_urls():
    for module in (doors, urls):
        importlib.reload(module)
    clear_url_caches()


@pytest.fixture
def provider(settings):
    with elsewhere.running() as server:
        settings.SOCIALACCOUNT_PROVIDERS = server.settings()
        reread_urls()
        yield server
    settings.SOCIALACCOUNT_PROVIDERS = {}
    reread_urls()


def come(client, provider, person, **facts):
    provider.person = {**person, **facts}
    return provider.come_back(client, client.post(BEGIN))


def test_without_settings_there_is_no_button_and_no_way(client):
    assert "Go on with" not in client.get("/accounts/login/").text
    assert "Go on with" not in client.get("/accounts/signup/").text
    for page in (
        BEGIN,
        "/accounts/3rdparty/",
        "/accounts/3rdparty/signup/",
        "/accounts/google/login/",
    ):
        assert client.get(page).status_code == 404
        assert client.post(page).status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("socialaccount_connections")


def test_with_settings_there_are_both(client, provider):
    assert "Go on with Elsewhere" in client.get("/accounts/login/").text
    assert "Go on with Elsewhere" in client.get("/accounts/signup/").text
    assert client.post(BEGIN)["Location"].startswith(f"{provider.url}/authorize?")


SHOW = """
import django; django.setup()
from django.test import Client
from django.conf import settings
print(settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"])
print(sorted(settings.SOCIALACCOUNT_PROVIDERS))
for name in ("google", "microsoft"):
    from django.urls import reverse
    print(reverse(f"{name}_login"))
"""


def test_three_providers_are_ready():
    names = ("GOOGLE", "MICROSOFT", "LINKEDIN")
    given = {f"{name}_{part}": "x" for name in names for part in ("CLIENT_ID", "CLIENT_SECRET")}
    shown = subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=installation.ROOT,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings.dev", **given},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    assert "https://accounts.google.com" in shown[0]
    assert "https://login.microsoftonline.com" in shown[0]
    assert "https://www.linkedin.com" in shown[0]
    assert shown[1] == "['google', 'microsoft', 'openid_connect']"
    assert shown[2:] == ["/accounts/google/login/", "/accounts/microsoft/login/"]


def test_a_new_person_is_asked_for_name_and_consent(client, provider):
    answer = come(client, provider, AMARA, email_verified=True)
    assert answer["Location"] == "/accounts/3rdparty/signup/"
    page = client.get(answer["Location"])
    assert page.context["form"].initial["name"] == "Amara Nwosu"
    assert not User.objects.exists()

    assert client.post("/accounts/3rdparty/signup/", {**FACTS, "terms": ""}).status_code == 422
    assert not User.objects.exists()
    client.post("/accounts/3rdparty/signup/", FACTS)

    amara = User.objects.get()
    assert (amara.name, amara.email, amara.is_staff) == ("Amara O'Nwosu", AMARA["email"], False)
    assert {consent.kind for consent in amara.consents.all()} == {
        ConsentKind.TERMS,
        ConsentKind.PRIVACY,
    }
    assert is_signed_in(client)


@pytest.mark.parametrize("claim", [{}, {"email_verified": False}])
def test_an_address_that_the_provider_did_not_verify_is_proved_here(client, provider, claim):
    come(client, provider, AMARA, **claim)

    answer = client.post("/accounts/3rdparty/signup/", FACTS)

    assert answer["Location"] == "/accounts/confirm-email/"
    assert not is_signed_in(client)
    client.post("/accounts/confirm-email/", {"code": code_to(AMARA["email"])})
    assert is_signed_in(client)


def test_another_address_than_the_provider_verified_is_not_signed_in_by_it(client, provider):
    come(client, provider, AMARA, email_verified=True)
    client.post("/accounts/3rdparty/signup/", {**FACTS, "email": "victim@example.com"})

    victim = EmailAddress.objects.filter(email="victim@example.com").first()
    assert victim is None or not victim.verified


def test_an_address_verified_on_both_sides_is_hers(client, provider):
    owner = make_person(email=AMARA["email"])

    come(client, provider, AMARA, email_verified=True)

    assert is_signed_in(client)
    assert client.get("/profile/").wsgi_request.user == owner
    assert SocialAccount.objects.get().user == owner
    assert Message.objects.filter(recipient=owner.email).count() == 1


@pytest.mark.parametrize("claim", [{}, {"email_verified": False}])
def test_an_unverified_claim_takes_no_account_over(client, provider, claim):
    owner = make_person(email=AMARA["email"])

    come(client, provider, AMARA, **claim)
    answer = client.post("/accounts/3rdparty/signup/", FACTS)

    assert answer["Location"] == "/accounts/confirm-email/"
    assert not is_signed_in(client)
    assert not SocialAccount.objects.exists()
    assert User.objects.get() == owner
    assert "already have an account" in Message.objects.get().subject


def test_an_address_that_nobody_proved_here_is_not_joined(client, provider):
    sign_up(Client(), AMARA["email"])
    squatted = User.objects.get()

    come(client, provider, AMARA, email_verified=True)
    client.post("/accounts/3rdparty/signup/", FACTS)

    assert not is_signed_in(client)
    assert not SocialAccount.objects.exists()
    squatted.refresh_from_db()
    assert squatted.last_login is None


def test_known_and_new_addresses_are_answered_alike(client, provider):
    make_person(email="known@example.com")
    answers = []
    for n, email in enumerate(("known@example.com", "new@example.com")):
        browser = Client()
        come(browser, provider, AMARA, sub=str(n), email=email)
        answer = browser.post("/accounts/3rdparty/signup/", {**FACTS, "email": email})
        answers.append((answer.status_code, answer["Location"]))

    assert answers[0] == answers[1]


def test_the_second_factor_is_asked_for(client, provider):
    owner = make_person(email=AMARA["email"])
    TOTP.activate(owner, SECRET)

    answer = come(client, provider, AMARA, email_verified=True)

    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert not is_signed_in(client)


def test_a_closed_account_stays_closed(client, provider):
    owner = make_person(email=AMARA["email"])
    come(client, provider, AMARA, email_verified=True)
    client.post("/accounts/logout/")
    User.objects.filter(pk=owner.pk).update(is_active=False)

    come(client, provider, AMARA, email_verified=True)

    assert not is_signed_in(client)


def test_an_account_elsewhere_is_added_after_a_proof(provider):
    owner = make_person(email="owner@example.com")
    client = signed_in(owner)
    provider.person = AMARA
    begun = client.post(f"{BEGIN}?process=connect")
    assert provider.come_back(client, begun)["Location"] == "/accounts/reauthenticate/"
    assert not SocialAccount.objects.exists()

    prove_again(client)

    assert SocialAccount.objects.get().user == owner
    assert Message.objects.filter(recipient=owner.email).count() == 1
    come_again = Client()
    come(come_again, provider, AMARA)
    assert is_signed_in(come_again)


def test_nothing_of_theirs_that_opens_doors_is_kept(client, provider):
    come(client, provider, AMARA, email_verified=True)
    client.post("/accounts/3rdparty/signup/", FACTS)

    assert not SocialToken.objects.exists()


def test_a_foreign_answer_is_none_of_hers(client, provider):
    """State of another browser: nobody is signed in by a link somebody sent."""
    provider.person = {**AMARA, "email_verified": True}
    begun = Client().post(BEGIN)

    answer = provider.come_back(client, begun)

    assert answer.status_code in {200, 401, 403}
    assert not is_signed_in(client)
    assert not User.objects.exists()


def test_a_provider_that_is_away_is_told_in_plain_words(client, settings, provider):
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = (
        "http://127.0.0.1:1"
    )

    answer = client.post(BEGIN)

    assert answer.status_code == 503
    assert "That did not work" in answer.text


def test_the_password_works_as_before(client, provider):
    owner = make_person(email=AMARA["email"])
    come(client, provider, AMARA, email_verified=True)
    client.post("/accounts/logout/")

    assert sign_in(client, owner, PASSWORD).status_code == 302
    assert is_signed_in(client)
