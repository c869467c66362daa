"""What a learner does with a request until it is answered, and what ends it."""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Document, LearnerProfile, User
from accounts.queries import aims
from audit.actions import record
from audit.models import Event
from clocks.actions import schedule, schedule_all
from clocks.queries import length, numbers
from outbox.actions import together
from placements import deadlines, emails
from placements.actions.answers import first_answer
from placements.actions.transition import TransitionNotAllowed, transition
from placements.models import Application, ApplicationDocument
from placements.queries import precheck, read_papers, touching_applications
from placements.states import DeclineReason, Status
from rotations.actions.seats import SeatsGone, move_seats
from rotations.blocks import Block
from rotations.eligibility import Check
from rotations.kinds import Screening
from rotations.models import Listing
from rotations.queries import upcoming_blocks, why_closed

STEPS = ("dates", "about", "documents")


class Blocked(ValidationError):
    """Rules that stop a request from being sent; ``checks`` says which."""

    def __init__(self, checks: list[Check]) -> None:
        self.checks = checks
        super().__init__([str(check.text) for check in checks], code="blocked")


class BlockNotOffered(ValidationError):
    """The listing has no such block: wrong start, wrong length, too soon or closed."""

    def __init__(self) -> None:
        super().__init__(_("These dates are not offered. Choose one of those shown."), code="block")


class ProfileIncomplete(ValidationError):
    """Facts that an application needs are missing; ``fields`` names them."""

    def __init__(self, fields: list[str]) -> None:
        self.fields = fields
        super().__init__(
            ngettext("One fact about you is missing: %(fields)s.",
                     "Some facts about you are missing: %(fields)s.", len(fields)),
            code="profile",
            params={"fields": ", ".join(fields)},
        )  # fmt: skip


@transaction.atomic
def start_application(listing: Listing, *, learner: User, by: User) -> Application:
    """Her open request for this listing; a new draft if there is none.

    The learner's profile is locked, so that two clicks find one draft. Whoever
    starts an application becomes a learner by it.
    """
    LearnerProfile.objects.get_or_create(user=learner)
    LearnerProfile.objects.select_for_update(no_key=True).get(user=learner)
    found = Application.objects.open().filter(learner=learner, listing=listing).first()
    if found:
        return found
    if why := why_closed(listing):
        raise ValidationError(why, code="closed")
    application = Application.objects.create(learner=learner, listing=listing, created_by=by)
    record(
        "application.started", application, by=by, on_behalf_of=None if by == learner else learner
    )
    now = timezone.now()
    reminders = (
        ("application.draft_reminder", now + timedelta(days=days), f"{days}d")
        for days in numbers(deadlines.DRAFT_REMINDERS)
    )
    closing = ("application.close_draft", now + length(deadlines.DRAFT_ENDS), "")
    schedule_all(application.pk, [*reminders, closing])
    return application


def _lock_draft(application: Application) -> None:
    application.lock()
    if application.status not in {Status.DRAFT, Status.CHANGES_REQUESTED}:
        raise TransitionNotAllowed(application, Status.DRAFT)


def _is_offered(listing: Listing, block: Block) -> bool:
    """Open for requests: in rhythm, of an allowed length, every week there. It may be full."""
    if not listing.allows(block):
        return False
    offered = upcoming_blocks([listing], weeks=block.weeks).get(listing.pk, [])
    return any(open_block.block == block for open_block in offered)


@transaction.atomic
def choose_dates(application: Application, first: Block, *others: Block, by: User) -> None:
    """Put up to three blocks of one length into a draft, the first choice first.

    One named twice counts once. Refuses with ``BlockNotOffered``.
    """
    _lock_draft(application)
    choices = list(dict.fromkeys([first, *others]))
    if not all(_is_offered(application.listing, block) for block in choices):
        raise BlockNotOffered
    application.start_on, application.weeks = first.start_on, first.weeks
    application.starts = [block.start_on for block in choices]
    _save_step(application, "dates", "start_on", "weeks", "starts", by=by)


@transaction.atomic
def save_about(
    application: Application, *, by: User, statement: str, finished: bool = True
) -> None:
    """Keep the statement; ``finished`` ticks the step off once the profile is whole too."""
    _lock_draft(application)
    application.statement = statement
    profile = application.learner.learner_profile
    done = finished and profile.is_complete and bool(statement.strip())
    _save_step(application, "about" if done else "", "statement", by=by)


@transaction.atomic
def save_documents(application: Application, *, by: User) -> None:
    """She has been through her papers; what is missing may come later."""
    _lock_draft(application)
    _save_step(application, "documents", by=by)


