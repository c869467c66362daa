"""An address changes once the new one is proved, and the old one can stop it (promises A11, M1)."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from accounts.models import AddressChange
from audit.models import Event
from outbox.models import Message
from tests.frame.signing import (
    PASSWORD,
    code_to,
    forget_limits,
    is_signed_in,
    make_person,
    prove_again,
    sign_in,
    signed_in,
)

pytestmark = pytest.mark.django_db
NEW = "amara.new@example.com"


@pytest.fixture
def asker(person):
    client = signed_in(person)
    prove_again(client)
    return client


def ask(client, new=NEW):
    return client.post("/accounts/email/", {"email": new, "action_add": ""})


def finish(client, new=NEW):
    return client.post("/accounts/confirm-email/", {"code": code_to(new)})


def link_in_mail_to(address):
    mail = Message.objects.filter(recipient=address, template="accounts/address_change_asked")
    return re.search(r"/address/\S+/stop/", mail.first().body)[0]


def addresses(person):
    person.refresh_from_db()
    return person.email, list(person.emailaddress_set.values_list("email", "verified", "primary"))


def test_the_old_address_stays_until_the_new_one_is_proved(person, asker):
    old = person.email
    ask(asker)
    assert addresses(person) == (old, [(old, True, True)])
    asker.post("/accounts/confirm-email/", {"code": "AAAA-AAAA"})
    assert addresses(person) == (old, [(old, True, True)])

    finish(asker)

    assert addresses(person) == (NEW, [(NEW, True, True)])
    assert sign_in(Client(), person).status_code == 302
    assert Event.objects.filter(verb="account.address_changed", by=person).count() == 1


def test_the_old_address_is_told_at_once_and_when_it_is_done(person, asker):
    old = person.email
    ask(asker)
    told = Message.objects.get(recipient=old)
    assert NEW in told.body
    assert told.secret
    assert "Mails about its safety cannot be switched off." in told.body

    finish(asker)

    assert Message.objects.filter(recipient=old).count() == 2
    assert NEW in Message.objects.filter(recipient=old).first().body


def test_opening_the_link_changes_nothing(person, asker):
    ask(asker)
    link = link_in_mail_to(person.email)

    for _scanner in range(3):
        assert Client().head(link).status_code == 200
        assert NEW in Client().get(link).text

    assert is_signed_in(asker)
    assert not AddressChange.objects.exclude(stopped_at=None).exists()


def test_the_old_address_stops_it_before(person, asker):
    old = person.email
    ask(asker)

    Client().post(link_in_mail_to(old))
    finish(asker)

    assert addresses(person) == (old, [(old, True, True)])
    assert not is_signed_in(asker)
    assert not person.has_usable_password()
    assert "stays" in Message.objects.filter(recipient=old).first().subject


def test_the_old_address_takes_it_back_after(person, asker):
    old = person.email
    ask(asker)
    finish(asker)
    link = link_in_mail_to(old)

    Client().post(link)

    assert addresses(person) == (old, [(old, True, True)])
    assert not is_signed_in(asker)
    forget_limits()
    assert sign_in(Client(), person).status_code != 302


def test_a_chain_of_changes_goes_back_to_the_first(person, asker):
    old = person.email
    ask(asker)
    finish(asker)
    link = link_in_mail_to(old)
    forget_limits()
    ask(asker, "third@example.com")
    finish(asker, "third@example.com")
    later = link_in_mail_to(NEW)

    Client().post(link)

    assert addresses(person)[0] == old
    assert Client().post(later).status_code == 404
    assert addresses(person)[0] == old


def test_a_link_stops_once_and_for_three_days(person, asker):
    ask(asker)
    link = link_in_mail_to(person.email)
    with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1), tick=False):
        assert Client().post(link).status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=2, hours=23), tick=False):
        assert Client().post(link).status_code == 302
        assert Client().post(link).status_code == 404


def test_a_link_is_not_in_the_database(person, asker):
    ask(asker)
    secret = link_in_mail_to(person.email).split("/")[2]

    assert len(secret) >= 43  # 256 bits
    assert secret not in str(AddressChange.objects.values().get())


def test_an_address_of_somebody_else_by_now_stays_hers(person, asker):
    old = person.email
    ask(asker)
    finish(asker)
    make_person(email=old)

    answer = Client().post(link_in_mail_to(old))

    assert "belongs to another account" in answer.text
    assert addresses(person)[0] == NEW


def test_an_address_that_somebody_proved_meanwhile_is_not_taken(person, asker):
    ask(asker)
    code = code_to(NEW)
    make_person(email=NEW)

    asker.post("/accounts/confirm-email/", {"code": code})

    assert addresses(person)[0] != NEW


def test_nobody_has_more_than_five_mails_sent_to_each_in_an_hour(person, asker):
    answers = [ask(asker, f"p{n}@example.com").status_code for n in range(6)]

    assert answers[-1] == 429
    assert Message.objects.filter(template="accounts/address_change_asked").count() <= 5


def test_staff_who_change_an_address_leave_it_to_be_proved(person, staff_client):
    old, client = person.email, signed_in(person)
    form = staff_client.get(f"/admin/accounts/user/{person.pk}/change/").context["adminform"].form
    facts = {name: value for name, value in form.initial.items() if value not in (None, [])}

    staff_client.post(
        f"/admin/accounts/user/{person.pk}/change/", {**facts, "email": "Amara.New@example.com"}
    )

    assert addresses(person) == (NEW, [(NEW, False, True)])
    assert not is_signed_in(client)
    assert Message.objects.get(recipient=old).template == "accounts/address_replaced"
    assert sign_in(Client(), person)["Location"] == "/accounts/confirm-email/"


def test_a_change_leads_elsewhere(person):
    with pytest.raises(IntegrityError):
        AddressChange.objects.create(user=person, old=NEW, new=NEW, key="x")


def test_a_page_over_the_limit_tells_when_to_come_back(client):
    for _try in range(20):
        client.get("/address/nothing-we-made/stop/")

    answer = client.get("/address/nothing-we-made/stop/")

    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert PASSWORD not in answer.text
