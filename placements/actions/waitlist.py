"""Waiting for dates that are full or beyond a limit: put on the list, kept on it, taken off it by hand."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from clocks.actions import schedule
from clocks.calendar import morning
from clocks.queries import length
from placements import deadlines, emails
from placements.actions.answers import first_answer
from placements.actions.applications import start_answer_clock
from placements.actions.choices import play
from placements.actions.limits import limit_reached
from placements.actions.transition import NO_OFFER, TransitionNotAllowed, transition
from placements.models import Application, WaitlistEntry
from placements.queries import open_entry
from placements.states import Status
from rotations.blocks import Block
from rotations.models import SeatWeek


class SeatsFree(ValidationError):
    """Nobody has to wait for these dates."""

    def __init__(self) -> None:
        super().__init__(
            _("A seat is free on these dates. Confirm the request instead."), code="seats_free"
        )


@transaction.atomic
def waitlist_application(application: Application, *, by: User, block: Block | None = None) -> None:
    """Have it wait for one of its blocks, full or beyond a limit, behind those who wait already.

    The weeks stay locked until the entry stands, so that a seat freed meanwhile finds
    it. Refuses with ``SeatsFree``, ``NotAChoice`` or ``TransitionNotAllowed``.
    """
    application.lock()
    if application.status != Status.UNDER_REVIEW:
        raise TransitionNotAllowed(application, Status.WAITLISTED)
    dates = play(application, block)
    rows = SeatWeek.objects.lock(application.seats)
    is_free = len(rows) == dates.weeks and all(row.free > 0 for row in rows.values())
    if is_free and not limit_reached(application, dates.mondays):
        raise SeatsFree
    now = timezone.now()
    entry = WaitlistEntry.objects.create(
        application=application, start_on=dates.start_on, weeks=dates.weeks, queued_at=now
    )
    event = transition(
        application,
        Status.WAITLISTED,
        by=by,
        start_on=dates.start_on,
        **first_answer(application, by=by, at=now),
    )
    emails.application_waitlisted(application, occasion=event)
    begins = morning(dates.start_on, application.listing.site.zone, deadlines.START_HOUR)
    schedule("application.waitlist_over", application.pk, at=begins, occurrence=str(entry.pk))


@transaction.atomic
def take_off_waitlist(application: Application, *, by: User) -> None:
    """Look at the request again by hand, for instance because seats were added.

    The answer clock starts anew. Whoever does it knows of it, so no mail leaves.
    """
    application.lock()
    if application.status != Status.WAITLISTED:
        raise TransitionNotAllowed(application, Status.UNDER_REVIEW)
    now, zone = timezone.now(), application.listing.site.zone
    reply_by = deadlines.reply_by(now, application.dates.start_on, zone)
    transition(application, Status.UNDER_REVIEW, by=by, review_started_at=now, reply_by=reply_by)
    start_answer_clock(application, now, reply_by)


@transaction.atomic
def keep_on_waitlist(application: Application, *, by: User, keep: bool) -> None:
    """Whether she stays on the list when she passes or misses an offer."""
    application.lock()
    entry = open_entry(application)
    if entry is None:
        raise TransitionNotAllowed(application, Status.WAITLISTED)
    if entry.keep != keep:
        entry.keep = keep
        entry.save(update_fields=["keep"])
        learner = None if by == application.learner else application.learner
        record("application.waitlist_kept", application, by=by, on_behalf_of=learner, keep=keep)


def wait_again(application: Application, entry: WaitlistEntry, *, by: User | None) -> None:
    """Back to the end of the list, in the caller's transaction, the seat given back already.

    The same dates rest for a while; when that is over they are looked at once more.
    """
    now = timezone.now()
    entry.queued_at, entry.rests_until = now, now + length(deadlines.WAITLIST_REST)
    entry.save(update_fields=["queued_at", "rests_until"])
    event = transition(application, Status.WAITLISTED, by=by, **NO_OFFER)
    emails.waitlist_kept(application, rests_until=entry.rests_until, occasion=event)
    schedule(
        "listing.seats_freed",
        application.listing_id,
        at=entry.rests_until,
        occurrence=f"rest:{event.pk}",
    )
