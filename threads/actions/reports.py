"""Reports of mistreatment and danger: filed, taken in hand, noted, closed. Staff alone read them."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from placements.models import Application
from threads import emails
from threads.models import Report, ReportNote


class ReportMoved(ValidationError):
    """Somebody took it, or closed it, before."""


@transaction.atomic
def file_report(
    *,
    by: User,
    concern: str,
    text: str,
    no_mail: bool,
    application: Application | None = None,
    address: str | None = None,
) -> Report:
    """Keep it and tell staff that it is there, not what it says."""
    report = Report.objects.create(
        reporter=by,
        concern=concern,
        text=text,
        no_mail=no_mail,
        application=application,
        listing=application.listing if application else None,
        filed_at=timezone.now(),
    )
    event = record("report.filed", report, by=by, address=address)
    emails.report_filed(report, occasion=event)
    return report


@transaction.atomic
def take_report(report: Report, *, by: User) -> None:
    """Refuses with ``ReportMoved``."""
    report.lock()
    if report.taken_at:
        raise ReportMoved(_("It is in hand already."), code="taken")
    report.taken_at, report.taken_by = timezone.now(), by
    report.save(update_fields=["taken_at", "taken_by"])
    emails.report_taken(report, occasion=record("report.taken", report, by=by))


@transaction.atomic
def note_report(report: Report, *, by: User, text: str) -> None:
    """For staff; also after it is closed."""
    now = timezone.now()
    note = ReportNote.objects.create(report=report, written_by=by, text=text, at=now)
    record("report.noted", report, by=by, note=note.pk)


@transaction.atomic
def close_report(report: Report, *, by: User, text: str) -> None:
    """With a note of what came of it. Refuses with ``ReportMoved``."""
    report.lock()
    if report.closed_at:
        raise ReportMoved(_("It is closed already."), code="closed")
    if not report.taken_at:
        raise ReportMoved(_("Take it in hand first."), code="new")
    report.closed_at, report.closed_by = timezone.now(), by
    report.save(update_fields=["closed_at", "closed_by"])
    note_report(report, by=by, text=text)
    emails.report_closed(report, occasion=record("report.closed", report, by=by))


@transaction.atomic
def read_report(report: Report, *, by: User, address: str | None) -> None:
    """Remember which of the staff opened it."""
    record("report.read", report, by=by, address=address)
