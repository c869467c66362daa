"""Certificates: issued as a row, made a PDF by a worker, revoked or replaced."""

import hashlib
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from letters import emails
from letters.codes import new_certificate_code
from letters.models import IssuedDocument
from letters.signing import sign
from outbox.actions import nudge
from placements.models import Placement
from placements.queries import hours_totals
from placements.states import PlacementStatus

RENDER = "letters.tasks.render_document"


class NotCompleted(ValidationError):
    """The rotation has not come to its end with hours and evaluation."""


@transaction.atomic
def issue_certificate(placement: Placement, *, by: User | None) -> IssuedDocument:
    """Write down what it states, signed; a worker makes the PDF.

    Issued twice, it is the one that is valid. Refuses with ``NotCompleted``.
    """
    placement.lock()
    if placement.status != PlacementStatus.COMPLETED:
        raise NotCompleted(_("The rotation is not completed yet."), code="status")
    valid = placement.issued_documents.filter(revoked_at=None, replaced_by=None).first()
    return valid or _issue(placement, by=by)


def _issue(placement: Placement, *, by: User | None) -> IssuedDocument:
    today = timezone.localdate(timezone=placement.listing.site.zone)
    code, number = new_certificate_code(), _next_number(today)
    facts = _facts(placement, code=code, number=number, today=today)
    key_id, signature = sign(facts)
    document = IssuedDocument.objects.create(
        placement=placement,
        code=code,
        number=number,
        facts=facts,
        key_id=key_id,
        signature=signature,
    )
    record("certificate.issued", document, by=by, number=number)
    nudge(RENDER, document.pk)
    return document


def _next_number(today: date) -> str:
    """2027-000412, without a gap that tells how many there are elsewhere; unique by the table."""
    last = (
        IssuedDocument.objects.select_for_update()
        .filter(number__startswith=f"{today.year}-")
        .order_by("-number")
        .values_list("number", flat=True)
        .first()
    )
    return f"{today.year}-{int(last.split('-')[1]) + 1 if last else 1:06}"


def _facts(placement: Placement, *, code: str, number: str, today: date) -> dict[str, Any]:
    """What the paper says, and nothing more: no ID, score or date of birth (promise B7)."""
    listing, site = placement.listing, placement.listing.site
    return {
        "code": code,
        "number": number,
        "name": placement.learner.name,
        "type": listing.get_rotation_type_display(),
        "supervision": "supervised hands-on" if listing.is_hands_on else "observation only",
        "specialty": listing.specialty.name,
        "site": site.name,
        "city": site.city,
        "state": site.state.name,
        "preceptor": placement.preceptor.title,
        "start_on": placement.start_on.isoformat(),
        "end_on": placement.end_on.isoformat(),
        "weeks": placement.weeks,
        "hours": str(hours_totals(placement).attested.normalize() + 0),
        "issued_on": today.isoformat(),
        "issuer": settings.PORTAL["name"],
    }


@transaction.atomic
def attach_pdf(document: IssuedDocument, content: bytes) -> None:
    """Put the file onto its row, in the caller's lock; its bytes never change after that."""
    document.file.save("certificate.pdf", ContentFile(content), save=False)
    document.sha256 = hashlib.sha256(content).hexdigest()
    document.rendered_at = timezone.now()
    document.save(update_fields=["file", "sha256", "rendered_at"])
    event = record("certificate.rendered", document, by=None, sha256=document.sha256)
    emails.certificate_issued(document, occasion=event)


def _lock(document: IssuedDocument) -> None:
    rows = IssuedDocument.objects.select_for_update(no_key=True, of=("self",))
    document.refresh_from_db(from_queryset=rows)


@transaction.atomic
def revoke_document(document: IssuedDocument, *, by: User, reason: str) -> None:
    """Say to everybody who checks that it does not hold any more. The reason stays inside."""
    if not reason.strip():
        raise ValidationError(_("Say why it is revoked."), code="reason")
    _lock(document)
    if document.revoked_at:
        return
    document.revoked_at, document.revoked_by = timezone.now(), by
    document.revoke_reason = reason
    document.save(update_fields=["revoked_at", "revoked_by", "revoke_reason"])
    event = record("certificate.revoked", document, by=by, reason=reason)
    emails.certificate_revoked(document, occasion=event)


@transaction.atomic
def reissue_document(document: IssuedDocument, *, by: User) -> IssuedDocument:
    """A corrected one with today's facts; the old one says “replaced”."""
    document.placement.lock()
    _lock(document)
    if document.replaced_by_id or document.revoked_at:
        raise ValidationError(_("This certificate is not the valid one."), code="state")
    # The table allows one valid certificate a placement: step aside before the new one is there.
    IssuedDocument.objects.filter(pk=document.pk).update(replaced_by=document.pk)
    new = _issue(document.placement, by=by)
    document.replaced_by = new
    document.save(update_fields=["replaced_by"])
    record("certificate.replaced", document, by=by, by_number=new.number)
    return new
