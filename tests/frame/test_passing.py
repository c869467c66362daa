"""A session is one person's, of one sign-in, and ends everywhere at once (promises A5, A6, M2)."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from django.utils.http import int_to_base36

from accounts.models import User
from outbox.models import Message
from tests.frame.signing import (
    PASSWORD,
    SECRET,
    code_now,
    code_to,
    forget_limits,
    is_signed_in,
    make_person,
    sign_in,
    signed_in,
)

pytestmark = pytest.mark.django_db
NEW = PASSWORD + " and a tenth"


def key(client):
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def change_password(client, old=PASSWORD, new=NEW):
    fields = {"oldpassword": old, "password1": new, "password2": new}
    return client.post("/accounts/password/change/", fields)


def test_each_step_of_a_sign_in_gets_a_new_session_id(client, person):
    TOTP.activate(person, SECRET)
    client.post("/accounts/login/code/", {"email": "nobody@example.com"})
    before = key(client)
    client.post("/accounts/logout/")
    sign_in(client, person)
    halfway = key(client)
    client.post("/accounts/2fa/authenticate/", {"code": code_now()})
    inside = key(client)
    change_password(client)
    after = key(client)

    assert len({before, halfway, inside, after}) == 4
    assert not Session.objects.filter(session_key__in=[before, halfway, inside]).exists()
    assert is_signed_in(client)


def test_a_given_session_id_is_never_adopted(client, person):
    client.cookies[settings.SESSION_COOKIE_NAME] = "chosenbysomebodyelse1234567890ab"
    sign_in(client, person)

    assert is_signed_in(client)
    assert key(client) != "chosenbysomebodyelse1234567890ab"


def test_a_session_id_has_128_bits_at_least(person):
    alphabet, length = 36, len(key(signed_in(person)))

    assert alphabet**length >= 2**128


def sign_out(client, person):
    client.post("/accounts/logout/")


def new_password(_client, person):
    change_password(signed_in(person))


def deactivate(_client, person):
    User.objects.filter(pk=person.pk).update(is_active=False)


def sign_out_elsewhere(_client, person):
    signed_in(person).post("/accounts/sessions/")


@pytest.mark.parametrize("end", [sign_out, new_password, deactivate, sign_out_elsewhere])
def test_an_old_cookie_is_refused_on_the_next_request(person, end):
    client = signed_in(person)
    stolen = Client()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = key(client)
    assert is_signed_in(stolen)

    end(client, person)

    assert not is_signed_in(stolen)


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_at_the_way_out_signs_nobody_out(person, method):
    client = signed_in(person)

    getattr(client, method)("/accounts/logout/")

    assert is_signed_in(client)


def test_one_of_her_sessions_ends_and_the_others_stay(person):
    here, there, third = (signed_in(person) for _device in range(3))
    page = here.get("/accounts/sessions/")
    other = next(row for row in page.context["sessions"] if row.session_key == key(there))
    assert f"/profile/sessions/{other.pk}/end/" in page.text

    here.post(f"/profile/sessions/{other.pk}/end/")

    assert [is_signed_in(client) for client in (here, there, third)] == [True, False, True]


def test_nobody_ends_somebody_elses_session(person, client):
    victim = signed_in(person)
    row = victim.get("/accounts/sessions/").context["sessions"][0]
    client.force_login(User.objects.create_user("other@example.com", name="Other"))

    assert client.post(f"/profile/sessions/{row.pk}/end/").status_code == 404
    assert is_signed_in(victim)


def test_ending_the_session_one_sits_in_signs_out(person):
    client = signed_in(person)
    row = client.get("/accounts/sessions/").context["sessions"][0]

    client.post(f"/profile/sessions/{row.pk}/end/")

    assert not is_signed_in(client)


def halfway_by_password(client, person):
    TOTP.activate(person, SECRET)
    sign_in(client, person)
    return lambda: client.post("/accounts/2fa/authenticate/", {"code": code_now()})


def halfway_by_code(client, person):
    client.post("/accounts/login/code/", {"email": person.email})
    code = code_to(person.email)
    return lambda: client.post("/accounts/login/code/confirm/", {"code": code})


@pytest.mark.parametrize("halfway", [halfway_by_password, halfway_by_code])
def test_a_sign_in_that_was_begun_before_a_new_password_ends_nowhere(client, person, halfway):
    finish = halfway(client, person)
    person.set_password(NEW)
    person.save()

    assert finish()["Location"] == "/accounts/login/"
    assert not is_signed_in(client)


@pytest.mark.parametrize("halfway", [halfway_by_password, halfway_by_code])
def test_a_sign_in_without_such_a_thing_ends_well(client, person, halfway):
    halfway(client, person)()

    assert is_signed_in(client)


def test_a_sign_in_given_up_is_in_nobodys_way(client, person):
    sign_in(client, person, "wrong wrong wrong")
    TOTP.activate(person, SECRET)
    sign_in(client, person)
    person.set_password(NEW)
    person.save()

    sign_in(client, person, NEW)
    client.post("/accounts/logout/")
    sign_in(client, person, NEW)
    client.post("/accounts/2fa/authenticate/", {"code": code_now()})

    assert is_signed_in(client)


def reset_link(person):
    Client().post("/accounts/password/reset/", {"email": person.email})
    mail = Message.objects.filter(recipient=person.email).first()
    return re.search(r"/accounts/password/reset/key/\S+", mail.body)[0]


def follow(client, link):
    page = client.get(link)
    return page["Location"] if page.status_code == 302 else None


def test_a_link_for_a_new_password_works_once(person):
    link = reset_link(person)
    client = Client()
    form = follow(client, link)
    client.post(form, {"password1": NEW, "password2": NEW})
    person.refresh_from_db()
    assert person.check_password(NEW)

    client.post(form, {"password1": NEW + " x", "password2": NEW + " x"})

    person.refresh_from_db()
    assert person.check_password(NEW)
    assert follow(Client(), link) is None


@pytest.mark.parametrize(("minutes", "works"), [(59, True), (61, False)])
def test_a_link_for_a_new_password_works_for_an_hour(person, minutes, works):
    link = reset_link(person)

    with time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False):
        assert (follow(Client(), link) is not None) is works


def move_address(person):
    person.emailaddress_set.update(email="moved@example.com")
    User.objects.filter(pk=person.pk).update(email="moved@example.com")


def set_password(person):
    person.set_password(NEW)
    person.save()


@pytest.mark.parametrize("change", [move_address, set_password])
def test_a_link_for_a_new_password_dies_with_what_it_was_made_for(person, change):
    link = reset_link(person)
    person.refresh_from_db()
    change(person)

    assert follow(Client(), link) is None


def test_a_link_is_nobody_elses(person):
    link, other = reset_link(person), make_person()

    foreign = re.sub(r"key/\w+-", f"key/{int_to_base36(other.pk)}-", link, count=1)

    assert foreign != link
    assert follow(Client(), foreign) is None


def test_opening_a_link_uses_nothing_up(person):
    link = reset_link(person)
    for _scanner in range(3):
        Client().head(link)
        Client().get(link)

    assert follow(Client(), link) is not None


def test_a_new_password_does_not_get_round_the_second_factor(person):
    TOTP.activate(person, SECRET)
    client = Client()
    client.post(follow(client, reset_link(person)), {"password1": NEW, "password2": NEW})
    assert not is_signed_in(client)
    forget_limits()

    assert sign_in(client, person, NEW)["Location"] == "/accounts/2fa/authenticate/"
    assert not is_signed_in(client)


def test_a_code_works_once_and_in_its_own_browser(client, person):
    client.post("/accounts/login/code/", {"email": person.email})
    code = code_to(person.email)
    thief = Client()
    thief.post("/accounts/login/code/", {"email": "nobody@example.com"})
    thief.post("/accounts/login/code/confirm/", {"code": code})
    assert not is_signed_in(thief)

    client.post("/accounts/login/code/confirm/", {"code": code})
    assert is_signed_in(client)
    client.post("/accounts/logout/")
    client.post("/accounts/login/code/confirm/", {"code": code})
    assert not is_signed_in(client)


def test_a_code_is_good_for_three_minutes_and_three_tries(client, person):
    client.post("/accounts/login/code/", {"email": person.email})
    code = code_to(person.email)
    with time_machine.travel(timezone.now() + timedelta(minutes=4), tick=False):
        client.post("/accounts/login/code/confirm/", {"code": code})
        assert not is_signed_in(client)

    forget_limits()
    client.post("/accounts/login/code/", {"email": person.email})
    for _try in range(3):
        client.post("/accounts/login/code/confirm/", {"code": "AAAA-AAAA"})
    client.post("/accounts/login/code/confirm/", {"code": code_to(person.email)})
    assert not is_signed_in(client)