@transaction.atomic
def save_pre_accept(application: Application, *, by: User, pre_accept: bool) -> None:
    """Whether an offer is taken at once when it comes."""
    _lock_draft(application)
    application.pre_accept = pre_accept
    _save_step(application, "", "pre_accept", by=by)


def _save_step(application: Application, step: str, *fields: str, by: User) -> None:
    """Keep a step; that somebody else did it for her is remembered."""
    if by != application.learner:
        record("application.edited", application, by=by, on_behalf_of=application.learner)
    if step and step not in application.done:
        application.done = [*application.done, step]
    application.save(update_fields=["done", "updated_at", *fields])


@transaction.atomic
def submit_application(application: Application, *, by: User) -> Application:
    """Send it, once: whoever clicks again gets the first result.

    What the preceptor will read, the price and the versions of the documents
    are frozen. Refuses with ``ProfileIncomplete``, ``Blocked``, ``BlockNotOffered``
    or ``SeatsGone``, and while its preceptor takes no requests; then nothing has changed.
    Whoever was asked for changes may still answer.
    """
    application.lock("learner__learner_profile", "listing__site__state")
    if (
        application.submitted_at
        and application.is_open
        and application.status != (Status.CHANGES_REQUESTED)
    ):
        return application
    if application.status not in {Status.DRAFT, Status.CHANGES_REQUESTED}:
        raise TransitionNotAllowed(application, Status.SUBMITTED)
    read_papers([application])
    learner = application.learner
    profile, papers = learner.learner_profile, learner.current_papers  # type: ignore[attr-defined]
    if profile.missing:
        raise ProfileIncomplete(profile.missing)
    again = application.status == Status.CHANGES_REQUESTED
    block = _first_open(application, again=again)
    _refuse_second_pre_accept(application)
    if stops := [check for check in precheck(application, papers=papers) if check.blocks]:
        raise Blocked(stops)
    event = transition(
        application,
        Status.SUBMITTED,
        by=by,
        start_on=block.start_on,
        **_frozen(application, profile),
    )
    _freeze_documents(application, papers, again=again)
    with together():
        _pass_on(application, event, again=again)
    return application


def _pass_on(application: Application, sent: Event, *, again: bool) -> None:
    """Whoever hears of it is told; where nobody looks at it first, the preceptor has it at once."""
    if again:
        emails.application_resubmitted(application, occasion=sent)
    else:
        emails.application_received(application, occasion=sent)
    if application.listing.screening == Screening.NONE or (again and application.review_started_at):
        _hand_over(application, by=None)
    elif not again:
        emails.application_screening(application, occasion=sent)


def _first_open(application: Application, *, again: bool) -> Block:
    """Her best choice that is on offer and not full: requests hold no seat, but need a chance."""
    listing, choices = application.listing, application.choices
    if not again and (why := why_closed(listing)):
        raise ValidationError(why, code="closed")
    if not listing.is_published or not all(listing.allows(block) for block in choices):
        raise BlockNotOffered
    offered = upcoming_blocks([listing], weeks=application.weeks).get(listing.pk, [])
    is_full = {one.block: one.is_full for one in offered if one.block in choices}
    if not is_full:
        raise BlockNotOffered
    for block in choices:
        if not is_full.get(block, True):
            return block
    raise SeatsGone(sorted(week for block in is_full for week in block.of(listing.pk)))


class PreAcceptTaken(ValidationError):
    """Another request for some of these days is accepted at once already."""

    def __init__(self, other: Application) -> None:
        super().__init__(
            _(
                "“%(title)s” lies on some of these days, and you chose to accept it at once."
                " Only one can be. Take the tick off this one."
            ),
            code="pre_accept",
            params={"title": other.listing.title},
        )


def _refuse_second_pre_accept(application: Application) -> None:
    """One for each range of dates; her profile is locked, so that two sent at once are seen."""
    if not application.pre_accept:
        return
    LearnerProfile.objects.select_for_update(no_key=True).get(user=application.learner_id)
    for other in touching_applications(application):
        if other.pre_accept:
            raise PreAcceptTaken(other)


def _frozen(application: Application, profile: LearnerProfile) -> dict[str, Any]:
    listing = application.listing
    answers = {
        "name": application.learner.name,
        "family": profile.family,
        "citizenship": str(profile.citizenship),
        "school": profile.school,
        "school_country": str(profile.school_country),
        "graduation_on": str(profile.graduation_on or ""),
        "step1": profile.step1,
        "step2": profile.step2,
        "step3": profile.step3,
        "ecfmg": profile.ecfmg,
        "visa_plan": profile.visa_plan,
        "languages": profile.languages,
        "aims": aims(profile),
        "goals": profile.goals,
    }
    return {
        "answers": answers,
        "fee": listing.fee(application.weeks or 0),
        "service_fee": listing.service_fee,
        "submitted_at": application.submitted_at or timezone.now(),
    }


