"""Who has looked at a learner's papers, and at her messages as staff."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Model, Q, QuerySet, TextField
from django.db.models.functions import Cast, TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Document, DocumentType, User
from audit.models import Event
from threads.models import Attachment, Thread

READ = ("document.read", "thread.read", "attachment.read")


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
        _of(Document, papers.annotate(key=Cast("pgh_obj_id", TextField())))
        | _of(Thread, _keyed(Thread.objects.filter(application__learner=user)))
        | _of(Attachment, _keyed(Attachment.objects.filter(owner=user))),
        verb__in=READ,
    ).exclude(by=user)
    return (
        events.annotate(day=TruncDate("at", tzinfo=user.zone))
        .values("subject", "subject_id", "by", "on_behalf_of", "detail__type", "day")
        .annotate(last=Max("at"), times=Count("pk"))
        .order_by("-last", "subject_id", "by")
    )


def _keyed(rows: QuerySet) -> QuerySet:
    keyed: QuerySet = rows.order_by().annotate(key=Cast("pk", TextField()))
    return keyed


def _of(model: type[Model], rows: QuerySet) -> Q:
    return Q(subject=model._meta.label_lower, subject_id__in=rows.values("key"))


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
            names.get(row["detail__type"]) or str(_OTHERS[row["subject"]]),
            reader_of(people.get(row["on_behalf_of"] or row["by"])),
            row["times"],
        )
        for row in rows
    ]


_OTHERS = {
    Document._meta.label_lower: gettext_lazy("A document"),
    Thread._meta.label_lower: gettext_lazy("Messages of a rotation"),
    Attachment._meta.label_lower: gettext_lazy("A file that you sent"),
}


def reader_of(person: User | None) -> str:
    """“Dr. Whitfield’s office”, or what somebody of the portal is."""
    if person is None:
        return _("The portal’s own check")
    if hasattr(person, "preceptor_profile") and not person.is_staff:
        return _("%(name)s’s office") % {"name": person.preceptor_profile.address_as}
    return _("A coordinator") if person.is_staff else _("Somebody who has left")
