"""The frame itself: colours that people choose, and pages for what went wrong."""

from base64 import b64encode
from hashlib import sha256

import pytest
from allauth.account.models import EmailAddress
from django.test import Client, RequestFactory

from config.errors import server_error
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db


def test_a_chosen_theme_stays_until_the_device_decides_again(client):
    response = client.post("/theme/", {"theme": "dark", "next": "/guides/"})

    assert response.headers["Location"] == "/guides/"
    assert 'data-bs-theme="dark"' in client.get("/guides/").text

    client.post("/theme/", {"theme": "system", "next": "/guides/"})

    assert "data-bs-theme" not in client.get("/guides/").text


@pytest.mark.parametrize(
    "back",
    ["https://evil.example/", "//evil.example", "javascript:x", "guides", "guides:index", ""],
)
def test_theme_sends_nobody_off_the_site(client, back):
    response = client.post("/theme/", {"theme": "dark", "next": back})

    assert response.headers["Location"] == "/"


def test_theme_takes_no_other_word(client):
    assert client.post("/theme/", {"theme": '"><b>'}).status_code == 400
    client.cookies["theme"] = "x"
    assert "data-bs-theme" not in client.get("/guides/").text


def test_theme_changes_by_post_alone(client):
    response = client.get("/theme/?theme=dark&next=/guides/")

    assert response.status_code == 200
    assert 'name="next" value="/guides/"' in response.text
    assert "theme" not in response.cookies


@pytest.mark.parametrize("address", ["/", "/rotations/", "/specialties/", "/states/", "/guides/"])
def test_a_public_page_sets_no_cookie(address):
    """Nor a form's key: what everybody gets alike may be kept by a cache."""
    response = Client().get(address)

    assert response.status_code == 200
    assert not response.cookies


def test_style_sheet_carries_the_installations_colour(client, settings):
    settings.PORTAL = settings.PORTAL | {"brand": "#123456", "brand_dark": ""}

    response = client.get("/theme.css")

    assert response.headers["Content-Type"] == "text/css"
    assert "--brand:light-dark(#123456,#123456)" in response.text


def test_not_found_offers_a_search_under_the_strict_policy(client):
    response = client.get("/no/such/page/")

    assert response.status_code == 404
    assert 'role="search"' in response.text
    assert "object-src 'none'" in response.headers["Content-Security-Policy"]


def test_a_form_from_elsewhere_is_refused_on_a_page_of_ours():
    response = Client(enforce_csrf_checks=True).post("/theme/", {"theme": "dark"})

    assert response.status_code == 403
    assert "Please send this form again" in response.text


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/login/",
        "/accounts/signup/",
        "/accounts/login/code/",
        "/accounts/password/reset/",
    ],
)
def test_account_pages_wear_the_frame(client, address):
    text = client.get(address).text

    assert 'class="site-head"' in text
    assert text.count("<h1") == 1
    assert 'class="form-control"' in text


def test_a_refused_sign_in_says_error_and_keeps_the_address(client):
    response = client.post("/accounts/login/", {"login": "nobody@x.example", "password": "wrong"})

    assert "<title>Error: " in response.text
    assert 'class="errsum" role="alert" tabindex="-1" autofocus' in response.text
    assert 'value="nobody@x.example"' in response.text


def test_sign_in_with_a_second_factor_asks_for_the_code(client, second_factor):
    user = second_factor(UserFactory(password="a long enough phrase"))
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )

    response = client.post(
        "/accounts/login/", {"login": user.email, "password": "a long enough phrase"}, follow=True
    )

    assert "Enter your code" in response.text
    assert "placeholder" not in response.text


def test_sessions_are_listed_in_words(client):
    client.force_login(UserFactory())

    text = client.get("/accounts/sessions/").text

    assert "Where you are signed in" in text


def test_changing_an_account_asks_who_it_is(client):
    client.force_login(UserFactory())

    text = client.get("/accounts/2fa/totp/activate/", follow=True).text

    assert text.count("<h1") == 1
    assert "Is it you?" in text


def test_what_broke_is_said_in_a_page_that_brings_its_own_style():
    answer = server_error(RequestFactory().get("/"))

    style = answer.text.partition("<style>")[2].partition("</style>")[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert answer.status_code == 500
    assert f"style-src 'sha256-{digest}'" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_the_picture_that_browsers_ask_for_is_the_brand(client):
    response = client.get("/favicon.ico")

    assert response.headers["Location"].endswith(".ico")
