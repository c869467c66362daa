"""What the portal promises about signing in (promises A1, A3 to A9, D5)."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from outbox.models import Message
from tests.factories.accounts import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "quiet harbor lantern nine"
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "http:evil.example",
    "http:///evil.example",
    "https:/evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "https://testserver@evil.example/",
    "https://testserver.evil.example/",
    " //evil.example",
]


@pytest.fixture(autouse=True)
def _no_limit_of_another_test():
    cache.clear()


@pytest.fixture
def person():
    user = UserFactory(password=PASSWORD)
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    return user


def sign_in(client, user, password=PASSWORD, **extra):
    return client.post("/accounts/login/", {"login": user.email, "password": password}, **extra)


def told(response):
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.text)
    return response.status_code, response.get("Location"), re.sub(r"[\w.]+@example\.com", "@", text)


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/accounts/login/", {"login": "@", "password": "wrong wrong wrong"}),
        ("/accounts/password/reset/", {"email": "@"}),
        ("/accounts/login/code/", {"email": "@"}),
    ],
)
def test_known_and_unknown_addresses_get_the_same_answer(client, person, address, fields):
    answers = []
    for email in (person.email, "nobody@example.com"):
        cache.clear()
        client.cookies.clear()
        filled = {name: value.replace("@", email) for name, value in fields.items()}
        answers.append(told(client.post(address, filled)))
        follow = client.get(answers[-1][1]) if answers[-1][1] else None
        answers[-1] += told(follow) if follow else ()

    assert answers[0] == answers[1]


def sign_up(client, email, **extra):
    fields = {"email": email, "name": "Amara Nwosu", "password1": PASSWORD, "terms": "on"}
    return client.post("/accounts/signup/", {**fields, "time_zone": "Africa/Lagos"}, **extra)


def test_sign_up_with_a_known_address_looks_like_any_other(client, person):
    answers = []
    for email in (person.email, "nobody@example.com"):
        cache.clear()
        client.cookies.clear()
        answers.append(told(sign_up(client, email)))

    assert answers[0] == answers[1]
    assert answers[0][0] == 302


def test_the_6th_try_is_refused_from_whatever_address(client, person):
    for n in range(5):
        sign_in(
            client, person, "wrong", REMOTE_ADDR=f"10.0.0.{n}", HTTP_X_FORWARDED_FOR=f"9.9.9.{n}"
        )

    response = sign_in(client, person, REMOTE_ADDR="10.0.1.1", HTTP_X_FORWARDED_FOR="8.8.8.8")

    assert "_auth_user_id" not in client.session
    assert response.status_code in {200, 429}


def test_no_more_than_5_mails_an_hour_to_one_address(client, person):
    for _n in range(4):
        cache.clear()  # as if minutes had passed
        Client().post("/accounts/password/reset/", {"email": person.email})
        Client().post("/accounts/login/code/", {"email": person.email})

    assert Message.objects.filter(recipient=person.email).count() == 5


def test_mails_name_the_portals_own_address(client, person, settings):
    settings.SITE_URL = "https://portal.example"
    settings.ALLOWED_HOSTS = ["*"]
    for email in (person.email, "nobody@example.com"):
        for page in ("password/reset", "login/code"):
            Client().post(f"/accounts/{page}/", {"email": email}, HTTP_HOST="other.example")
    sign_up(Client(), person.email, HTTP_HOST="other.example")

    bodies = [message.body for message in Message.objects.all()]
    assert len(bodies) == 5
    assert [body for body in bodies if "other.example" in body] == []


def test_a_link_for_a_new_password_works_for_an_hour(client, person):
    client.post("/accounts/password/reset/", {"email": person.email})
    link = re.search(r"/accounts/password/reset/key/\S+", Message.objects.get().body)[0]

    assert "password1" in client.get(link, follow=True).text
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        assert "This link no longer works" in Client().get(link, follow=True).text


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/accounts/password/change/", "Change your password"),
        ("/accounts/email/", "Your email address"),
        ("/accounts/2fa/", "Second factor"),
    ],
)
def test_a_library_speaks_in_our_words(client, address, words):
    client.force_login(UserFactory())

    assert re.search(rf"<h1[^>]*>\s*{words}\s*</h1>", client.get(address).text)


def test_a_changed_password_is_told_in_our_words(client, person):
    sign_in(client, person)
    client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": PASSWORD + " new", "password2": PASSWORD + " new"},
    )

    mail = Message.objects.get()
    assert mail.subject == "Your password was changed"
    assert "It was not you? Choose a new password at once, and write to us." in mail.body


def test_no_more_than_20_sign_ups_a_minute_from_one_address(client):
    codes = [
        client.post("/accounts/signup/", {"email": f"p{n}@example.com"}).status_code
        for n in range(21)
    ]

    assert codes[-1] == 429


def test_session_id_changes_at_sign_in(client, person):
    client.get("/accounts/login/")
    client.cookies["sessionid"] = "chosenbysomebodyelse1234567890ab"
    sign_in(client, person)

    assert client.session["_auth_user_id"]
    assert client.cookies["sessionid"].value != "chosenbysomebodyelse1234567890ab"


def test_a_new_password_signs_out_everywhere_else(client, person):
    other = Client()
    sign_in(client, person)
    sign_in(other, person)
    before = client.cookies["sessionid"].value
    response = client.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": PASSWORD + " new", "password2": PASSWORD + " new"},
    )

    assert response.status_code == 302, response.text
    assert other.get("/accounts/email/").status_code == 302
    assert client.get("/accounts/email/").status_code == 200
    assert client.cookies["sessionid"].value != before


def test_a_recovery_code_works_once(client, person):
    TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    code = RecoveryCodes.activate(person).get_unused_codes()[0]
    for worked in (True, False):
        client.logout()
        cache.clear()
        sign_in(client, person)
        client.post("/accounts/2fa/authenticate/", {"code": code})
        assert ("_auth_user_id" in client.session) is worked


@pytest.mark.parametrize(
    "weak",
    [
        "password1234",
        "Rotation2027!",
        "wardlight12345",
        "short",
        "amaranwosu12",
        "wardlight-2027",
        "clinic-clinic",
    ],
)
def test_weak_passwords_are_refused(client, weak):
    response = client.post(
        "/accounts/signup/",
        {"email": "amaranwosu@example.com", "name": "Amara Nwosu", "password1": weak},
    )

    assert 'id="id_password1_error"' in response.text or "password1" in str(
        response.context["form"].errors
    )


@pytest.mark.parametrize("long", ["x7 " * 42, "ключ замок дождь река 🔑"])
def test_long_passwords_of_any_kind_are_taken(client, long):
    response = client.post(
        "/accounts/signup/", {"email": "a@example.com", "password1": long.strip()}
    )

    assert "password1" not in response.context["form"].errors


def test_get_signs_nobody_out(client, person):
    sign_in(client, person)
    client.get("/accounts/logout/")

    assert "_auth_user_id" in client.session


def test_staff_without_second_factor_are_sent_to_set_one_up(client):
    client.force_login(StaffFactory())

    response = client.get("/admin/")

    assert response["Location"] == "/accounts/2fa/"
    assert client.get("/accounts/2fa/").status_code == 200


def test_admin_is_no_second_door(client):
    response = client.post("/admin/login/?next=/admin/", {"username": "x", "password": "y"})

    assert response["Location"].startswith("/accounts/login/?next=")


def test_the_admin_changes_passwords_where_everybody_does(staff_client):
    response = staff_client.get("/admin/password_change/")

    assert response["Location"] == "/accounts/password/change/"


@pytest.mark.parametrize("target", ELSEWHERE)
def test_sign_in_sends_nobody_off_the_site(client, person, target):
    response = client.post(
        "/accounts/login/", {"login": person.email, "password": PASSWORD, "next": target}
    )

    assert response.status_code == 302
    assert response["Location"].startswith("/")
    assert not response["Location"].startswith(("//", "/\\"))


def test_sign_in_goes_where_she_came_from(client, person):
    response = client.post(
        "/accounts/login/?next=/wallet/",
        {"login": person.email, "password": PASSWORD, "next": "/wallet/"},
    )

    assert response["Location"] == "/wallet/"
