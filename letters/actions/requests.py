"""A letter request: asked, agreed or declined, attested as uploaded, seen by the learner."""

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from clocks.actions import schedule
from clocks.calendar import morning
from letters import deadlines, emails
from letters.actions.transition import LetterMoved, transition
from letters.models import LetterRequest
from letters.queries import default_target, may_ask, open_request
from letters.states import Destination, LetterStatus
from outbox.actions import nudge
from placements.models import Placement

RENDER = "letters.tasks.render_request"
MORNING = 9


class NotYet(ValidationError):
    """The rotation is not half done, or its preceptor has declined."""


class Incomplete(ValidationError):
    """Something that a request needs has not been chosen."""


@transaction.atomic
def start_request(placement: Placement, *, by: User) -> LetterRequest:
    """Her open request for this rotation; a draft if there is none. Refuses with ``NotYet``."""
    placement.lock()
    found = open_request(placement)
    if found:
        return found
    if not may_ask(placement):
        raise NotYet(
            _("You can ask once half of the rotation is done, and once per preceptor."), code="not_yet"
        )
    specialty = placement.listing.specialty.name
    request = LetterRequest.objects.create(
        placement=placement, specialty_label=specialty, target_on=default_target(placement)
    )
    record("letter.started", request, by=by)
    return request


@transaction.atomic
def request_letter(request: LetterRequest, *, by: User) -> None:
    """Ask the preceptor. A worker makes the PDF; the mail to the author follows it."""
    request.lock()
    if request.status == LetterStatus.REQUESTED:
        return
    _refuse_incomplete(request)
    now = timezone.now()
    transition(
        request,
        LetterStatus.REQUESTED,
        by=by,
        requested_at=now,
        waived_at=now,
        token_expires_at=now + deadlines.SILENT,
    )
    _start_clock(request, now)
    nudge(RENDER, request.pk)


def _refuse_incomplete(request: LetterRequest) -> None:
    learner = request.placement.learner.learner_profile
    if request.waived is None:
        raise Incomplete(_("Say whether you waive your right to read the letter."), code="waived")
    if not request.destination:
        raise Incomplete(_("Say where the letter goes."), code="destination")
    if request.destination == Destination.ERAS and not request.letter_id:
        raise Incomplete(_("ERAS needs the Letter ID from your letter request form."), code="letter_id")
    if request.destination == Destination.ERAS and not learner.aamc_id:
        raise Incomplete(_("ERAS needs your AAMC ID: add it to your profile."), code="aamc_id")
    if request.target_on is None or request.target_on < timezone.localdate():
        raise Incomplete(_("Choose a day that lies ahead."), code="target_on")


def _start_clock(request: LetterRequest, now: datetime) -> None:
    zone = request.placement.listing.site.zone
    asked_on = now.astimezone(zone).date()
    for day in deadlines.reminders(request.target_on or asked_on, asked_on):
        schedule("letter.reminder", request.pk, at=morning(day, zone, MORNING), occurrence=str(day))
    schedule("letter.expiry", request.pk, at=now + deadlines.SILENT)


@transaction.atomic
def attach_request_pdf(request: LetterRequest, content: bytes) -> None:
    """Put the PDF of this version onto the row, in the caller's lock, and tell the author."""
    request.file.save("request.pdf", ContentFile(content), save=False)
    request.rendered_version = request.version
    request.save(update_fields=["file", "rendered_version"])
    emails.letter_requested(request)


@transaction.atomic
def agree_to_letter(
    request: LetterRequest, *, by: User, promised_on: date | None = None
) -> None:
    """The author will write it; the learner hears when."""
    request.lock()
    event = transition(
        request, LetterStatus.AGREED, by=by, promised_on=promised_on or request.target_on
    )
    emails.letter_agreed(request, occasion=event)


@transaction.atomic
def decline_letter(
    request: LetterRequest, *, by: User, note: str = "", shares_note: bool = False
) -> None:
    """The author will not; the learner learns only that, unless the author shares why."""
    request.lock()
    event = transition(
        request,
        LetterStatus.DECLINED,
        by=by,
        decline_note=note,
        shares_note=shares_note and bool(note),
        ended_at=timezone.now(),
    )
    emails.letter_declined(request, occasion=event)


@transaction.atomic
def attest_upload(request: LetterRequest, *, by: User, uploaded_on: date) -> None:
    """The author says on which day she uploaded it. The portal never saw the letter."""
    if uploaded_on > timezone.localdate() + timedelta(days=1):
        raise ValidationError(_("This day has not come yet."), code="ahead")
    request.lock()
    event = transition(
        request,
        LetterStatus.UPLOADED,
        by=by,
        uploaded_on=uploaded_on,
        attested_at=timezone.now(),
    )
    emails.letter_uploaded(request, occasion=event)


@transaction.atomic
def confirm_letter(request: LetterRequest, *, by: User) -> None:
    """The learner sees it where it was to go."""
    request.lock()
    event = transition(
        request, LetterStatus.CONFIRMED, by=by, confirmed_at=timezone.now(), ended_at=timezone.now()
    )
    emails.letter_confirmed(request, occasion=event)


@transaction.atomic
def report_not_visible(request: LetterRequest, *, by: User) -> None:
    """Uploaded, but not to be seen after five business days: the author looks again."""
    request.lock()
    event = transition(request, LetterStatus.AGREED, by=by, uploaded_on=None, attested_at=None)
    emails.letter_not_visible(request, occasion=event)


@transaction.atomic
def cancel_letter(request: LetterRequest, *, by: User) -> None:
    """The learner takes it back before it is uploaded; the author's link is dead."""
    request.lock()
    was_asked = request.status != LetterStatus.DRAFT
    event = transition(request, LetterStatus.CANCELLED, by=by, ended_at=timezone.now())
    if was_asked:
        emails.letter_cancelled(request, occasion=event)


@transaction.atomic
def expire_letter(request: LetterRequest) -> bool:
    """Sixty days of silence. Whether it ended now."""
    request.lock()
    if request.status != LetterStatus.REQUESTED:
        return False
    event = transition(request, LetterStatus.EXPIRED, by=None, ended_at=timezone.now())
    emails.letter_expired(request, occasion=event)
    return True


@transaction.atomic
def save_request(request: LetterRequest, *, by: User, **fields: Any) -> None:
    """Keep a draft; once it is asked, only waiver and Letter ID can change, and re-make the PDF."""
    request.lock()
    if request.status == LetterStatus.DRAFT:
        editable = {"waived", "destination", "letter_id", "specialty_label", "target_on", "message"}
    elif request.status == LetterStatus.REQUESTED:
        editable = {"waived", "letter_id"}
    else:
        raise LetterMoved(request)
    changes = {name: value for name, value in fields.items() if name in editable}
    for name, value in changes.items():
        setattr(request, name, value)
    if request.status == LetterStatus.REQUESTED:
        request.version += 1
        request.waived_at = timezone.now()
        nudge(RENDER, request.pk)
        record("letter.changed", request, by=by, version=request.version)
    request.save(update_fields=["version", "waived_at", *changes])
