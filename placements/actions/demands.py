"""What is asked of one placement after it was accepted, let pass there, or signed there."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import DocumentType, User
from audit.actions import record
from audit.models import Event
from clocks.calendar import end_of_day, morning
from clocks.queries import length
from placements import deadlines, emails
from placements.actions.placements import refresh_readiness
from placements.actions.readiness import asked_at_all
from placements.models import (
    Declaration,
    LateRequirement,
    Placement,
    RuleChange,
    SignedDeclaration,
)
from placements.models.demand import DemandOrigin
from placements.queries import AHEAD


class NotAsked(ValidationError):
    """It is asked for already, or the rotation has begun."""


@transaction.atomic
def require_late(
    placement: Placement, kind: DocumentType, *, by: User, origin: DemandOrigin, note: str = ""
) -> LateRequirement:
    """Ask for one more document; she may cancel without a loss for some days, and reads why."""
    placement.lock()
    asked = {row.type_id for row in placement.listing.requirements.all()}
    asked |= set(placement.late_requirements.filter(waived=False).values_list("type_id", flat=True))
    if placement.status not in AHEAD or kind.pk in asked:
        raise NotAsked(_("This is asked for already, or the rotation has begun."), code="asked")
    now = timezone.now()
    row, _created = LateRequirement.objects.update_or_create(
        placement=placement,
        type=kind,
        defaults={
            "waived": False,
            "waived_until": None,
            "origin": origin,
            "note": note,
            "added_at": now,
            "added_by": by,
            "free_until": _free_until(placement, now),
        },
    )
    event = record("placement.requirement_added", placement, by=by, document=kind.slug)
    emails.requirement_added(row, occasion=event)
    refresh_readiness(placement)
    return row


def _free_until(placement: Placement, now: datetime) -> datetime:
    """Some days, but not beyond the morning on which she comes."""
    zone = placement.listing.site.zone
    last = timezone.localdate(now, timezone=zone) + length(deadlines.FREE_CANCEL)
    return min(end_of_day(last, zone), morning(placement.start_on, zone, deadlines.START_HOUR))


@transaction.atomic
def note_rule_change(placement: Placement, change: Event) -> bool:
    """Its listing asks for more than when she accepted: a window opens for her. Whether it did.

    What does not concern her, by her school or her work there, opens none. Papers that are
    asked for no longer may make her ready all the same.
    """
    placement.lock()
    if placement.status not in AHEAD or placement.created_at > change.at:
        return False
    asked = {check.document for check in asked_at_all(placement)}
    added = [slug for slug in change.detail["added"] if slug in asked]
    changed = {slug: how for slug, how in change.detail["changed"].items() if slug in asked}
    refresh_readiness(placement)
    until = _free_until(placement, change.at)
    if not (added or changed) or until < change.at:
        return False
    row, is_new = RuleChange.objects.get_or_create(
        placement=placement,
        changed_at=change.at,
        defaults={"added": added, "changed": changed, "free_until": until},
    )
    if is_new:
        event = record("placement.rules_changed", placement, by=change.by, change=change.pk)
        emails.rules_changed(row, occasion=event)
    return is_new


@transaction.atomic
def waive_requirement(
    placement: Placement, kind: DocumentType, *, by: User, note: str, until: date | None = None
) -> None:
    """Let a document pass for this rotation, for good or to a day, for a reason that is kept."""
    placement.lock()
    LateRequirement.objects.update_or_create(
        placement=placement,
        type=kind,
        defaults={
            "waived": True,
            "waived_until": until,
            "origin": DemandOrigin.PORTAL,
            "note": note,
            "added_at": timezone.now(),
            "added_by": by,
            "free_until": None,
        },
    )
    until_ = {"until": str(until)} if until else {}
    record("placement.requirement_waived", placement, by=by, document=kind.slug, **until_)
    refresh_readiness(placement)


@transaction.atomic
def sign_declaration(
    placement: Placement,
    declaration: Declaration,
    *,
    by: User,
    typed_name: str,
    address: str | None,
) -> SignedDeclaration:
    """Her signature under this version of the text; signed twice, it is one."""
    placement.lock()
    signed, created = SignedDeclaration.objects.get_or_create(
        placement=placement,
        declaration=declaration,
        defaults={"typed_name": typed_name, "address": address},
    )
    if created:
        record(
            "placement.declaration_signed",
            placement,
            by=by,
            document=declaration.type.slug,
            version=declaration.version,
        )
        refresh_readiness(placement)
    return signed
