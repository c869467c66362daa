"""Who may open whose papers. No side effects."""

from django.db.models import F, Q, QuerySet

from accounts.models import Document, User


def documents_visible_to(user: User) -> QuerySet[Document]:
    """Her own; for staff, all but passports and visas; those that a listing shows its preceptor."""
    mine = Q(owner=user)
    if user.is_staff and user.has_perm("accounts.view_document"):
        if user.has_perm("accounts.view_identity_document"):
            return Document.objects.all()
        mine |= Q(type__is_identity=False)
    return Document.objects.filter(mine | _shown_to_preceptor(user)).distinct()


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
            f"{listing}__preceptor__user": user,
            f"{listing}__requirements__type": F("type"),
            f"{listing}__requirements__site_sees_file": True,
        }
    )


def runs(application: str) -> Q:
    """The application at that path, or the placement it led to, has not ended."""
    return Q(**{f"{application}__ended_at": None}) | Q(
        **{f"{application}__placement__isnull": False, f"{application}__placement__ended_at": None}
    )
