"""A preceptor's page of delegates."""

import re

import pytest
from django.urls import reverse

from accounts.models import Delegation, Invitation
from outbox.models import Message
from tests.factories.accounts import DelegationFactory, InvitationFactory, PreceptorFactory

pytestmark = pytest.mark.django_db
PAGE = reverse("accounts:delegates")


@pytest.fixture
def preceptor():
    return PreceptorFactory()


@pytest.fixture
def hers(client, preceptor):
    client.force_login(preceptor.user)
    return client


def test_she_invites_and_reads_that_it_is_on_its_way(hers, preceptor):
    response = hers.post(PAGE, {"email": "Office@example.com"})

    assert response["Location"] == PAGE
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.preceptor) == ("office@example.com", preceptor)
    assert "office@example.com" in hers.get(PAGE).text


@pytest.mark.parametrize("email", ["", "no address", "her own"])
def test_an_address_that_is_none_is_refused(hers, preceptor, email):
    page = hers.post(PAGE, {"email": preceptor.user.email if email == "her own" else email})

    assert page.status_code == 422
    assert "email" in page.context["form"].errors
    assert not Invitation.objects.exists()


def test_the_answer_does_not_tell_who_has_an_account(hers, preceptor):
    stranger = PreceptorFactory().user

    known, seen = answer_to(hers, stranger.email)
    unknown, unseen = answer_to(hers, "nobody@example.com")

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert seen == unseen
    assert "someone@example.com" in seen


def answer_to(client, email):
    """What inviting this address answers, and the page afterwards as if to a third one."""
    answer = client.post(PAGE, {"email": email})
    page = client.get(PAGE).text.replace(email, "someone@example.com")
    code = Invitation.objects.get().code
    Invitation.objects.all().delete()
    return answer, re.sub('csrfmiddlewaretoken" value="\\w+"', "", page).replace(code, "")


def test_too_many_invitations_wait(hers):
    for number in range(20):
        hers.post(PAGE, {"email": f"n{number}@example.com"})

    assert hers.post(PAGE, {"email": "one@example.com"}).status_code == 429


def test_send_again_and_take_back(hers, preceptor):
    invitation = InvitationFactory(preceptor=preceptor)
    before = invitation.digest

    hers.post(reverse("accounts:invitation_again", args=[invitation.code]))
    invitation.refresh_from_db()
    assert invitation.digest != before
    hers.post(reverse("accounts:invitation_revoke", args=[invitation.code]))
    invitation.refresh_from_db()

    assert invitation.state == "revoked"


def test_she_ends_a_delegation_and_the_delegate_is_told(hers, preceptor):
    delegation = DelegationFactory(preceptor=preceptor)

    hers.post(reverse("accounts:delegation_end", args=[delegation.code]))

    delegation.refresh_from_db()
    assert delegation.ended_by == preceptor.user
    message = Message.objects.get(template="accounts/delegation_ended")
    assert message.user == delegation.person
    assert "You no longer act for" in message.body


def test_a_delegate_gives_the_right_back(client, preceptor):
    delegation = DelegationFactory(preceptor=preceptor)
    client.force_login(delegation.person)
    assert preceptor.title in client.get(PAGE).text

    client.post(reverse("accounts:delegation_end", args=[delegation.code]))

    assert not Delegation.objects.current().exists()
    assert client.get(PAGE).status_code == 403


def test_mails_go_to_the_office_when_she_says_so(hers, preceptor):
    hers.post(reverse("accounts:office_mail"), {"wanted": "on"})
    preceptor.refresh_from_db()
    assert preceptor.office_gets_mail

    hers.post(reverse("accounts:office_mail"))
    preceptor.refresh_from_db()
    assert not preceptor.office_gets_mail


@pytest.mark.parametrize("size", [1, 3])
def test_the_page_takes_the_same_queries(hers, preceptor, size, django_assert_max_num_queries):
    DelegationFactory.create_batch(size, preceptor=preceptor)
    InvitationFactory.create_batch(size, preceptor=preceptor)
    hers.get(PAGE)

    with django_assert_max_num_queries(11):
        page = hers.get(PAGE)

    assert len(page.context["delegations"]) == len(page.context["invitations"]) == size
