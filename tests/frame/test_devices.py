"""The list of places where somebody is signed in (promise A10)."""

from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from tests.frame.signing import is_signed_in, make_person, sign_in, signed_in

pytestmark = pytest.mark.django_db
PAGE = "/accounts/sessions/"


def listed(client):
    return [session.session_key for session in client.get(PAGE).context["sessions"]]


@pytest.mark.parametrize("others", [1, 3])
def test_the_list_asks_as_much_for_three_as_for_one(person, others, django_assert_num_queries):
    for _other in range(others):
        signed_in(person)
    client = signed_in(person)
    client.get(PAGE)

    with django_assert_num_queries(8):
        assert len(listed(client)) == others + 1


def test_what_opens_nothing_any_more_is_not_listed(person):
    idle, other = signed_in(person), signed_in(make_person())
    with time_machine.travel(timezone.now() + timedelta(hours=11), tick=False):
        fresh = signed_in(person)
    with time_machine.travel(timezone.now() + timedelta(hours=13), tick=False):
        assert listed(fresh) == [fresh.session.session_key]
        assert UserSession.objects.filter(user=person).count() == 1
        assert not is_signed_in(idle)
    assert listed(other) == [other.session.session_key]


def test_a_session_of_an_old_password_is_not_listed(person):
    signed_in(person)
    person.set_password("another harbor lantern")
    person.save()
    client = Client()
    sign_in(client, person, "another harbor lantern")

    assert listed(client) == [client.session.session_key]


def test_the_others_end_with_one_press(person):
    here, *there = (signed_in(person) for _device in range(3))

    here.post(PAGE)

    assert is_signed_in(here)
    assert [is_signed_in(client) for client in there] == [False, False]
    assert len(listed(here)) == 1
