"""The demo's stories, played through the same actions as anybody's, each on its day."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.models import User
from clocks.calendar import is_business_day, next_monday
from placements.actions.applications import (
    choose_dates,
    close_application,
    decline_application,
    mark_ineligible,
    request_changes,
    save_about,
    save_documents,
    save_pre_accept,
    start_application,
    start_review,
    submit_application,
    withdraw_application,
)
from placements.actions.offers import accept_offer, decline_offer, offer_seat
from placements.actions.placements import cancel_placement, record_arrival
from placements.actions.transition import move_placement, transition
from placements.models import Application, Evaluation, HoursEntry, Placement
from placements.states import (
    CancelledBy,
    CancelReason,
    DeclineReason,
    PlacementStatus,
    Status,
)
from rotations.actions.questions import answer_question
from rotations.actions.seats import move_seats
from rotations.blocks import WEEK, Block
from rotations.models import Listing, Question
from seed.changes import play_changes
from seed.money import pay, play_money
from seed.papers import play_papers
from seed.reading import structure
from seed.schools import play_schools
from seed.stage import acting_at, moment
from seed.waiting import play_freed_seat, play_waiting

Row = dict[str, Any]
MORNING, NOON, EVENING = 9, 12, 18


@dataclass(frozen=True)
class Company:
    """Whom the stories are about, and the day they are told."""

    listings: dict[str, Listing]
    learners: dict[str, User]
    staff: User
    # Who acts for a preceptor, by the preceptor's key.
    delegates: dict[int, User]
    today: date
    # Who was put on a waitlist, and on which day; the dates fill up while the stories are played.
    waiting: list[tuple[Application, Any]] = field(default_factory=list)

    @property
    def first_monday(self) -> date:
        return next_monday(self.today)

    def days_ago(self, days: int, hour: int = MORNING, minute: int = 0) -> Any:
        return acting_at(moment(self.today - timedelta(days=days), hour, minute))


def play_cast(
    listings: dict[str, Listing],
    learners: dict[str, User],
    staff: User,
    delegates: dict[int, User],
) -> int:
    """Play every story; how many."""
    company = Company(listings, learners, staff, delegates, timezone.localdate())
    stories = structure("demo/cast.json")["stories"]
    for row in sorted(stories, key=_turn):
        play(row, company)
    play_waiting(company.waiting)
    play_freed_seat(structure("demo/cast.json")["freed_seat"], company)
    play_money(listings, staff, company.today)
    play_changes(company.today, staff, lambda key: _placement_of(key, stories, company))
    for row in structure("demo/cast.json")["questions"]:
        _ask(row, company)
    return len(stories)


def _placement_of(key: str, stories: Iterable[Row], company: Company) -> Placement:
    """What became of a story."""
    row = next(one for one in stories if one["key"] == key)
    return Placement.objects.with_listing().get(
        learner=company.learners[row["learner"]],
        listing=company.listings[row["listing"]],
        status=row["placement"]["status"],
    )


def _turn(row: Row) -> int:
    """Who was confirmed first has her seat first; who waits had asked before it was taken."""
    waits = row["status"] == Status.WAITLISTED
    return -((row["sent_days_ago"] if waits else row["offered_days_ago"]) or 0)


def play(row: Row, company: Company) -> None:
    application = _draft(row, company)
    if row["status"] == Status.DRAFT:
        return
    _send(application, row, company)
    _answer(application, row, company)
    if row["status"] == Status.ACCEPTED:
        placement = _accept(application, row, company)
        _live(placement, row["placement"], company)
        play_papers(placement, row["placement"], company)
    else:
        _end(application, row, company)
    play_schools(row["key"], application, company.today)


def _draft(row: Row, company: Company) -> Application:
    listing, learner = company.listings[row["listing"]], company.learners[row["learner"]]
    with company.days_ago(row["created_days_ago"]):
        application = start_application(listing, learner=learner, by=learner)
        if row["start_week"] is not None:
            start = company.first_monday + row["start_week"] * WEEK
            choose_dates(application, Block(start, row["weeks"]), by=learner)
        if row["statement"]:
            save_about(application, by=learner, statement=row["statement"])
    return application


def _send(application: Application, row: Row, company: Company) -> None:
    learner = application.learner
    with company.days_ago(row["sent_days_ago"], NOON):
        save_documents(application, by=learner)
        save_pre_accept(application, by=learner, pre_accept=row["pre_accept"])
        submit_application(application, by=learner)
    application.refresh_from_db()
    beyond = {Status.SUBMITTED, Status.INELIGIBLE}
    if application.status == Status.SUBMITTED and row["status"] not in beyond:
        with company.days_ago(row["sent_days_ago"], NOON + 2):
            start_review(application, by=company.staff)


def _answer(application: Application, row: Row, company: Company) -> None:
    """What the preceptor or her delegate said, on that day."""
    preceptor, status = application.listing.preceptor, row["status"]
    host = company.delegates[preceptor.pk] if row.get("by_delegate") else preceptor.user
    if row["answered_days_ago"] is None:
        return
    with company.days_ago(row["answered_days_ago"], 13, 10):
        if row["offered_days_ago"] is not None:
            offer_seat(application, by=host)
        elif status == Status.DECLINED:
            reason = DeclineReason(row["decline_reason"])
            decline_application(application, by=host, reason=reason, note=row["note"])
        elif status == Status.CHANGES_REQUESTED:
            request_changes(application, by=host, note=row["note"])
        elif status == Status.WAITLISTED:
            company.waiting.append((application, timezone.now()))
        elif status == Status.INELIGIBLE:
            mark_ineligible(application, by=company.staff, note=row["note"])


def _end(application: Application, row: Row, company: Company) -> None:
    """How it ended without a placement, if it did."""
    if row["ended_days_ago"] is None:
        return
    learner, status = application.learner, row["status"]
    with company.days_ago(row["ended_days_ago"], EVENING):
        if status == Status.WITHDRAWN:
            withdraw_application(application, by=learner)
        elif status == Status.CLOSED:
            close_application(application, by=company.staff, note=row["note"])
        elif status == Status.OFFER_DECLINED:
            decline_offer(application, by=learner)
        elif status in {Status.OFFER_EXPIRED, Status.NO_RESPONSE}:
            _run_out(application, status)


def _run_out(application: Application, status: Status) -> None:
    """The clock ended it, on that day."""
    if application.holds_a_seat:
        move_seats(give=application.seats)
    transition(application, status, by=None, ended_at=timezone.now())


def _accept(application: Application, row: Row, company: Company) -> Placement:
    with company.days_ago(row["accepted_days_ago"], EVENING):
        return accept_offer(application, by=application.learner)


# The way to each status, after acceptance; the last step is taken on the day it ended.
WAYS = {
    PlacementStatus.ONBOARDING: [],
    PlacementStatus.READY: ["ready"],
    PlacementStatus.ACTIVE: ["ready", "active"],
    PlacementStatus.ON_HOLD: ["on_hold"],
    PlacementStatus.WRAP_UP: ["ready", "active", "wrap_up"],
    PlacementStatus.COMPLETED: ["ready", "active", "wrap_up", "completed"],
    PlacementStatus.INCOMPLETE: ["ready", "active", "wrap_up", "incomplete"],
    PlacementStatus.CANCELLED: [],
    PlacementStatus.NO_SHOW: ["ready", "active", "no_show"],
    PlacementStatus.TERMINATED: ["ready", "active", "terminated"],
}


def _live(placement: Placement, row: Row, company: Company) -> None:
    status = PlacementStatus(row["status"])
    if row["paid_days_ago"] is not None:
        with company.days_ago(row["paid_days_ago"]):
            pay(placement, by=company.staff)
    began = placement.start_on <= company.today
    way = [PlacementStatus(step) for step in WAYS[status]]
    if status == PlacementStatus.ON_HOLD and began:
        way = [PlacementStatus.READY, PlacementStatus.ACTIVE, *way]
    for step in way:
        _step(placement, step, row, company)
    if row["hours"]:
        _log(placement, row["hours"], company.today)
    for evaluation in row["evaluations"]:
        _evaluate(placement, evaluation, company)
    if status == PlacementStatus.CANCELLED:
        _cancel(placement, row, company)


def _step(placement: Placement, to: PlacementStatus, row: Row, company: Company) -> None:
    """One step on its day; papers and payment of the past are taken as they were."""
    placement.refresh_from_db()
    if placement.status == to:
        return
    days = {
        PlacementStatus.READY: placement.start_on - 2 * WEEK,
        PlacementStatus.ACTIVE: placement.start_on,
        PlacementStatus.WRAP_UP: placement.end_on + timedelta(days=1),
    }
    ended = company.today - timedelta(days=row["ended_days_ago"] or 1)
    day = min(days.get(to, ended), company.today)
    changes: Row = {}
    if to in {PlacementStatus.ON_HOLD, PlacementStatus.NO_SHOW, PlacementStatus.TERMINATED}:
        changes["note"] = row["note"]
    if to not in {PlacementStatus.ON_HOLD, *days}:
        changes["ended_at"] = moment(day, EVENING)
    with acting_at(moment(day, MORNING)):
        by = company.staff if to in {PlacementStatus.ON_HOLD, PlacementStatus.TERMINATED} else None
        move_placement(placement, to, by=by, **changes)
        if to == PlacementStatus.ACTIVE and row["arrived"]:
            record_arrival(placement, by=placement.preceptor.user)


def _cancel(placement: Placement, row: Row, company: Company) -> None:
    with company.days_ago(row["ended_days_ago"]):
        who = CancelledBy(row["cancelled_by"])
        actors = {
            CancelledBy.LEARNER: placement.learner,
            CancelledBy.PRECEPTOR: placement.preceptor.user,
        }
        cancel_placement(
            placement,
            by=actors.get(who, company.staff),
            cancelled_by=who,
            reason=CancelReason(row["cancel_reason"]),
            note=row["note"],
        )


def _days(placement: Placement, weeks: int, today: date) -> Iterable[tuple[int, date]]:
    """The weekdays of the first so many weeks that have passed, numbered from 1."""
    number = 0
    for monday in placement.block.mondays[:weeks]:
        for n in range(5):
            day = monday + timedelta(days=n)
            number += 1
            if day < today and day <= placement.end_on and is_business_day(day):
                yield number, day


def _log(placement: Placement, row: Row, today: date) -> None:
    host = placement.preceptor.user
    disputed = {one["day"]: one["note"] for one in row["disputed"]}
    signed_until = placement.start_on + row["signed_weeks"] * WEEK
    entries = []
    for number, day in _days(placement, row["logged_weeks"], today):
        hours = row["mon_fri"][day.weekday()]
        if number in row["absent_days"] or not hours:
            continue
        signed = day < signed_until and number not in disputed
        told = moment(min(day + timedelta(days=4), today), NOON)
        entries.append(
            HoursEntry(
                placement=placement,
                day=day,
                hours=Decimal(str(hours)),
                note=row["notes"][number % len(row["notes"])] if row["notes"] else "",
                attested_at=told if signed else None,
                attested_by=host if signed else None,
                disputed_at=told if number in disputed else None,
                disputed_by=host if number in disputed else None,
                dispute_note=disputed.get(number, ""),
            )
        )
    HoursEntry.objects.bulk_create(entries)


def _evaluate(placement: Placement, row: Row, company: Company) -> None:
    ago = row["signed_days_ago"]
    signed = moment(company.today - timedelta(days=ago), EVENING) if ago is not None else None
    Evaluation.objects.create(
        placement=placement,
        kind=row["kind"],
        scores=row["scores"],
        comment=row["comment"],
        would_host_again=row["would_host_again"],
        would_support_letter=row["would_support_letter"],
        signed_at=signed,
        signed_by=placement.preceptor.user if signed else None,
    )


def _ask(row: Row, company: Company) -> None:
    """A question about a listing, with its answer where there is one."""
    listing = company.listings[row["listing"]]
    with company.days_ago(row["asked_days_ago"]):
        question = Question.objects.create(
            listing=listing,
            asker=company.learners.get(row["asker"] or ""),
            **{name: row[name] for name in ("name", "email", "text")},
        )
    if row["answer"]:
        by = listing.preceptor.user if row["answered_by"] == "preceptor" else company.staff
        with company.days_ago(row["answered_days_ago"]):
            answer_question(question, by=by, answer=row["answer"])