def _freeze_documents(application: Application, papers: list[Document], *, again: bool) -> None:
    if again:
        application.sent_documents.all().delete()
    asked = {row.type_id for row in application.listing.requirements.all()}
    ApplicationDocument.objects.bulk_create(
        ApplicationDocument(application=application, document=document)
        for document in papers
        if document.type_id in asked
    )


@transaction.atomic
def start_review(application: Application, *, by: User | None) -> None:
    """Hand it to the preceptor and start her clock (timer T4)."""
    application.lock()
    _hand_over(application, by=by)


def _hand_over(application: Application, *, by: User | None) -> None:
    """The same for an application that the caller has locked."""
    now, zone = timezone.now(), application.listing.site.zone
    reply_by = deadlines.reply_by(now, application.dates.start_on, zone)
    event = transition(
        application,
        Status.UNDER_REVIEW,
        by=by,
        asked_at=application.asked_at or now,
        review_started_at=now,
        reply_by=reply_by,
    )
    emails.review_request(application, occasion=event)
    start_answer_clock(application, now, reply_by)


def start_answer_clock(application: Application, asked_at: datetime, reply_by: datetime) -> None:
    zone = application.listing.site.zone
    round_ = f"{asked_at:%Y%m%d%H%M%S}"
    moments = [
        ("application.reply_reminder", at, f"{round_}:{days}")
        for days, at in deadlines.answer_reminders(asked_at, zone).items()
        if at < reply_by
    ]
    escalation = deadlines.escalation_at(asked_at, zone)
    if escalation < reply_by:
        moments.append(("application.escalate", escalation, round_))
    moments.append(("application.lapse", reply_by, round_))
    schedule_all(application.pk, moments)


@transaction.atomic
def request_changes(application: Application, *, by: User, note: str) -> None:
    """Ask the learner for other dates or an answer; the preceptor's clock stops."""
    application.lock()
    event = transition(
        application, Status.CHANGES_REQUESTED, by=by, note=note, **first_answer(application, by=by)
    )
    emails.changes_requested(application, occasion=event)
    schedule(
        "application.close_unanswered",
        application.pk,
        at=timezone.now() + length(deadlines.CHANGES_ENDS),
        occurrence=str(event.pk),
    )


@transaction.atomic
def decline_application(
    application: Application, *, by: User, reason: DeclineReason, note: str = ""
) -> None:
    """Say no with one of the field's reasons, which the learner reads."""
    application.lock()
    event = transition(
        application,
        Status.DECLINED,
        by=by,
        decline_reason=reason,
        note=note,
        ended_at=timezone.now(),
        **first_answer(application, by=by),
    )
    emails.application_declined(application, occasion=event)


@transaction.atomic
def lapse_application(application: Application) -> bool:
    """The preceptor never answered (T4). Whether it lapsed now."""
    application.lock()
    due = application.reply_by and application.reply_by <= timezone.now()
    if application.status != Status.UNDER_REVIEW or not due:
        return False
    event = transition(application, Status.NO_RESPONSE, by=None, ended_at=timezone.now())
    emails.application_lapsed(application, occasion=event)
    return True


@transaction.atomic
def withdraw_application(application: Application, *, by: User | None, note: str = "") -> None:
    """The learner steps back, at any point before she accepts; a held seat is free again."""
    application.lock()
    was = Status(application.status)
    if application.holds_a_seat:
        move_seats(give=application.seats)
    event = transition(application, Status.WITHDRAWN, by=by, ended_at=timezone.now(), note=note)
    emails.take_back_offer(application)
    if was in {Status.UNDER_REVIEW, Status.OFFERED}:
        emails.application_withdrawn(application, occasion=event)


@transaction.atomic
def mark_ineligible(application: Application, *, by: User, note: str) -> None:
    """Staff found a rule that is not met."""
    application.lock()
    event = transition(application, Status.INELIGIBLE, by=by, note=note, ended_at=timezone.now())
    emails.application_ineligible(application, occasion=event)


@transaction.atomic
def close_application(application: Application, *, by: User | None, note: str) -> None:
    """End an open request that can come to nothing; a held seat is free again."""
    application.lock()
    was = Status(application.status)
    if application.holds_a_seat:
        move_seats(give=application.seats)
    event = transition(application, Status.CLOSED, by=by, note=note, ended_at=timezone.now())
    emails.take_back_offer(application)
    if was != Status.DRAFT:
        emails.application_closed(application, occasion=event)
