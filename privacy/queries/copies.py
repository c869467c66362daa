"""A person's rows, as plain values: what her copy holds."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db.models import Field, FileField, Model
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import Document, PreceptorProfile, User
from letters.models import IssuedDocument, LetterRequest
from outbox.models import Message
from privacy.queries.readings import in_words, readings
from privacy.registry import NOBODY, NOT_COPIED, RECORDS, Record
from threads.models import Attachment

PLAIN = (str, int, float, bool, list, dict, type(None))
Row = dict[str, Any]


def lists_of(user: User) -> dict[str, list[Row]]:
    """List → rows, all of them."""
    found = {
        record.name: [_row(record, one, user) for one in record.rows(user)] for record in RECORDS
    }
    found["who_read_your_documents"] = [
        {
            "last_at": one.at.isoformat(),
            "document": one.paper,
            "reader": one.reader,
            "times_that_day": one.times,
        }
        for one in in_words(readings(user))
    ]
    return found


def _row(record: Record, one: Model, user: User) -> Row:
    row = {field.name: _value(field, one, user) for field in record.fields}
    if isinstance(one, Message) and one.secret:
        row["body"] = _(
            "Not in the copy: it carries a code or a link that acts without signing in."
        )
    return row


def _value(field: Field, one: Model, user: User) -> Any:
    value = getattr(one, field.name)
    if isinstance(field, FileField):
        return _place(one, value)
    if isinstance(value, Model):
        return _reference(value, user)
    if isinstance(field, ArrayField):
        return [_plain(item) for item in value or []]
    return _plain(value)


def _plain(value: Any) -> Any:
    """As JSON can say it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if type(value) in PLAIN else _text(value)


def _text(value: Any) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _reference(value: Model, user: User) -> str:
    """Other rows by their code or name; other people by what they are."""
    if isinstance(value, User):
        return _role(value, user)
    if isinstance(value, PreceptorProfile):
        return _role(value.user, user)
    return str(getattr(value, "code", "") or value)


def _role(person: User, user: User) -> str:
    if person.pk == user.pk:
        return "you"
    if person.is_staff:
        return "a coordinator"
    return "your preceptor" if person.is_preceptor else "another person"


def files_of(user: User) -> Iterator[tuple[str, FieldFile]]:
    """(place in the copy, file) of each file that is hers."""
    for paper in Document.objects.openable().filter(owner=user).select_related("type"):
        yield _place(paper, paper.file), paper.file
    for sent in Attachment.objects.openable().filter(owner=user):
        yield _place(sent, sent.file), sent.file
    for preceptor in PreceptorProfile.objects.filter(user=user).exclude(photo=""):
        yield _place(preceptor, preceptor.photo), preceptor.photo
    for issued in IssuedDocument.objects.filter(placement__learner=user):
        if issued.file:
            yield _place(issued, issued.file), issued.file
    for letter in LetterRequest.objects.filter(placement__learner=user):
        if letter.file:
            yield _place(letter, letter.file), letter.file


def _place(one: Model, file: FieldFile) -> str:
    if not file:
        return ""
    match one:
        case Document():
            return f"files/documents/{one.type.slug}-{one.pk}-{_tame(one.name)}"
        case Attachment():
            return f"files/messages/{one.pk}-{_tame(one.name)}"
        case PreceptorProfile():
            return "files/photo.jpg"
        case IssuedDocument():
            return f"files/certificates/certificate-{one.number}.pdf"
        case _:
            return f"files/letter-requests/letter-request-{one.pk}.pdf"


def _tame(name: str) -> str:
    stem, _dot, ending = name.rpartition(".")
    return f"{slugify(stem)[:60] or 'document'}.{slugify(ending)[:8]}"


def readme(user: User) -> str:
    """What lies where, why something is missing, in plain words."""
    with_reasons = [
        f"- {record.name}: {field}. {why}"
        for record in RECORDS
        for field, why in record.without.items()
    ]
    return _README % {
        "name": user.name,
        "portal": settings.PORTAL["name"],
        "email": settings.PORTAL["email"],
        "day": f"{timezone.localdate():%B %-d, %Y}",
        "left_out": "\n".join(with_reasons),
        "tables": "\n".join(
            f"- {label}: {why}" for label, why in NOT_COPIED.items() if why != NOBODY
        ),
    }


_README = """\
%(portal)s: what is kept about %(name)s, on %(day)s

your-data.json   everything, for programs
lists/           the same, one sheet for each kind of thing, for Excel and the like
files/           your documents, certificates and letter requests, as they are stored

A cell that begins with an apostrophe would be a formula without it.
Other people are called by what they are, never by name; so is the portal's staff.

Left out of the lists, and why:
%(left_out)s

Not in the copy, and why:
%(tables)s

Keep this file to yourself: whoever has it has your papers.
Questions: %(email)s
"""
