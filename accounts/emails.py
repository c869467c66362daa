"""Which mail tells whom about accounts and papers."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.kinds import InvitationKind
from accounts.models import (
    AddressChange,
    Delegation,
    Document,
    Invitation,
    Licence,
    PreceptorProfile,
    User,
)
from accounts.queries import ASKED
from audit.models import Event
from outbox.actions import enqueue


def _tell(name: str, to: User, occasion: Event, **facts: Any) -> None:
    enqueue(f"accounts/{name}", to=to, key=f"event:{occasion.pk}", context=facts)


def _wallet() -> str:
    return f"{settings.SITE_URL}{reverse('accounts:wallet')}"


def document_verified(document: Document, *, occasion: Event) -> None:
    _tell("document_verified", document.owner, occasion, document=document, url=_wallet())


def _send_again(document: Document) -> str:
    path = reverse("accounts:document_add_type", args=[document.type.slug])
    return f"{settings.SITE_URL}{path}"


def document_rejected(document: Document, *, occasion: Event) -> None:
    url = _send_again(document)
    _tell("document_rejected", document.owner, occasion, document=document, url=url)


def document_infected(document: Document, *, occasion: Event) -> None:
    url = _send_again(document)
    _tell("document_infected", document.owner, occasion, document=document, url=url)


def preceptor_verified(preceptor: PreceptorProfile, *, occasion: Event) -> None:
    url = f"{settings.SITE_URL}{reverse('rotations:my_listings')}"
    _tell("preceptor_verified", preceptor.user, occasion, preceptor=preceptor, url=url)


def preceptor_suspended(preceptor: PreceptorProfile, *, occasion: Event) -> None:
    _tell("preceptor_suspended", preceptor.user, occasion, preceptor=preceptor)


def preceptor_reinstated(preceptor: PreceptorProfile, *, occasion: Event) -> None:
    url = f"{settings.SITE_URL}{reverse('rotations:my_listings')}"
    _tell("preceptor_reinstated", preceptor.user, occasion, preceptor=preceptor, url=url)


def _about_licence(licence: Licence) -> dict[str, Any]:
    page = reverse("accounts:credentials")
    admin = reverse("admin:accounts_preceptorprofile_change", args=[licence.preceptor_id])
    return {
        "licence": licence,
        "preceptor": licence.preceptor,
        "url": f"{settings.SITE_URL}{page}",
        "admin_url": f"{settings.SITE_URL}{admin}",
    }


def licence_expiring(licence: Licence, *, due: int) -> None:
    enqueue(
        "accounts/licence_expiring",
        to=licence.preceptor.user,
        key=f"due:{due}",
        context=_about_licence(licence),
    )


def licence_expiring_office(licence: Licence, *, due: int) -> None:
    enqueue(
        "accounts/licence_expiring_office",
        to=settings.PORTAL["email"],
        key=f"due:{due}:office",
        context=_about_licence(licence),
    )


def licence_expired(licence: Licence, *, occasion: Event) -> None:
    """To her, and to the office: it is the office that looks at a renewal."""
    facts = _about_licence(licence)
    _tell("licence_expired", licence.preceptor.user, occasion, **facts)
    enqueue(
        "accounts/licence_expired_office",
        to=settings.PORTAL["email"],
        key=f"event:{occasion.pk}",
        context=facts,
    )


def second_factor_removed(user: User, *, occasion: Event) -> None:
    url = f"{settings.SITE_URL}{reverse('mfa_index')}"
    _tell("second_factor_removed", user, occasion, url=url)


def address_change_asked(change: AddressChange, key: str, *, occasion: Event) -> None:
    url = f"{settings.SITE_URL}{reverse('accounts:stop_address_change', args=[key])}"
    enqueue(
        "accounts/address_change_asked",
        to=change.user,
        key=f"event:{occasion.pk}",
        context={"change": change, "url": url},
        secret=True,
    )


def invitation_sent(invitation: Invitation, code: str, *, occasion: Event) -> None:
    """To the address alone, whoever has an account with it. Counts as a mail that was asked for."""
    path = reverse("accounts:invitation", args=[code])
    name = "invitation" if invitation.invited_by else "offer_confirm"
    enqueue(
        f"accounts/{name}",
        to=invitation.email,
        key=f"{ASKED}:event:{occasion.pk}",
        context={"invitation": invitation, "url": f"{settings.SITE_URL}{path}"},
        secret=True,
    )


def address_change_stopped(user: User, *, occasion: Event) -> None:
    url = f"{settings.SITE_URL}{reverse('account_reset_password')}"
    _tell("address_change_stopped", user, occasion, url=url)


def address_replaced(user: User, old: str, *, occasion: Event) -> None:
    """To the old address, which is nobody's login any more."""
    enqueue(
        "accounts/address_replaced",
        to=old,
        key=f"event:{occasion.pk}",
        context={"name": user.short_name},
    )


def invitation_accepted(invitation: Invitation, *, occasion: Event) -> None:
    """To who invited her; somebody who came by herself has nobody to tell."""
    if invitation.invited_by is None:
        return
    of_hers = invitation.kind == InvitationKind.DELEGATE
    page = "accounts:delegates" if of_hers else "admin:accounts_invitation_changelist"
    _tell(
        "invitation_accepted",
        invitation.invited_by,
        occasion,
        invitation=invitation,
        url=f"{settings.SITE_URL}{reverse(page)}",
    )


def preceptor_joined(preceptor: PreceptorProfile, *, occasion: Event) -> None:
    """To the portal's own address: staff share one mailbox, and the work queue."""
    path = reverse("admin:accounts_preceptorprofile_change", args=[preceptor.pk])
    enqueue(
        "accounts/preceptor_joined",
        to=settings.PORTAL["email"],
        key=f"event:{occasion.pk}",
        context={"preceptor": preceptor, "admin_url": f"{settings.SITE_URL}{path}"},
    )


def delegation_ended(delegation: Delegation, *, occasion: Event) -> None:
    """To both, except whoever ended it."""
    for who in (delegation.person, delegation.preceptor.user):
        if who != delegation.ended_by:
            _tell("delegation_ended", who, occasion, delegation=delegation)


def accounts_merged(kept: User, old: str, *, occasion: Event) -> None:
    """To both addresses: whoever reads either must hear of it."""
    facts = {"kept": kept, "old": old}
    _tell("accounts_merged", kept, occasion, **facts)
    enqueue("accounts/merged_away", to=old, key=f"event:{occasion.pk}", context=facts)
