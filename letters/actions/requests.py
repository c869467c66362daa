"""A learner asks for a letter; its author agrees, declines, or tells that it is uploaded.

The letter itself is never here (handbook 3.2, 4.2).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.kinds import ConsentKind
from accounts.models import Consent, User
from audit.actions import record
from clocks.actions import schedule
from clocks.queries import in_words, length
from letters import deadlines, emails
from letters.actions.transition import LetterMoved, move_letter
from letters.models import LetterRequest
from letters.queries import request_open_for, requests_to_render, was_declined
from letters.states import Destination, LetterStatus
from outbox.actions import nudge
from placements.models import Placement
from placements.states import PlacementStatus

FIELDS = frozenset(
    {"waived", "destination", "letter_id", "specialty_label", "target_on", "message"}
)
DONE = frozenset({PlacementStatus.WRAP_UP, PlacementStatus.COMPLETED, PlacementStatus.INCOMPLETE})


class TooEarly(ValidationError):
    """Half of the rotation is not done yet, or it ended before its time."""

    def __init__(self) -> None:
        super().__init__(
            _("You can ask for a letter once half of the rotation is done."), code="too_early"
        )


class NotTwice(ValidationError):
    """A request is under way, or this author could not write for this rotation."""


class Incomplete(ValidationError):
    """Answers are missing that a request cannot do without; by field."""


class WrongDay(ValidationError):
    """A day in the future or too long ago, or one on which it is too early to complain."""


def refuse_unless_askable(placement: Placement) -> None:
    """Raises ``TooEarly`` or ``NotTwice``."""
    today = timezone.localdate(timezone=placement.listing.site.zone)
    half_done = placement.status == PlacementStatus.ACTIVE and placement.is_half_done(today)
    if not (half_done or placement.status in DONE):
        raise TooEarly
    if was_declined(placement):
        raise NotTwice(
            _("This letter could not be written. Ask somebody else who worked with you."),
            code="declined",
        )


@transaction.atomic
def save_letter(placement: Placement, *, by: User, **answers: Any) -> LetterRequest:
    """Keep what is there so far, in the one draft of this placement.

    Refuses with ``TooEarly`` or ``NotTwice``.
    """
    placement.lock()
    refuse_unless_askable(placement)
    letter = request_open_for(placement) or LetterRequest(placement=placement)
    if letter.status != LetterStatus.DRAFT:
        raise NotTwice(_("You have asked for this letter already."), code="asked")
    for name in answers.keys() & FIELDS:
        setattr(letter, name, answers[name])
    letter.save()
    if by != placement.learner:
        record("letter.edited", letter, by=by, on_behalf_of=placement.learner)
    return letter


@transaction.atomic
def request_letter(letter: LetterRequest, *, by: User, address: str | None = None) -> None:
    """Ask the author. A worker makes the PDF, then the mail with the packet's link leaves.

    The learner's consent to share the packet is recorded with it. Refuses with
    ``Incomplete``, ``TooEarly``, ``NotTwice`` or ``LetterMoved``.
    """
    letter.lock()
    placement = letter.placement
    refuse_unless_askable(placement)
    if letter.status != LetterStatus.DRAFT:
        raise LetterMoved(letter, LetterStatus.REQUESTED)
    _refuse_gaps(letter)
    now, zone = timezone.now(), placement.listing.site.zone
    if letter.destination != Destination.ERAS:
        letter.letter_id = ""
    target_on = letter.target_on or now.astimezone(zone).date()
    ends_at = deadlines.ends_at(now, target_on, zone)
    move_letter(
        letter,
        LetterStatus.REQUESTED,
        by=by,
        letter_id=letter.letter_id,
        requested_at=now,
        waived_at=now,
        token_expires_at=ends_at,
    )
    Consent.objects.create(
        user=placement.learner,
        kind=ConsentKind.LETTER_PACKET,
        at=now,
        address=address,
        subject_id=letter.pk,
    )
    _start_clocks(letter)
    nudge("letters.tasks.render_request", letter.pk)


def gaps(answers: Mapping[str, Any], aamc_id: str) -> dict[str, str]:
    """What a request lacks that it cannot be sent without, by field; for the form too."""
    missing = {}
    if answers["waived"] is None:
        missing["waived"] = _("Choose one. Both answers are fine.")
    if not answers["destination"]:
        missing["destination"] = _("Choose where the letter goes.")
    if answers["target_on"] is None:
        missing["target_on"] = _("Choose a day.")
    if answers["destination"] == Destination.ERAS:
        if not answers["letter_id"]:
            missing["letter_id"] = _("Copy it from your letter request form in MyERAS.")
        if not aamc_id:
            missing["aamc_id"] = _("ERAS needs your AAMC ID, eight digits.")
    return missing


def _refuse_gaps(letter: LetterRequest) -> None:
    profile = getattr(letter.placement.learner, "learner_profile", None)
    answers = {name: getattr(letter, name) for name in FIELDS}
    if missing := gaps(answers, profile.aamc_id if profile else ""):
        raise Incomplete(missing)


def _start_clocks(letter: LetterRequest) -> None:
    """Owe the reminders, and the end of a request that nobody answers (timer T14)."""
    zone = letter.placement.listing.site.zone
    target, asked_at = letter.target_on, letter.requested_at
    if target is None or asked_at is None:
        return
    for day in deadlines.reminders(asked_at.astimezone(zone).date(), target):
        at = deadlines.reminder_at(day, zone)
        schedule("letter.reminder", letter.pk, at=at, occurrence=f"{target}:{day}")
    at = deadlines.ends_at(asked_at, target, zone)
    schedule("letter.expiry", letter.pk, at=at, occurrence=f"{target}")


@transaction.atomic
def change_letter(
    letter: LetterRequest, *, by: User, waived: bool | None = None, letter_id: str = ""
) -> None:
    """Correct the waiver while nobody answered, or the Letter ID until it is uploaded.

    The PDF is made anew and its author told; the former version is void. What is
    not given stays. Refuses with ``LetterMoved``.
    """
    letter.lock()
    changes: dict[str, Any] = {}
    if waived is not None and waived != letter.waived:
        if letter.status != LetterStatus.REQUESTED:
            raise LetterMoved(letter, LetterStatus.REQUESTED)
        changes |= {"waived": waived, "waived_at": timezone.now()}
    if letter_id and letter_id != letter.letter_id:
        if letter.status not in {LetterStatus.REQUESTED, LetterStatus.AGREED}:
            raise LetterMoved(letter, LetterStatus.AGREED)
        changes["letter_id"] = letter_id
    if not changes:
        return
    for field, value in changes.items():
        setattr(letter, field, value)
    letter.version, letter.tries = letter.version + 1, 0
    letter.save(update_fields=[*changes, "version", "tries"])
    record("letter.changed", letter, by=by, version=letter.version, fields=sorted(changes))
    nudge("letters.tasks.render_request", letter.pk)


@transaction.atomic
def agree_to_letter(letter: LetterRequest, *, by: User, promised_on: date | None = None) -> None:
    """The author will write it, by that day if she names one. Refuses with ``WrongDay``."""
    letter.lock()
    if letter.status != LetterStatus.REQUESTED:  # only the learner sends one back to be written
        raise LetterMoved(letter, LetterStatus.AGREED)
    changes: dict[str, Any] = {"promised_on": promised_on}
    if promised_on is not None:
        zone = letter.placement.listing.site.zone
        if promised_on < timezone.localdate(timezone=zone):
            raise WrongDay(_("Choose a day from today on."), code="past")
        after = deadlines.after_last_reminder(promised_on, zone)
        if letter.token_expires_at is None or after > letter.token_expires_at:
            changes["token_expires_at"] = after
    event = move_letter(letter, LetterStatus.AGREED, by=by, **changes)
    emails.letter_agreed(letter, occasion=event)


@transaction.atomic
def decline_letter(
    letter: LetterRequest, *, by: User, note: str = "", shares_note: bool = False
) -> None:
    """The learner hears that it could not be written; why, only if the author shares it."""
    letter.lock()
    note = note.strip()
    event = move_letter(
        letter,
        LetterStatus.DECLINED,
        by=by,
        decline_note=note,
        shares_note=bool(note) and shares_note,
        ended_at=timezone.now(),
    )
    emails.letter_declined(letter, occasion=event)


@transaction.atomic
def attest_upload(letter: LetterRequest, *, by: User, uploaded_on: date) -> None:
    """The author's word that the letter is where it belongs. Refuses with ``WrongDay``."""
    letter.lock()
    zone = letter.placement.listing.site.zone
    if uploaded_on > timezone.localdate(timezone=zone):
        raise WrongDay(_("This day has not come yet."), code="ahead")
    asked_at = letter.requested_at
    if asked_at is not None and uploaded_on < asked_at.astimezone(zone).date():
        raise WrongDay(_("The letter was asked for later than that."), code="before")
    event = move_letter(
        letter,
        LetterStatus.UPLOADED,
        by=by,
        uploaded_on=uploaded_on,
        attested_at=timezone.now(),
    )
    emails.letter_uploaded(letter, occasion=event)


