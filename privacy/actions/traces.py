"""What others have of somebody: mails about her, the office's log, her name in their words."""

import re
from collections.abc import Iterator
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Func,
    JSONField,
    Model,
    Q,
    QuerySet,
    TextField,
    Value,
)
from django.db.models.functions import Cast

from accounts.models import (
    AddressChange,
    BoardCertification,
    Delegation,
    Document,
    Introduction,
    Invitation,
    LearnerProfile,
    Licence,
    PreceptorProfile,
    RegistryLookup,
    User,
)
from audit.models import Event
from clocks.models import Due
from letters.models import IssuedDocument, LetterRequest
from outbox.actions import forget
from outbox.models import Message
from placements.models import Application, Evaluation, HoursEntry, Placement
from privacy.actions.history import history_of, rewrite
from privacy.models import Erasure, Export
from rotations.models import Listing, Question
from threads.models import Message as ThreadMessage
from threads.models import Notice, Report, Thread

REMOVED = "[name removed]"


def _about(person: User) -> Iterator[QuerySet]:
    """The rows that mails and the office's log are about when they are about her."""
    known = Q()
    for address in _addresses(person):
        known |= Q(email__iexact=address)
    yield User.objects.filter(pk=person.pk)
    yield LearnerProfile.objects.filter(user=person)
    yield PreceptorProfile.objects.filter(user=person)
    yield Introduction.objects.filter(preceptor__user=person)
    yield Delegation.objects.filter(Q(person=person) | Q(preceptor__user=person))
    yield Invitation.objects.filter(Q(accepted_by=person) | Q(preceptor__user=person) | known)
    yield Licence.objects.filter(preceptor__user=person)
    yield BoardCertification.objects.filter(preceptor__user=person)
    yield RegistryLookup.objects.filter(preceptor__user=person)
    yield Document.objects.filter(owner=person)
    yield Application.objects.filter(Q(learner=person) | Q(listing__preceptor__user=person))
    placements = Placement.objects.filter(Q(learner=person) | Q(preceptor__user=person))
    yield placements
    yield HoursEntry.objects.filter(placement__in=placements)
    yield Evaluation.objects.filter(placement__in=placements)
    yield LetterRequest.objects.filter(placement__in=placements)
    yield IssuedDocument.objects.filter(placement__in=placements)
    yield Listing.objects.filter(preceptor__user=person)
    yield Question.objects.filter(Q(asker=person) | known | Q(listing__preceptor__user=person))
    yield from _said(person)
    yield Export.objects.filter(owner=person)
    yield Erasure.objects.filter(person=person)


def _said(person: User) -> Iterator[QuerySet]:
    threads = Thread.objects.filter(
        Q(application__learner=person) | Q(application__listing__preceptor__user=person)
    )
    yield threads
    about = Q(messages__thread__in=threads.values("pk")) | Q(messages__author=person)
    yield Notice.objects.filter(about | Q(person=person)).distinct()
    yield Report.objects.filter(reporter=person)


def _addresses(person: User) -> set[str]:
    others = EmailAddress.objects.filter(user=person).values_list("email", flat=True)
    changes = AddressChange.objects.filter(user=person).values_list("old", "new")
    return {person.email, *others, *(address for pair in changes for address in pair)}


def empty_mails(person: User) -> None:
    """Hers lose text and address; what others were written about her loses its text."""
    hers = Q(user=person)
    for address in _addresses(person):
        hers |= Q(recipient__iexact=address)
    forget(Message.objects.filter(hers), addressee=True)
    for keys in _occasions(person):
        forget(keys, addressee=False)


def _occasions(person: User) -> Iterator[QuerySet[Message]]:
    """Mails by what caused them: an event or a due thing of a row that is about her."""
    number = Func("key", Value(":"), Value(2), function="split_part", output_field=TextField())
    mails = Message.objects.filter(forgotten_at=None).annotate(number=number)
    for rows in _about(person):
        keys = list(rows.values_list("pk", flat=True))
        subject = rows.model._meta.label_lower
        events = Event.objects.filter(subject=subject, subject_id__in=[str(key) for key in keys])
        of_events = _as_text(events.values_list("pk", flat=True))
        yield mails.filter(key__startswith="event:", number__in=of_events)
        due = Due.objects.filter(
            kind__startswith=f"{_clock_name(rows.model)}.", subject_id__in=keys
        )
        yield mails.filter(
            key__startswith="due:", number__in=_as_text(due.values_list("pk", flat=True))
        )
        if rows.model is Application:
            yield mails.filter(key__startswith="offer:", number__in=[str(key) for key in keys])


def _as_text(keys: QuerySet) -> list[str]:
    return [str(key) for key in keys]


def _clock_name(model: type[Model]) -> str:
    """How due things call their subject: “letter.reminder” is a letter request's."""
    name = str(model._meta.model_name)
    return {"letterrequest": "letter", "user": "learner"}.get(name, name)


def empty_office_log(person: User) -> None:
    """The admin's log calls rows by their names."""
    for rows in _about(person):
        kind = ContentType.objects.get_for_model(rows.model)
        keys = [str(key) for key in rows.values_list("pk", flat=True)]
        LogEntry.objects.filter(content_type=kind, object_id__in=keys).update(
            object_repr="", change_message=""
        )


# Words that others wrote and that stay; a preceptor's name may stand in them.
TEXTS: tuple[tuple[type[Model], str, tuple[str, ...]], ...] = (
    (Application, "listing__preceptor__user", ("statement", "note")),
    (Placement, "preceptor__user", ("note",)),
    (HoursEntry, "placement__preceptor__user", ("note", "dispute_note")),
    (Evaluation, "placement__preceptor__user", ("comment",)),
    (LetterRequest, "placement__preceptor__user", ("message", "decline_note")),
    (Question, "listing__preceptor__user", ("text", "answer")),
    (ThreadMessage, "thread__application__listing__preceptor__user", ("text",)),
    (
        Listing,
        "preceptor__user",
        ("title", "summary", "description", "activities", "objectives", "typical_day",
         "not_included", "letterhead_note"),
    ),
)  # fmt: skip


def take_name_out_of_texts(person: User) -> None:
    """Of a preceptor's: listings, and what learners wrote to and about her, now and before."""
    if not person.is_preceptor:
        return
    pattern = "|".join(rf"\m{re.escape(word)}" for word in _names(person))
    for model, path, fields in TEXTS:
        _take_out(model._default_manager.filter(**{path: person}), fields, pattern)
        history = history_of(model)
        if history is not None:
            rows = history._default_manager.filter(**{path: person})
            rewrite(history, lambda rows=rows, fields=fields: _take_out(rows, fields, pattern))  # type: ignore[misc]


def _names(person: User) -> list[str]:
    profile = person.preceptor_profile
    said = {person.name, profile.address_as, person.email, profile.phone, profile.npi or ""}
    return sorted((word for word in said if len(word) > 3), key=len, reverse=True)  # noqa: PLR2004


def _take_out(rows: QuerySet, fields: tuple[str, ...], pattern: str) -> int:
    changed = 0
    for name in fields:
        found = rows.alias(as_text=Cast(name, TextField())).filter(as_text__iregex=pattern)
        changed += found.update(**{name: _without(rows.model, name, pattern)})
    return changed


def _without(model: type[Model], name: str, pattern: str) -> Any:
    field: Any = model._meta.get_field(name)
    text = Func(
        Cast(name, TextField()),
        Value(pattern),
        Value(REMOVED),
        Value("gi"),
        function="regexp_replace",
        output_field=TextField(),
    )
    same = isinstance(field, JSONField | ArrayField)
    return Cast(text, field) if same else text
