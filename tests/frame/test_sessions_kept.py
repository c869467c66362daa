"""A form that arrives after its session ended waits for its owner (promise W10)."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.factories.accounts import LearnerFactory, UserFactory

pytestmark = pytest.mark.django_db
TYPED = {
    "name": "Amara O'Nwosu <b>",
    "call_me": "Amara",
    "password": "secret",
    "languages": ["a", "b"],
}


@pytest.fixture
def amara():
    return LearnerFactory().user


@pytest.fixture
def late(client, amara):
    """Her browser, thirteen hours after she last did something."""
    client.force_login(amara)
    with time_machine.travel(timezone.now() + timedelta(hours=13), tick=False):
        yield client


def test_what_was_typed_is_there_after_the_sign_in(late, amara):
    sent = late.post("/profile/", TYPED)
    assert sent["Location"] == "/accounts/login/?next=%2Fkept%2F"
    late.force_login(amara)

    page = late.get("/kept/")

    assert page.context["action"] == "/profile/"
    assert dict(page.context["fields"])["name"] == "Amara O'Nwosu <b>"
    assert 'value="Amara O&#x27;Nwosu &lt;b&gt;"' in page.text
    assert [value for name, value in page.context["fields"] if name == "languages"] == ["a", "b"]
    assert "secret" not in page.text


def test_nothing_was_done_with_it(late, amara):
    late.post("/profile/", TYPED)

    amara.refresh_from_db()
    assert amara.call_me != "Amara"


def test_it_is_kept_though_something_else_asked_first(late, amara):
    late.get("/stay/")
    late.get("/profile/")

    late.post("/profile/", TYPED)
    late.force_login(amara)

    assert late.get("/kept/").status_code == 200


def test_nobody_else_reads_it(late):
    late.post("/profile/", TYPED)
    late.force_login(UserFactory())

    assert late.get("/kept/").status_code == 404


def test_it_is_not_kept_for_ever(late, amara):
    late.post("/profile/", TYPED)
    with time_machine.travel(timezone.now() + timedelta(hours=12), tick=False):
        late.force_login(amara)
        assert late.get("/kept/").status_code == 404


def test_a_form_that_needs_nobody_signed_in_goes_its_way(late):
    assert late.post("/theme/", {"theme": "dark"})["Location"] != "/accounts/login/?next=%2Fkept%2F"


def test_nothing_is_kept_of_somebody_we_never_knew():
    stranger = Client()

    sent = stranger.post("/profile/", TYPED)

    assert sent["Location"] == "/accounts/login/?next=/profile/"
    assert "sessionid" not in stranger.cookies


def test_a_page_of_somebody_signed_out_tells_her(late):
    page = late.get("/profile/", follow=True)

    assert "You were signed out to protect your account." in page.text


def test_the_end_is_told_without_moving_it(client, amara):
    client.force_login(amara)
    start = timezone.now()
    left = []
    for minutes in (0, 10, 20):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            left.append(client.get("/stay/").json()["seconds"])

    assert left == pytest.approx([43_200, 42_600, 42_000], abs=2)


def test_a_press_of_the_button_moves_it(client, amara):
    client.force_login(amara)
    with time_machine.travel(timezone.now() + timedelta(hours=11), tick=False):
        assert client.post("/stay/").json()["seconds"] == pytest.approx(43_200, abs=2)
        assert client.get("/stay/").json()["seconds"] == pytest.approx(43_200, abs=2)


def test_nobody_stays_longer_than_the_longest(client, amara):
    client.force_login(amara)
    for hours in range(11, 168, 11):
        with time_machine.travel(timezone.now() + timedelta(hours=hours), tick=False):
            left = client.post("/stay/").json()["seconds"]

    assert left == pytest.approx((168 - 165) * 3600, abs=2)
    assert Client().get("/stay/").json() == {"seconds": 0}