@transaction.atomic
def report_not_visible(letter: LetterRequest, *, by: User) -> None:
    """Business days on it does not show: the author is asked to look again.

    Refuses with ``WrongDay`` before that.
    """
    letter.lock()
    zone = letter.placement.listing.site.zone
    uploaded = letter.status == LetterStatus.UPLOADED
    if uploaded and timezone.localdate(timezone=zone) < may_report_from(letter):
        raise WrongDay(
            _("A letter can take %(time)s to show. Look again after that."),
            code="early",
            params={"time": in_words(deadlines.VISIBLE_AFTER)},
        )
    ends_at = timezone.now() + length(deadlines.LINK_LASTS_AGAIN)
    event = move_letter(
        letter,
        LetterStatus.AGREED,
        by=by,
        token_expires_at=max(letter.token_expires_at or ends_at, ends_at),
    )
    emails.letter_not_visible(letter, occasion=event)


def may_report_from(letter: LetterRequest) -> date:
    return deadlines.visible_on(letter.uploaded_on or timezone.localdate())


@transaction.atomic
def confirm_letter(letter: LetterRequest, *, by: User) -> None:
    """The learner sees it where it was sent; its author is thanked."""
    letter.lock()
    now = timezone.now()
    event = move_letter(letter, LetterStatus.CONFIRMED, by=by, confirmed_at=now, ended_at=now)
    emails.letter_confirmed(letter, occasion=event)


