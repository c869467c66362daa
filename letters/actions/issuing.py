"""Certificates: issued, rendered, replaced and revoked. Their bytes never change."""

import hashlib
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.db.models import F, Max
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from letters import emails
from letters.codes import new_certificate_code
from letters.models import IssuedDocument
from letters.queries import certificates_to_render, valid_certificate
from letters.signing import sign
from outbox.actions import nudge
from placements.models import Placement
from placements.queries import hours_totals
from placements.states import PlacementStatus
from rotations.kinds import RotationType

FORMAT = 1
# One number after the other: whoever counts holds this lock until the transaction ends.
NUMBERING = 0x43455254


class NotCompleted(ValidationError):
    """The rotation is not completed: hours or the evaluation are missing."""

    def __init__(self) -> None:
        super().__init__(_("A certificate needs a completed rotation."), code="not_completed")


class NotValid(ValidationError):
    """The certificate was revoked or replaced before."""

    def __init__(self) -> None:
        super().__init__(_("This certificate is no longer valid."), code="not_valid")


@transaction.atomic
def issue_certificate(placement: Placement, *, by: User | None) -> IssuedDocument:
    """Freeze and sign what it states; a worker makes the PDF and then tells the learner.

    Issued twice, it is issued once: the valid one is returned. Refuses with
    ``NotCompleted``.
    """
    placement.lock()
    if placement.status != PlacementStatus.COMPLETED:
        raise NotCompleted
    return valid_certificate(placement) or _issue(placement, by=by)


@transaction.atomic
def reissue_certificate(document: IssuedDocument, *, by: User) -> IssuedDocument:
    """Issue another one with today's facts; the old number then says “replaced”.

    Refuses with ``NotValid`` when it was revoked or replaced already.
    """
    placement = document.placement
    placement.lock()
    _refuse_unless_valid(document)
    number = _reserve_key()
    # The table knows one valid certificate of a placement: the old one steps down first.
    document.replaced_by_id = number
    document.save(update_fields=["replaced_by"])
    issued = _issue(placement, by=by, pk=number)
    record("certificate.replaced", document, by=by, replaced_by=issued.number)
    return issued


@transaction.atomic
def revoke_document(document: IssuedDocument, *, by: User, reason: str) -> None:
    """Withdraw it; the verification page says so from now on, without the reason.

    Refuses with ``NotValid`` when it was revoked or replaced already.
    """
    document.placement.lock()
    _refuse_unless_valid(document)
    reason = reason.strip()
    if not reason:
        raise ValidationError(_("Say why it is withdrawn."), code="reason")
    document.revoked_at, document.revoked_by, document.revoke_reason = timezone.now(), by, reason
    document.save(update_fields=["revoked_at", "revoked_by", "revoke_reason"])
    event = record("certificate.revoked", document, by=by)
    emails.certificate_revoked(document, occasion=event)


def render_again(document: IssuedDocument, *, by: User) -> None:
    """Owe the PDF once more, after it was given up."""
    if certificates_to_render().filter(pk=document.pk).update(tries=0):
        record("certificate.render_again", document, by=by)
        nudge("letters.tasks.render_document", document.pk)


def count_try(document_id: int) -> bool:
    """Count a try before it begins, so that a page which kills its worker is given up.

    Whether there is anything to do.
    """
    return bool(certificates_to_render().filter(pk=document_id).update(tries=F("tries") + 1))


def attach_pdf(document: IssuedDocument, pdf: bytes) -> None:
    """Give a locked certificate its file, for good, and tell the learner."""
    document.sha256 = hashlib.sha256(pdf).hexdigest()
    document.rendered_at = timezone.now()
    document.file.save("certificate.pdf", ContentFile(pdf), save=False)
    document.save(update_fields=["file", "sha256", "rendered_at"])
    event = record("certificate.rendered", document, by=None, sha256=document.sha256)
    emails.certificate_issued(document, occasion=event)


def _refuse_unless_valid(document: IssuedDocument) -> None:
    document.refresh_from_db(fields=["revoked_at", "replaced_by"])
    if document.state != "valid":
        raise NotValid


def _issue(placement: Placement, *, by: User | None, pk: int | None = None) -> IssuedDocument:
    code, number = new_certificate_code(), _next_number()
    facts = {**_facts(placement), "code": code, "number": number}
    signature = sign(facts)
    document = IssuedDocument.objects.create(
        pk=pk,
        code=code,
        number=number,
        placement=placement,
        facts=facts,
        key_id=signature.key_id,
        signature=signature.value,
    )
    record("certificate.issued", document, by=by, number=number)
    nudge("letters.tasks.render_document", document.pk)
    return document


def _facts(placement: Placement) -> dict[str, Any]:
    """What is printed, in words; no number of hers, no birth date, no grade (handbook 3.8)."""
    listing, site = placement.listing, placement.listing.site
    with translation.override(settings.LANGUAGE_CODE):
        return {
            "format": FORMAT,
            "name": placement.learner.name,
            "type": str(listing.get_rotation_type_display()),
            "practice": _practice(placement),
            "specialty": listing.specialty.name,
            "setting": str(listing.get_setting_display()),
            "site": site.name,
            "city": site.city,
            "state": site.state.name,
            "preceptor": placement.preceptor.title,
            "start_on": placement.start_on.isoformat(),
            "end_on": placement.end_on.isoformat(),
            "weeks": placement.weeks,
            "hours": f"{hours_totals(placement).attested.normalize():f}",
            "issued_on": timezone.localdate().isoformat(),
            "issuer": settings.PORTAL["name"],
            "issuer_url": settings.SITE_URL,
            "signatory": settings.PORTAL["coordinator"],
        }


def _practice(placement: Placement) -> str:
    listing = placement.listing
    if listing.is_hands_on:
        return "supervised hands-on"
    if listing.rotation_type == RotationType.RESEARCH:
        return "no patient care"
    return "observation only"


def _next_number() -> str:
    """“2027-000412”: the year, and one more than the last."""
    year = timezone.localdate().year
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [NUMBERING])
    issued = IssuedDocument.objects.filter(number__startswith=f"{year}-")
    last = issued.aggregate(last=Max("number"))["last"]
    count = int(last.partition("-")[2]) if last else 0
    return f"{year}-{count + 1:06}"


def _reserve_key() -> int:
    table = IssuedDocument._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("select nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        return int(cursor.fetchone()[0])
