"""The one door through which something is remembered as having happened."""

from typing import Any

from django.db.models import Model
from django.utils import timezone

from audit.models import Event

# A user; this leaf does not know the app that people live in.
Person = Any


def record(
    verb: str,
    subject: Model,
    *,
    by: Person | None,
    on_behalf_of: Person | None = None,
    address: str | None = None,
    **detail: Any,
) -> Event:
    """Remember it, in the caller's transaction. ``by=None`` is the clock."""
    return Event.objects.create(
        at=timezone.now(),
        verb=verb,
        subject=subject._meta.label_lower,
        subject_id=str(subject.pk),
        by=by,
        on_behalf_of=on_behalf_of,
        address=address,
        detail=detail,
    )
