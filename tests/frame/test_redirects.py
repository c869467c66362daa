"""No parameter makes a redirect off the site (promise D5)."""

from urllib.parse import urlsplit

import pytest
from django.test import Client

from tests.factories.accounts import LearnerFactory, PreceptorFactory
from tests.frame.signing import PASSWORD, make_person, prove_again, signed_in

pytestmark = pytest.mark.django_db
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
NAMES = ("next", "url", "redirect", "return_to", "continue")


def stays_here(response) -> bool:
    location = response.get("Location", "/")
    parts = urlsplit(location)
    return (
        not parts.scheme
        and not parts.netloc
        and location.startswith("/")
        and not location.startswith(("//", "/\\"))
    )


def sign_in_page(facts):
    person = make_person()
    return Client().post("/accounts/login/", {"login": person.email, "password": PASSWORD, **facts})


def sign_in_link(facts):
    return signed_in(make_person()).get("/accounts/login/", facts)


def sign_up(facts):
    fields = {"email": "a@example.com", "name": "Amara", "password1": PASSWORD, "terms": "on"}
    return Client().post("/accounts/signup/", {**fields, **facts})


def sign_out(facts):
    return signed_in(make_person()).post("/accounts/logout/", facts)


def prove(facts):
    client = signed_in(make_person())
    return client.post("/accounts/reauthenticate/", {"password": PASSWORD, **facts})


def prove_for_an_address(facts):
    client = signed_in(make_person())
    prove_again(client)
    return client.post("/accounts/email/", {"email": "b@example.com", "action_add": "", **facts})


def change_password(facts):
    client, new = signed_in(make_person()), PASSWORD + " new"
    fields = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    return client.post("/accounts/password/change/", {**fields, **facts})


def ask_for_code(facts):
    return Client().post("/accounts/login/code/", {"email": make_person().email, **facts})


def ask_for_reset(facts):
    return Client().post("/accounts/password/reset/", {"email": make_person().email, **facts})


def profile(facts):
    client = Client()
    client.force_login(LearnerFactory().user)
    return client.post("/profile/", {"name": "Amara Nwosu", **facts})


def not_now(facts):
    client = Client()
    client.force_login(PreceptorFactory().user)
    return client.post("/profile/second-factor/later/", facts)


def theme(facts):
    return Client().post("/theme/", {"theme": "dark", **facts})


def theme_with_referrer(facts):
    return Client().post("/theme/", {"theme": "dark"}, HTTP_REFERER=facts["next"])


def admin_door(facts):
    return Client().get("/admin/login/", facts)


def admin_page(facts):
    return Client().get("/admin/", facts)


def private_page(facts):
    return Client().get("/wallet/", facts)


def dashboard(facts):
    client = Client()
    client.force_login(LearnerFactory().user)
    return client.get("/dashboard/", facts)


PAGES = [sign_in_page, sign_in_link, sign_up, sign_out, prove, prove_for_an_address,
         change_password, ask_for_code, ask_for_reset, profile, not_now, theme,
         theme_with_referrer, admin_door, admin_page, private_page, dashboard]  # fmt: skip


@pytest.mark.parametrize("target", ELSEWHERE)
@pytest.mark.parametrize("way", PAGES)
def test_nobody_is_sent_off_the_site(way, target):
    response = way(dict.fromkeys(NAMES, target))

    assert stays_here(response), response["Location"]


def test_a_way_on_the_site_is_gone(client):
    person = make_person()

    response = client.post(
        "/accounts/login/?next=/wallet/",
        {"login": person.email, "password": PASSWORD, "next": "/wallet/"},
    )

    assert response["Location"] == "/wallet/"
