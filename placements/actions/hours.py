"""Hours: logged by the learner day by day, signed by the preceptor."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from placements import emails
from placements.actions.placements import complete_if_done
from placements.actions.transition import in_whose_name
from placements.models import HoursEntry, Placement


class DayNotOpen(ValidationError):
    """The day lies outside the rotation, ahead, or is signed already."""


@transaction.atomic
def log_hours(
    placement: Placement, *, by: User, day: date, hours: Decimal, note: str = ""
) -> HoursEntry:
    """Write down one day; written again before it is signed, it is corrected.

    A day that was not signed can be corrected too. Refuses with ``DayNotOpen``.
    """
    placement.lock()
    today = timezone.localdate(timezone=placement.listing.site.zone)
    if not placement.takes_hours:
        raise DayNotOpen(_("Hours can be logged while the rotation runs."), code="status")
    if not placement.start_on <= day <= placement.end_on:
        raise DayNotOpen(_("This day is outside your rotation."), code="outside")
    if day > today:
        raise DayNotOpen(_("This day has not come yet."), code="ahead")
    entry = HoursEntry.objects.filter(placement=placement, day=day).first()
    if entry and entry.attested_at:
        raise DayNotOpen(_("The hours of this day are signed already."), code="signed")
    entry = entry or HoursEntry(placement=placement, day=day)
    entry.hours, entry.note = hours, note
    entry.disputed_at = entry.disputed_by = entry.counted_at = entry.counted_by = None
    entry.dispute_note = entry.counted_note = ""
    entry.full_clean(validate_unique=False, validate_constraints=False)
    entry.save()
    record("hours.logged", placement, by=by, day=str(day), hours=str(hours))
    return entry


@transaction.atomic
def remove_hours(entry: HoursEntry, *, by: User) -> None:
    """Take back a day that is not signed."""
    entry.placement.lock()
    entry.refresh_from_db()
    if entry.attested_at:
        raise DayNotOpen(_("The hours of this day are signed already."), code="signed")
    record("hours.removed", entry.placement, by=by, day=str(entry.day), hours=str(entry.hours))
    entry.delete()


@transaction.atomic
def attest_hours(placement: Placement, entries: Iterable[HoursEntry], *, by: User) -> int:
    """Sign these days; how many were signed now. Signed twice, once counts."""
    placement.lock()
    mine = HoursEntry.objects.filter(placement=placement, pk__in=[entry.pk for entry in entries])
    signed = mine.filter(attested_at=None).update(
        attested_at=timezone.now(),
        attested_by=by,
        disputed_at=None,
        disputed_by=None,
        dispute_note="",
    )
    if signed:
        record(
            "hours.attested",
            placement,
            by=by,
            on_behalf_of=in_whose_name(by, placement),
            days=signed,
        )
        complete_if_done(placement)
    return signed


@transaction.atomic
def count_hours(entry: HoursEntry, *, by: User, note: str) -> None:
    """Staff have a day count although a hold covers it; the note says why, to both sides."""
    placement = entry.placement
    placement.lock()
    if not HoursEntry.objects.held().filter(pk=entry.pk).exists():
        raise DayNotOpen(_("No hold covers this day, so it counts anyway."), code="counts")
    entry.refresh_from_db()
    entry.counted_at, entry.counted_by, entry.counted_note = timezone.now(), by, note
    entry.save(update_fields=["counted_at", "counted_by", "counted_note"])
    record("hours.counted", placement, by=by, day=str(entry.day))
    complete_if_done(placement)


@transaction.atomic
def dispute_hours(entry: HoursEntry, *, by: User, note: str) -> None:
    """Not as she remembers it: the learner reads why and corrects it."""
    entry.placement.lock()
    entry.refresh_from_db()
    if entry.attested_at:
        raise DayNotOpen(_("The hours of this day are signed already."), code="signed")
    entry.disputed_at, entry.disputed_by, entry.dispute_note = timezone.now(), by, note
    entry.save(update_fields=["disputed_at", "disputed_by", "dispute_note"])
    event = record(
        "hours.disputed",
        entry.placement,
        by=by,
        on_behalf_of=in_whose_name(by, entry.placement),
        day=str(entry.day),
    )
    emails.hours_disputed(entry, occasion=event)
