"""Invitations: mailed, sent once more, taken back, accepted once."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import emails
from accounts.actions.people import COORDINATORS, give_consent
from accounts.actions.preceptors import register_preceptor, start_delegation
from accounts.codes import digest, new_code
from accounts.kinds import ConsentKind, InvitationKind
from accounts.models import Invitation, PreceptorProfile, User
from accounts.permissions import stands
from accounts.queries import MOST_AN_HOUR, account_of, asked_lately, has_shown, page_version
from audit.actions import record

VALID = timedelta(days=14)
# So long after its end staff may still read what somebody offered and never confirmed.
KEPT = timedelta(days=16)


class InvitationOver(ValidationError):
    """Accepted, taken back, expired, or by somebody who may not invite any more."""

    def __init__(self) -> None:
        super().__init__(_("This invitation is over."), code="over")


class NotYours(ValidationError):
    """She has not shown that she reads the mailbox that was invited."""

    def __init__(self) -> None:
        super().__init__(_("This invitation is for another address."), code="address")


@transaction.atomic
def invite(
    kind: InvitationKind, email: str, *, by: User, preceptor: PreceptorProfile | None = None
) -> Invitation:
    """Mail a link that makes its reader one of us. Invited twice, it is the same invitation.

    Whether there is an account with that address, nobody learns. Refuses who is one already.
    """
    email = email.strip().lower()
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    _refuse_needless(kind, email, preceptor)
    there = Invitation.objects.unanswered().exclude(invited_by=None)
    found = there.filter(kind=kind, email__iexact=email, preceptor=preceptor).first()
    if found:
        send_again(found, by=by)
        return found
    invitation = Invitation(kind=kind, email=email, preceptor=preceptor, invited_by=by)
    _mail(invitation, "invitation.sent", by=by)
    return invitation


def _refuse_needless(kind: InvitationKind, email: str, preceptor: PreceptorProfile | None) -> None:
    """What she can see anyway: her own address, her delegates; for staff, the lists of people."""
    if preceptor and (preceptor.user.email.lower() == email or has_shown(preceptor.user, email)):
        raise ValidationError(_("This is your own address."), code="self")
    holders = User.objects.filter(email__iexact=email)
    if kind == InvitationKind.DELEGATE:
        is_one = holders.filter(
            delegations__preceptor=preceptor, delegations__ended_at=None
        ).exists()
        refusal = _("This person is your delegate already.")
    elif kind == InvitationKind.PRECEPTOR:
        is_one = holders.exclude(preceptor_profile=None).exists()
        refusal = _("There is a preceptor with this address already.")
    else:
        is_one = holders.filter(is_staff=True).exists()
        refusal = _("There is a coordinator with this address already.")
    if is_one:
        raise ValidationError(refusal, code="needless")


@transaction.atomic
def ask_to_join(email: str, facts: Mapping[str, str]) -> None:
    """She offers a rotation from the home page: the link in her mail goes on from there.

    Past five mails an hour to one address it does nothing, and says nothing of it.
    """
    if asked_lately(email) >= MOST_AN_HOUR:
        return
    invitation = Invitation(
        kind=InvitationKind.PRECEPTOR, email=email.strip().lower(), facts=dict(facts)
    )
    _mail(invitation, "invitation.asked", by=None)


@transaction.atomic
def send_again(invitation: Invitation, *, by: User) -> None:
    """A new link and fourteen more days; the old link is dead."""
    _lock(invitation)
    if invitation.accepted_at or invitation.revoked_at:
        raise InvitationOver
    _mail(invitation, "invitation.sent_again", by=by)


def _mail(invitation: Invitation, verb: str, *, by: User | None) -> None:
    if by is not None and asked_lately(invitation.email) >= MOST_AN_HOUR:
        raise ValidationError(
            _("Many mails went to this address within the hour. Wait a little."), code="many"
        )
    code = new_code()
    invitation.digest, invitation.expires_at = digest(code), timezone.now() + VALID
    invitation.save()
    event = record(verb, invitation, by=by, kind=invitation.kind)
    emails.invitation_sent(invitation, code, occasion=event)


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: User) -> None:
    """Its link opens nothing from now on. Refuses with ``InvitationOver`` once it was accepted."""
    _lock(invitation)
    if invitation.revoked_at:
        return
    if invitation.accepted_at:
        raise InvitationOver
    invitation.revoked_at, invitation.revoked_by = timezone.now(), by
    invitation.save(update_fields=["revoked_at", "revoked_by"])
    record("invitation.revoked", invitation, by=by)


def _lock(invitation: Invitation) -> None:
    rows = Invitation.objects.select_for_update(no_key=True, of=("self",))
    invitation.refresh_from_db(from_queryset=rows)


def forget_offers() -> int:
    """Delete what strangers said of themselves and never confirmed; how many."""
    stale = Invitation.objects.unanswered().filter(
        invited_by=None, expires_at__lt=timezone.now() - KEPT
    )
    forgotten, _models = stale.delete()
    return forgotten


@transaction.atomic
def accept_as_newcomer(
    invitation: Invitation, *, facts: Mapping[str, Any], password: str, address: str | None
) -> User:
    """An account for who reads the invited mailbox, which the link has shown, and what it is for.

    An account that somebody made with her address and never came into becomes hers, with another
    password. Refuses with ``InvitationOver``, or ``NotYours`` where she has to sign in.
    """
    _lock(invitation)
    _refuse_dead(invitation)
    if account_of(invitation.email):
        raise NotYours
    found = User.objects.filter(email__iexact=invitation.email).select_for_update().first()
    user = found or User(email=invitation.email)
    for name in ("name", "call_me", "time_zone"):
        setattr(user, name, facts.get(name, ""))
    user.set_password(password or None)
    user.save()
    EmailAddress.objects.filter(email__iexact=invitation.email).delete()
    EmailAddress.objects.create(user=user, email=invitation.email, verified=True, primary=True)
    for kind in (ConsentKind.TERMS, ConsentKind.PRIVACY):
        give_consent(user, kind, version=page_version(kind), address=address)
    record("account.opened", user, by=user, invitation=invitation.pk)
    accept_invitation(invitation, by=user, facts=facts)
    return user


@transaction.atomic
def accept_invitation(
    invitation: Invitation, *, by: User, facts: Mapping[str, str] | None = None
) -> None:
    """She is what she was invited to be, once. Refuses with ``InvitationOver`` or ``NotYours``."""
    _lock(invitation)
    _refuse_dead(invitation)
    if not has_shown(by, invitation.email):
        raise NotYours
    invitation.accepted_at, invitation.accepted_by = timezone.now(), by
    invitation.save(update_fields=["accepted_at", "accepted_by"])
    event = record("invitation.accepted", invitation, by=by, kind=invitation.kind)
    if invitation.kind == InvitationKind.COORDINATOR:
        _make_coordinator(by)
    elif invitation.preceptor:
        start_delegation(invitation.preceptor, by, by=by)
    else:
        register_preceptor(by, by=by, facts=facts or {})
    emails.invitation_accepted(invitation, occasion=event)


def _refuse_dead(invitation: Invitation) -> None:
    if not stands(invitation):
        raise InvitationOver


def _make_coordinator(user: User) -> None:
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    user.groups.add(Group.objects.get(name=COORDINATORS))
