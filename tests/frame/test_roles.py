"""A delegate has the links and the start of an office; who is more works as one at a time."""

import pytest
from django.urls import reverse

from accounts.actions import end_delegation
from accounts.models import LearnerProfile
from tests.factories.accounts import (
    DelegationFactory,
    LearnerFactory,
    PreceptorFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
PROFILE, INBOX = reverse("accounts:profile"), reverse("placements:inbox")
APPLICATIONS, LETTERS = reverse("placements:my_applications"), reverse("letters:requests")


@pytest.fixture
def ana():
    return UserFactory(name="Ana O’Ruiz")


def links(client):
    return {link["url"] for link in client.get(PROFILE).context["nav"]}


def work_as(client, role):
    client.get(reverse("accounts:dashboard"))
    return client.post(reverse("accounts:take_role", args=[role]), follow=True)


def test_a_delegate_has_the_links_of_an_office_but_for_letters(client, ana):
    DelegationFactory(person=ana)
    client.force_login(ana)

    assert client.get(reverse("accounts:dashboard"))["Location"] == INBOX
    assert INBOX in links(client)
    assert not {LETTERS, APPLICATIONS} & links(client)


def test_a_preceptor_who_acts_for_another_too_has_one_office(client, ana):
    PreceptorFactory(user=ana)
    DelegationFactory(person=ana)
    client.force_login(ana)

    assert {INBOX, LETTERS} <= links(client)
    assert client.get(INBOX).context["nav"].others == []


def test_a_delegate_who_learns_too_chooses(client, ana):
    LearnerFactory(user=ana)
    DelegationFactory(person=ana)
    client.force_login(ana)
    client.get(reverse("accounts:dashboard"))
    assert INBOX in links(client)

    work_as(client, "learner")
    assert APPLICATIONS in links(client)
    assert INBOX not in links(client)
    work_as(client, "delegate")

    assert INBOX in links(client)


def test_an_office_that_is_hers_no_more_is_no_start(client, ana):
    delegation = DelegationFactory(person=ana)
    client.force_login(ana)
    client.get(reverse("accounts:dashboard"))

    end_delegation(delegation, by=ana)

    assert INBOX not in links(client)
    assert client.get(reverse("accounts:dashboard")).status_code == 200


def test_a_delegate_is_not_asked_what_a_learner_is(client, ana):
    DelegationFactory(person=ana)
    client.force_login(ana)

    page = client.get(PROFILE)

    assert page.context["form"].role is None
    assert reverse("accounts:wallet") not in page.text


def test_a_preceptor_who_learns_too_has_both_profiles(client, ana):
    LearnerFactory(user=ana)
    PreceptorFactory(user=ana)
    client.force_login(ana)
    assert client.get(PROFILE).context["form"].is_preceptors

    work_as(client, "learner")
    form = client.get(PROFILE).context["form"]
    filled = {field.html_name: field.value() for field in form if field.value()}
    response = client.post(PROFILE, filled | {"role-school": "Benin"})

    assert response.status_code == 302
    assert LearnerProfile.objects.get(user=ana).school == "Benin"
