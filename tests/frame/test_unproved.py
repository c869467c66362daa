"""An address that nobody proved opens nothing (promises A12, C13)."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from accounts.models import Document, User
from outbox.models import Message
from placements.models import Application
from tests.factories.accounts import DocumentTypeFactory
from tests.factories.rotations import ListingFactory
from tests.frame.signing import (
    PASSWORD,
    code_to,
    forget_limits,
    is_signed_in,
    make_person,
    prove_again,
    sign_in,
    sign_up,
    signed_in,
)

pytestmark = pytest.mark.django_db
VICTIM = "victim@example.com"


@pytest.fixture
def squatter(client):
    """Somebody gave an address that is not hers."""
    assert sign_up(client, VICTIM)["Location"] == "/accounts/confirm-email/"
    return client


def test_it_can_neither_apply_nor_upload(squatter):
    listing, kind = ListingFactory(weeks=12), DocumentTypeFactory()

    for page in (f"/rotations/{listing.slug}/apply/", f"/wallet/add/{kind.slug}/", "/profile/"):
        assert squatter.post(page).status_code in {302, 404}
        assert squatter.get(page).get("Location", "/accounts/login/").startswith("/accounts/login/")

    assert not Application.objects.exists()
    assert not Document.objects.exists()


def test_a_password_does_not_get_it_in(squatter):
    user = User.objects.get(email=VICTIM)
    forget_limits()

    assert sign_in(Client(), user)["Location"] == "/accounts/confirm-email/"
    assert not is_signed_in(squatter)


def test_it_takes_no_account_over(client):
    owner = make_person(email=VICTIM)
    sign_up(client, VICTIM.upper(), HTTP_USER_AGENT="squatter")

    owner.refresh_from_db()
    assert User.objects.count() == 1
    assert owner.check_password(PASSWORD)
    assert "already have an account" in Message.objects.get().subject


def test_its_password_is_forgotten_when_the_owner_comes_by_a_code(squatter):
    owner = Client()
    forget_limits()
    owner.post("/accounts/login/code/", {"email": VICTIM})
    owner.post("/accounts/login/code/confirm/", {"code": code_to(VICTIM)})
    assert is_signed_in(owner)
    forget_limits()

    sign_in(squatter, User.objects.get(email=VICTIM))

    assert not is_signed_in(squatter)


def test_a_password_that_its_owner_set_stays(person, client):
    sign_in(client, person)
    client.post("/accounts/logout/")
    client.post("/accounts/login/code/", {"email": person.email})
    client.post("/accounts/login/code/confirm/", {"code": code_to(person.email)})

    person.refresh_from_db()
    assert person.check_password(PASSWORD)


def test_its_password_is_gone_when_the_owner_chooses_one(squatter):
    forget_limits()
    Client().post("/accounts/password/reset/", {"email": VICTIM})
    link = re.search(r"/accounts/password/reset/key/\S+", Message.objects.first().body)[0]
    owner = Client()
    form = owner.get(link)["Location"]
    owner.post(form, {"password1": "another harbor lantern", "password2": "another harbor lantern"})

    sign_in(squatter, User.objects.get(email=VICTIM))
    assert not is_signed_in(squatter)
    assert squatter.get("/accounts/confirm-email/").status_code != 500


def test_nobody_proves_an_address_of_somebody_else(person):
    """Her code goes to the owner; without it nothing changes for either."""
    owner = make_person(email=VICTIM)
    client = signed_in(person)
    prove_again(client)

    client.post("/accounts/email/", {"email": VICTIM, "action_add": ""})
    client.post("/accounts/confirm-email/", {"code": code_to(VICTIM)})

    person.refresh_from_db()
    assert person.email != VICTIM
    assert EmailAddress.objects.get(email=VICTIM).user == owner


LOOKALIKES = ["\u017fam@example.com", "\u212aim@example.com", "\u0130an@example.com",
              "\u0131an@example.com", "s\u0430m@example.com", "\uff53am@example.com",
              "sam@\uff45xample.com", "sam@\u212aite.example", "kim@example\u3002com"]  # fmt: skip
OWNERS = ["sam@example.com", "kim@example.com", "ian@example.com", "sam@kite.example"]


@pytest.mark.parametrize("typed", LOOKALIKES)
@pytest.mark.parametrize("form", ["login/", "login/code/", "password/reset/", "signup/"])
def test_an_address_that_looks_like_another_is_none(client, typed, form):
    for email in OWNERS:
        make_person(email=email)
    fields = {"login": typed, "email": typed, "password": PASSWORD, "password1": PASSWORD,
              "name": "Sam", "terms": "on"}  # fmt: skip

    answer = client.post(f"/accounts/{form}", fields)

    assert answer.status_code == 422
    assert "Enter a valid e-mail address." in answer.text
    assert not Message.objects.exists()
    assert User.objects.count() == len(OWNERS)


@pytest.mark.parametrize("typed", LOOKALIKES)
def test_nobody_changes_to_one(person, typed):
    client = signed_in(person)
    prove_again(client)

    assert client.post("/accounts/email/", {"email": typed, "action_add": ""}).status_code == 422
    assert not Message.objects.exists()


@pytest.mark.parametrize("typed", ["SAM@EXAMPLE.COM", " sam@Example.com ", "Sam@example.com"])
def test_capitals_make_no_other_address(client, typed):
    make_person(email="sam@example.com")

    assert (
        client.post("/accounts/login/", {"login": typed, "password": PASSWORD}).status_code == 302
    )
    sign_up(Client(), typed)
    assert User.objects.count() == 1


def test_an_address_of_another_script_is_fine(client):
    assert sign_up(client, "sam@пример.example").status_code == 302
    assert User.objects.get().email == "sam@пример.example"


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\u2028", "\x85", "\x0b"])
def test_a_name_brings_no_header_into_a_mail(client, break_):
    name = f"Amara{break_}Bcc: evil@example.com"
    client.post(
        "/accounts/signup/",
        {"email": "a@example.com", "name": name, "call_me": name, "password1": PASSWORD, "terms": "on"},
    )  # fmt: skip

    mail = Message.objects.get().as_email().message()

    assert mail["Bcc"] is None
    assert len(mail["Subject"].splitlines()) == 1
    assert len(User.objects.get().name.splitlines()) == 1


@pytest.mark.parametrize("break_", ["\r\n", "\n", "%0d%0a", "\u2028"])
def test_an_address_brings_no_header_into_a_mail(client, break_):
    typed = f"a@example.com{break_}Bcc:evil@example.com"

    for page in ("login/code/", "password/reset/", "signup/"):
        assert client.post(f"/accounts/{page}", {"email": typed}).status_code == 422
    assert not Message.objects.exists()
