"""Who has looked at a learner's papers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Model, TextField
from django.db.models.functions import Cast, TruncDate
from django.utils.translation import gettext as _

from accounts.models import Document, DocumentType, User
from audit.models import Event

READ = ("document.read",)


@dataclass(frozen=True)
class Reading:
    """On one day somebody opened one paper. Staff are named by what they are, not by name."""

    at: datetime
    paper: str
    reader: str
    times: int


def readings(user: User) -> Any:
    """Each paper of hers, reader and day, the latest first; also of papers deleted since.

    A page that somebody turns is an event of its own: a day of them is one line.
    """
    history: type[Model] = Document.pgh_event_model  # type: ignore[attr-defined]
    papers = history._default_manager.filter(owner=user).order_by().values("pgh_obj_id")
    events = Event.objects.filter(
        subject=Document._meta.label_lower,
        subject_id__in=papers.annotate(key=Cast("pgh_obj_id", TextField())).values("key"),
        verb__in=READ,
    ).exclude(by=user)
    return (
        events.annotate(day=TruncDate("at", tzinfo=user.zone))
        .values("subject_id", "by", "on_behalf_of", "detail__type", "day")
        .annotate(last=Max("at"), times=Count("pk"))
        .order_by("-last", "subject_id", "by")
    )


def in_words(rows: Iterable[Any]) -> list[Reading]:
    """A page of them."""
    rows = list(rows)
    keys = {key for row in rows for key in (row["by"], row["on_behalf_of"]) if key}
    people = User.objects.select_related("preceptor_profile").in_bulk(keys)
    slugs = {row["detail__type"] for row in rows}
    names = dict(DocumentType.objects.filter(slug__in=slugs).values_list("slug", "name"))
    return [
        Reading(
            row["last"],
            names.get(row["detail__type"], _("A document")),
            reader_of(people.get(row["on_behalf_of"] or row["by"])),
            row["times"],
        )
        for row in rows
    ]


def reader_of(person: User | None) -> str:
    """“Dr. Whitfield’s office”, or what somebody of the portal is."""
    if person is None:
        return _("The portal’s own check")
    if hasattr(person, "preceptor_profile") and not person.is_staff:
        return _("%(name)s’s office") % {"name": person.preceptor_profile.address_as}
    return _("A coordinator") if person.is_staff else _("Somebody who has left")
