"""Invitations: mailed to one address, worth something once, for who reads that mailbox."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.actions import (
    AlreadyPreceptor,
    InvitationOver,
    NotYours,
    accept_as_newcomer,
    accept_invitation,
    ask_to_join,
    ensure_groups,
    forget_offers,
    invite,
    register_preceptor,
    revoke_invitation,
    send_again,
)
from accounts.codes import digest
from accounts.kinds import ConsentKind, InvitationKind
from accounts.models import Delegation, Invitation, PreceptorProfile, User
from accounts.queries import account_of, invitation_of
from audit.models import Event
from outbox.models import Message
from tests.factories.accounts import (
    DelegationFactory,
    InvitationFactory,
    PreceptorFactory,
    StaffFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
OFFICE = "office@example.com"
FORTNIGHT = timedelta(days=14)
FACTS = {"credential": "MD", "specialty": "Family medicine", "state": "OH", "npi": "1234567893"}
NEWCOMER = {"name": "Ana O’Ruiz", "call_me": "Ana", "time_zone": "America/Chicago"}


@pytest.fixture
def preceptor():
    return PreceptorFactory()


def link_in(message):
    return re.search(r"/invitations/([\w-]+)/", message.body)[1]


def person(email, *, verified=True, **more):
    user = UserFactory(email=email, **more)
    EmailAddress.objects.create(user=user, email=email, verified=verified, primary=True)
    return user


def ask(preceptor, email=OFFICE):
    return invite(InvitationKind.DELEGATE, email, by=preceptor.user, preceptor=preceptor)


def test_the_code_stands_in_the_mail_alone(preceptor):
    invitation = ask(preceptor)

    message = Message.objects.get(recipient=OFFICE)
    code = link_in(message)
    assert len(code) == 22  # 128 bits
    assert message.secret
    assert invitation.digest == digest(code) != code
    assert invitation_of(code) == invitation
    assert preceptor.user.name in message.body
    assert code not in str(Event.objects.values_list("detail", flat=True))


@pytest.mark.parametrize(
    ("kind", "words"),
    [(InvitationKind.PRECEPTOR, "offer clinical rotations"), (InvitationKind.COORDINATOR, "second factor")],
)  # fmt: skip
def test_a_mail_says_what_it_invites_to(kind, words):
    staff = StaffFactory(name="Dana O’Whitlock")

    invite(kind, "new@example.com", by=staff)

    message = Message.objects.get(recipient="new@example.com")
    assert words in message.body
    assert staff.name in message.body
    for rubbish in ("&#x27;", "None", "{{"):
        assert rubbish not in message.body


def test_invited_twice_is_one_invitation_with_a_new_link(preceptor):
    first = ask(preceptor)
    old = link_in(Message.objects.get(recipient=OFFICE))

    assert ask(preceptor, "Office@Example.com") == first

    new = link_in(Message.objects.filter(recipient=OFFICE).first())
    assert invitation_of(old) is None
    assert invitation_of(new) == first


def test_two_open_invitations_to_the_same_are_refused_by_the_table(preceptor):
    InvitationFactory(preceptor=preceptor, email=OFFICE)

    with pytest.raises(IntegrityError), transaction.atomic():
        InvitationFactory(preceptor=preceptor, email=OFFICE.upper())


def test_the_table_knows_whose_delegate_and_who_invited():
    for odd in ({"preceptor": None}, {"kind": InvitationKind.COORDINATOR, "invited_by": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            InvitationFactory(**{"invited_by": StaffFactory(), **odd})


def test_who_is_one_already_is_not_invited(preceptor):
    delegation = DelegationFactory(preceptor=preceptor)
    staff = StaffFactory()

    for kind, email, by, whose in (
        (InvitationKind.DELEGATE, delegation.person.email, preceptor.user, preceptor),
        (InvitationKind.DELEGATE, preceptor.user.email, preceptor.user, preceptor),
        (InvitationKind.PRECEPTOR, preceptor.user.email, staff, None),
        (InvitationKind.COORDINATOR, staff.email, staff, None),
    ):
        with pytest.raises(ValidationError):
            invite(kind, email, by=by, preceptor=whose)
    assert not Message.objects.exists()


def test_an_address_gets_five_mails_an_hour_at_most(preceptor):
    for _again in range(5):
        ask(preceptor)

    with pytest.raises(ValidationError) as refusal:
        ask(preceptor)
    ask_to_join(OFFICE, FACTS)

    assert refusal.value.code == "many"
    assert Message.objects.filter(recipient=OFFICE).count() == 5


def test_a_delegate_accepts_once(preceptor):
    invitation = InvitationFactory(preceptor=preceptor, email=OFFICE)
    ana = person(OFFICE)

    accept_invitation(invitation, by=ana)
    with pytest.raises(InvitationOver):
        accept_invitation(invitation, by=ana)

    assert Delegation.objects.current().get().person == ana
    assert (invitation.state, invitation.accepted_by) == ("accepted", ana)
    told = Message.objects.get(template="accounts/invitation_accepted")
    assert told.user == preceptor.user


def test_a_coordinator_gets_group_and_rights():
    ensure_groups()
    invitation = InvitationFactory(kind=InvitationKind.COORDINATOR, email=OFFICE)
    ana = person(OFFICE)

    accept_invitation(invitation, by=ana)

    ana = User.objects.get(pk=ana.pk)
    assert ana.is_staff
    assert not ana.is_superuser
    assert ana.has_perm("placements.change_application")


def test_a_preceptor_is_listed_and_waits_for_staff():
    invitation = InvitationFactory(kind=InvitationKind.PRECEPTOR, email=OFFICE)
    helen = person(OFFICE, name="Helen Castellano")

    accept_invitation(invitation, by=helen, facts=FACTS)

    profile = PreceptorProfile.objects.to_verify().get()
    assert (profile.user, profile.level, profile.may_host) == (helen, "listed", False)
    assert (profile.npi, profile.introduction.specialty) == ("1234567893", "Family medicine")
    assert Message.objects.filter(template="accounts/preceptor_joined").count() == 1


def test_an_npi_that_another_has_waits_for_staff_too():
    """Refusing would let anybody find out, and keep out the one whose number it is."""
    PreceptorFactory(npi="1234567893")

    profile = register_preceptor(user := UserFactory(), by=user, facts=FACTS)

    assert profile.npi is None
    assert profile.introduction.npi == "1234567893"
    with pytest.raises(AlreadyPreceptor):
        register_preceptor(user, by=user, facts=FACTS)


@pytest.mark.parametrize("verified", [None, False])
def test_an_address_that_she_has_not_shown_accepts_nothing(preceptor, verified):
    """Promise A12: neither without the address nor with it unverified."""
    invitation = InvitationFactory(preceptor=preceptor, email=OFFICE)
    thief = person("thief@example.com")
    if verified is not None:
        EmailAddress.objects.create(user=thief, email=OFFICE, verified=verified)

    with pytest.raises(NotYours):
        accept_invitation(invitation, by=thief)

    assert not Delegation.objects.exists()
    assert Invitation.objects.get().is_open


def test_an_account_made_beforehand_by_a_stranger_is_worth_nothing_to_him(preceptor):
    """He signed up with her address and never came in; the link is hers, and so is the account."""
    invitation = InvitationFactory(preceptor=preceptor, email=OFFICE)
    squatted = person(OFFICE, verified=False, name="Somebody Else", password="a thief's own words")
    assert account_of(OFFICE) is None

    ana = accept_as_newcomer(invitation, facts=NEWCOMER, password="", address=None)

    assert ana == squatted
    ana = User.objects.get(pk=ana.pk)
    assert ana.name == "Ana O’Ruiz"
    assert not ana.check_password("a thief's own words")
    assert EmailAddress.objects.get().verified


@pytest.mark.parametrize(
    "known",
    [{"last_login": timezone.now()}, {"is_staff": True}, {"is_active": False}],
    ids=["came in", "staff", "deactivated"],
)
def test_an_account_that_is_somebodys_is_never_taken_over(preceptor, known):
    invitation = InvitationFactory(preceptor=preceptor, email=OFFICE)
    owner = UserFactory(email=OFFICE, password="her own secret words", **known)

    with pytest.raises(NotYours):
        accept_as_newcomer(invitation, facts=NEWCOMER, password="another one", address=None)

    owner.refresh_from_db()
    assert owner.check_password("her own secret words")


def test_a_newcomer_has_an_account_with_her_address_shown(preceptor):
    invitation = InvitationFactory(preceptor=preceptor, email=OFFICE)

    ana = accept_as_newcomer(
        invitation, facts=NEWCOMER, password="tall lamps at noon", address="203.0.113.9"
    )

    assert ana.check_password("tall lamps at noon")
    assert EmailAddress.objects.get(user=ana).verified
    assert set(ana.consents.values_list("kind", flat=True)) == {
        ConsentKind.TERMS,
        ConsentKind.PRIVACY,
    }
    assert Delegation.objects.get().person == ana


def test_a_link_is_over_when_revoked_expired_or_replaced(preceptor):
    revoked, expired = InvitationFactory.create_batch(2, email=OFFICE)
    ana = person(OFFICE)
    revoke_invitation(revoked, by=revoked.invited_by)
    Invitation.objects.filter(pk=expired.pk).update(
        expires_at=timezone.now() - timedelta(minutes=1)
    )

    for invitation in (revoked, expired):
        with pytest.raises(InvitationOver):
            accept_invitation(invitation, by=ana)
    with pytest.raises(InvitationOver):
        send_again(revoked, by=revoked.invited_by)
    send_again(expired, by=expired.invited_by)
    assert expired.is_open


def test_a_link_works_for_fourteen_days_and_not_longer(preceptor):
    invitation = ask(preceptor)
    link = link_in(Message.objects.get())
    assert timedelta(days=13, hours=23) < invitation.expires_at - timezone.now() <= FORTNIGHT
    ana = person(OFFICE)

    for age, is_open in ((FORTNIGHT - timedelta(minutes=1), True), (FORTNIGHT, False)):
        Invitation.objects.update(expires_at=invitation.expires_at - age)
        found = invitation_of(link)
        assert found.is_open is is_open
    with pytest.raises(InvitationOver):
        accept_invitation(found, by=ana)
    assert not Delegation.objects.exists()


def test_accepted_is_not_taken_back(preceptor):
    invitation = InvitationFactory(preceptor=preceptor, email=OFFICE)
    accept_invitation(invitation, by=person(OFFICE))

    with pytest.raises(InvitationOver):
        revoke_invitation(invitation, by=preceptor.user)


@pytest.mark.parametrize("kind", [InvitationKind.COORDINATOR, InvitationKind.DELEGATE])
def test_it_is_worth_as_much_as_the_right_of_who_sent_it(kind):
    """Promise B5: an admin who is one no more has invited nobody."""
    invitation = InvitationFactory(kind=kind, email=OFFICE)
    sender = invitation.invited_by
    sender.is_superuser = sender.is_active = False
    sender.save()

    with pytest.raises(InvitationOver):
        accept_invitation(invitation, by=person(OFFICE))


def test_what_a_stranger_never_confirmed_is_forgotten(preceptor):
    ask_to_join("old@example.com", FACTS)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=17))
    ask_to_join("new@example.com", FACTS)
    kept = InvitationFactory(preceptor=preceptor, expires_at=timezone.now() - timedelta(days=90))

    assert forget_offers() == 1
    assert set(Invitation.objects.values_list("email", flat=True)) == {
        "new@example.com",
        kept.email,
    }


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_open_one_account():
    """The second reads that it is over; nobody is there twice."""
    invitation = InvitationFactory(email=OFFICE)
    together = Barrier(2)

    def accept():
        mine = Invitation.objects.get(pk=invitation.pk)
        together.wait(timeout=5)
        try:
            accept_as_newcomer(mine, facts=NEWCOMER, password="", address=None)
        except ValidationError as refusal:
            return refusal.code
        else:
            return "accepted"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(lambda _n: accept(), range(2)))

    assert outcomes == ["accepted", "over"]
    assert User.objects.filter(email=OFFICE).count() == Delegation.objects.count() == 1
