"""The office invites, sends a link once more, takes it back, and sees who waits to be verified."""

import pytest
from django.urls import reverse

from accounts.actions import register_preceptor
from accounts.kinds import InvitationKind
from accounts.models import Delegation, Invitation
from audit.actions import record
from tests.factories.accounts import (
    DelegationFactory,
    InvitationFactory,
    PreceptorFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
LIST, ADD = (
    reverse("admin:accounts_invitation_changelist"),
    reverse("admin:accounts_invitation_add"),
)


@pytest.fixture
def office(client, dana):
    client.force_login(dana)
    return client


def run(client, action, *rows, url=LIST):
    return client.post(
        url, {"action": action, "_selected_action": [row.pk for row in rows]}, follow=True
    )


def test_a_coordinator_invites_a_preceptor(office, dana):
    response = office.post(ADD, {"kind": InvitationKind.PRECEPTOR, "email": "new@example.com"})

    assert response["Location"] == LIST
    invitation = Invitation.objects.get()
    assert (invitation.kind, invitation.invited_by) == (InvitationKind.PRECEPTOR, dana)


def test_only_an_admin_invites_a_coordinator(office, staff_client):
    facts = {"kind": InvitationKind.COORDINATOR, "email": "new@example.com"}

    assert office.post(ADD, facts).status_code == 422
    assert not Invitation.objects.exists()
    assert staff_client.post(ADD, facts)["Location"] == LIST
    assert Invitation.objects.get().kind == InvitationKind.COORDINATOR


def test_a_refusal_stands_at_the_address(office):
    there = PreceptorFactory().user

    page = office.post(ADD, {"kind": InvitationKind.PRECEPTOR, "email": there.email})

    assert page.status_code == 422
    assert "already" in page.text


def test_send_once_more_and_take_back(office):
    invitation = InvitationFactory(kind=InvitationKind.PRECEPTOR)
    before = invitation.digest

    run(office, "send_again", invitation)
    invitation.refresh_from_db()
    assert invitation.digest != before
    run(office, "revoke", invitation)
    invitation.refresh_from_db()

    assert invitation.state == "revoked"


def test_a_coordinator_leaves_an_admins_invitation_alone(office):
    invitation = InvitationFactory(kind=InvitationKind.COORDINATOR)

    page = run(office, "revoke", invitation)

    invitation.refresh_from_db()
    assert invitation.is_open
    assert "only an admin may" in page.text


@pytest.mark.parametrize("state", ["open", "expired", "accepted", "revoked"])
def test_the_list_filters_by_state(office, state):
    InvitationFactory()

    page = office.get(f"{LIST}?state={state}")

    assert page.context["cl"].result_count == (state == "open")


def test_no_row_is_written_by_hand(office):
    invitation = InvitationFactory()
    address = reverse("admin:accounts_invitation_change", args=[invitation.pk])

    assert invitation.digest not in office.get(address).text
    assert office.post(address, {"email": "thief@example.com"}).status_code == 403
    assert office.post(address.replace("change", "delete")).status_code == 403


def test_the_office_ends_a_delegation(office):
    delegation = DelegationFactory()

    run(office, "end", delegation, url=reverse("admin:accounts_delegation_changelist"))

    assert not Delegation.objects.current().exists()


def test_who_joined_waits_among_those_to_verify(office):
    user = UserFactory(name="Sadé O’Yelaran")
    facts = {"credential": "NP", "specialty": "Women’s health", "state": "GA"}
    preceptor = register_preceptor(user, by=user, facts=facts)
    PreceptorFactory()

    start = office.get(reverse("admin:index"))
    queue = reverse("admin:accounts_preceptorprofile_changelist") + "?work=waiting"

    assert f'<a href="{queue}"><b>1</b> preceptor to look at</a>' in start.text
    assert list(office.get(queue).context["cl"].queryset) == [preceptor]
    page = office.get(reverse("admin:accounts_preceptorprofile_change", args=[preceptor.pk]))
    assert "Women’s health" in page.text


def test_an_event_says_who_and_for_whom(office):
    delegation = DelegationFactory()

    record("x.done", delegation, by=delegation.person, on_behalf_of=delegation.preceptor.user)

    page = office.get(reverse("admin:audit_event_changelist"))

    assert f"{delegation.person} for {delegation.preceptor.user}" in page.text.replace(
        "&#x27;", "'"
    )
