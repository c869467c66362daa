"""Who may open whose papers. No side effects."""

from django.db.models import F, Q, QuerySet

from accounts.kinds import InvitationKind
from accounts.models import Document, Invitation, PreceptorProfile, User


def principal(by: User | None, preceptor: PreceptorProfile) -> User | None:
    """In whose name she acts: the preceptor, if it is a delegate who does it; else nobody."""
    lends = by is not None and by.pk != preceptor.user_id and preceptor.pk in by.practices
    return preceptor.user if lends else None


def may_invite(user: User, kind: InvitationKind, preceptor: PreceptorProfile | None = None) -> bool:
    """Only an admin makes a coordinator, and only a preceptor, not her delegate, a delegate."""
    match kind:
        case InvitationKind.COORDINATOR:
            return user.is_active and user.is_superuser
        case InvitationKind.PRECEPTOR:
            return user.is_active and user.is_staff and user.has_perm("accounts.add_invitation")
    return user.is_active and preceptor is not None and preceptor.user_id == user.pk


def stands(invitation: Invitation) -> bool:
    """Open, and worth as much as the right of who sent it, now (promise B5)."""
    sender, kind = invitation.invited_by, InvitationKind(invitation.kind)
    by_right = sender is None or may_invite(sender, kind, invitation.preceptor)
    return invitation.is_open and by_right


def documents_visible_to(user: User) -> QuerySet[Document]:
    """Her own; for staff, all but passports and visas; those that a listing shows its preceptor
    and her office.

    Of these nobody opens what a virus scanner has yet to see, not even its owner.
    """
    mine = Q(owner=user)
    if user.is_staff and user.has_perm("accounts.view_document"):
        if user.has_perm("accounts.view_identity_document"):
            return Document.objects.openable()
        mine |= Q(type__is_identity=False)
    return Document.objects.openable().filter(mine | _shown_to_preceptor(user)).distinct()


def _shown_to_preceptor(user: User) -> Q:
    """A file opens to a preceptor only if it went with an application to her own listing, which
    asks to see that file, as long as that application or its placement has not ended. What
    identifies somebody never does.
    """
    application = "sent_with__application"
    listing = f"{application}__listing"
    return runs(application) & Q(
        **{
            "type__is_identity": False,
            f"{application}__review_started_at__isnull": False,
            f"{listing}__preceptor__in": user.practices,
            f"{listing}__requirements__type": F("type"),
            f"{listing}__requirements__site_sees_file": True,
        }
    )


def runs(application: str) -> Q:
    """The application at that path, or the placement it led to, has not ended."""
    return Q(**{f"{application}__ended_at": None}) | Q(
        **{f"{application}__placement__isnull": False, f"{application}__placement__ended_at": None}
    )


def shown_for(user: User, document: Document) -> User | None:
    """The preceptor for whose office somebody opens a learner's paper; ``None`` if for herself."""
    is_own_right = document.owner_id == user.pk or (
        user.is_staff and user.has_perm("accounts.view_document")
    )
    if is_own_right or not user.is_delegate:
        return None
    hosts = PreceptorProfile.objects.filter(
        pk__in=user.practices, listings__applications__sent_documents__document=document
    ).select_related("user")
    found = [host for host in hosts if host.user_id != user.pk]
    return found[0].user if found else None
