"""Who may open whose papers. No side effects."""

from django.db.models import F, Q, QuerySet

from accounts.models import Document, User


def documents_visible_to(user: User) -> QuerySet[Document]:
    """Her own; for staff, all but passports and visas; those that a listing shows its preceptor.

    A preceptor opens a file only if it went with an application to her own listing,
    the listing asks to see that file, and it identifies nobody.
    """
    mine = Q(owner=user)
    if user.is_staff and user.has_perm("accounts.view_document"):
        mine |= Q(type__is_identity=False)
        if user.has_perm("accounts.view_identity_document"):
            return Document.objects.all()
    sent = "sent_with__application"
    shown = (
        Q(**{f"{sent}__listing__preceptor__user": user, "type__is_identity": False})
        & Q(**{f"{sent}__review_started_at__isnull": False})
        & Q(**{f"{sent}__listing__requirements__site_sees_file": True})
        & Q(**{f"{sent}__listing__requirements__type": F("type")})
    )
    return Document.objects.filter(mine | shown).distinct()