@transaction.atomic
def cancel_letter(letter: LetterRequest, *, by: User) -> None:
    """Take it back before it is uploaded; the link is dead, and whoever was asked is told."""
    letter.lock()
    was_asked = letter.status != LetterStatus.DRAFT
    now = timezone.now()
    event = move_letter(letter, LetterStatus.CANCELLED, by=by, ended_at=now, token_expires_at=now)
    if was_asked:
        emails.letter_cancelled(letter, occasion=event)


@transaction.atomic
def expire_letter(letter: LetterRequest) -> bool:
    """No answer came. Whether it ended now."""
    letter.lock()
    if letter.status != LetterStatus.REQUESTED:
        return False
    now = timezone.now()
    event = move_letter(letter, LetterStatus.EXPIRED, by=None, ended_at=now, token_expires_at=now)
    emails.letter_expired(letter, occasion=event)
    return True


def count_try(letter_id: int) -> bool:
    """Count a try before it begins. Whether there is anything to do."""
    return bool(requests_to_render().filter(pk=letter_id).update(tries=F("tries") + 1))


def attach_request_pdf(letter: LetterRequest, pdf: bytes) -> None:
    """Give a locked request the PDF of its version; its author is told now."""
    was_told = letter.rendered_version > 0
    letter.rendered_version = letter.version
    old = letter.file.name
    letter.file.save("request.pdf", ContentFile(pdf), save=False)
    letter.save(update_fields=["file", "rendered_version"])
    if old:
        storage = letter.file.storage
        transaction.on_commit(lambda: storage.delete(old), robust=True)
    event = record("letter.rendered", letter, by=None, version=letter.version)
    if was_told:
        emails.letter_changed(letter, occasion=event)
    else:
        emails.letter_requested(letter, occasion=event)
