"""What the library's pages and mails of accounts say, and where they lead."""

import re

import pytest
from django.test import Client

from outbox.models import Message
from tests.factories.accounts import UserFactory
from tests.frame.signing import PASSWORD, sign_in, sign_up

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/accounts/password/change/", "Change your password"),
        ("/accounts/email/", "Your e-mail address"),
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


def test_the_admin_changes_passwords_where_everybody_does(staff_client):
    response = staff_client.get("/admin/password_change/")

    assert response["Location"] == "/accounts/password/change/"


@pytest.mark.parametrize("who", ["nobody", "somebody"])
@pytest.mark.parametrize(
    "page", ["login/", "signup/", "password/reset/", "login/code/", "email/", "2fa/"]
)
def test_it_is_e_mail_on_every_page(client, who, page):
    if who == "somebody":
        client.force_login(UserFactory())

    for answer in (client.get(f"/accounts/{page}"), client.post(f"/accounts/{page}", {})):
        seen = re.sub(r"<[^>]+>|[\w.]+@[\w.]+", " ", answer.text)
        assert re.findall(r"[^.>]*\b[Ee]mails?\b[^.<]*", seen) == []
