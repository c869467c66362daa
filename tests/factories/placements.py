"""Applications and placements in any status: rows set directly, seats held as they would be."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from clocks.calendar import next_monday
from placements import deadlines
from placements.actions.ledger import charge, close_ledger, today_at, write
from placements.actions.payments import record_payment
from placements.kinds import EntryKind
from placements.models import Application, Evaluation, HoursEntry, LedgerEntry, Placement
from placements.models.evaluation import Competency
from placements.states import (
    ENDED,
    HOLDS_A_SEAT,
    LIVE,
    CancelledBy,
    CancelReason,
    DeclineReason,
    PlacementStatus,
    Status,
)
from rotations.actions.seats import move_seats
from rotations.models import SeatWeek
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.rotations import ListingFactory, soonest_start

NOT_SENT = frozenset({Status.DRAFT})
IN_REVIEW = frozenset(Status) - {Status.DRAFT, Status.SUBMITTED, Status.INELIGIBLE}
WERE_OFFERED = frozenset(
    {Status.OFFERED, Status.ACCEPTED, Status.OFFER_DECLINED, Status.OFFER_EXPIRED}
)
STATEMENT = "I want to see how an American ward team works before the Match."


def learner() -> Any:
    """The person behind a learner's profile."""
    return LearnerFactory().user


def _days(number: float, *, only: bool) -> Any:
    return timezone.now() + timedelta(days=number) if only else None


class ApplicationFactory(DjangoModelFactory):
    """A complete draft by default; ``status=…`` puts it anywhere in its life.

    The weeks of its block are opened where they are not, with ``weeks_capacity``
    seats; an offer holds one in each of them.
    """

    class Meta:
        model = Application
        skip_postgeneration_save = True

    learner = factory.LazyFunction(learner)
    listing = factory.SubFactory(ListingFactory)
    status = Status.DRAFT
    start_on = factory.LazyAttribute(lambda a: soonest_start(a.listing))
    weeks = factory.SelfAttribute("listing.usual_weeks")
    statement = STATEMENT
    done = factory.LazyFunction(lambda: ["dates", "about", "documents"])
    created_by = factory.SelfAttribute("learner")
    fee = factory.LazyAttribute(lambda a: None if a.status in NOT_SENT else a.listing.fee(a.weeks))
    service_fee = factory.LazyAttribute(
        lambda a: None if a.status in NOT_SENT else a.listing.service_fee
    )
    submitted_at = factory.LazyAttribute(lambda a: _days(-2, only=a.status not in NOT_SENT))
    review_started_at = factory.LazyAttribute(lambda a: _days(-2, only=a.status in IN_REVIEW))
    asked_at = factory.SelfAttribute("review_started_at")
    reply_by = factory.LazyAttribute(
        lambda a: (
            deadlines.reply_by(a.review_started_at, a.start_on, a.listing.site.zone)
            if a.review_started_at
            else None
        )
    )
    answered_at = factory.LazyAttribute(lambda a: _days(-1, only=a.status in WERE_OFFERED))
    answered_by = factory.LazyAttribute(
        lambda a: a.listing.preceptor.user if a.answered_at else None
    )
    offered_at = factory.LazyAttribute(lambda a: _days(-1, only=a.status in WERE_OFFERED))
    offered_by = factory.LazyAttribute(
        lambda a: a.listing.preceptor.user if a.status in WERE_OFFERED else None
    )
    offer_expires_at = factory.LazyAttribute(
        lambda a: _days(
            -0.5 if a.status == Status.OFFER_EXPIRED else 6, only=a.status in WERE_OFFERED
        )
    )
    ended_at = factory.LazyAttribute(lambda a: _days(0, only=a.status in ENDED))
    decline_reason = factory.LazyAttribute(
        lambda a: DeclineReason.DATES if a.status == Status.DECLINED else ""
    )

    @factory.post_generation
    def weeks_capacity(application: Application, create: bool, extracted: int | None) -> None:  # noqa: N805
        if create and application.block:
            _open(application, 2 if extracted is None else extracted)
            if application.status in HOLDS_A_SEAT:
                move_seats(take=application.seats)


def _open(application: Application, capacity: int) -> None:
    SeatWeek.objects.bulk_create(
        [
            SeatWeek(listing=application.listing, monday=monday, capacity=capacity)
            for monday in application.block.mondays
        ],
        ignore_conflicts=True,
    )


def _monday(weeks: int) -> date:
    """The Monday so many weeks from this one."""
    return next_monday(timezone.localdate() - timedelta(days=6)) + timedelta(weeks=weeks)


# A placement's status says on which side of today it lies.
STARTED = {
    PlacementStatus.ACTIVE: -1,
    PlacementStatus.NO_SHOW: -1,
    PlacementStatus.TERMINATED: -2,
    PlacementStatus.WRAP_UP: -5,
    PlacementStatus.COMPLETED: -6,
    PlacementStatus.INCOMPLETE: -6,
}
PAID = frozenset(PlacementStatus) - {PlacementStatus.ONBOARDING, PlacementStatus.CANCELLED}
OVER = frozenset(
    {
        PlacementStatus.COMPLETED,
        PlacementStatus.INCOMPLETE,
        PlacementStatus.CANCELLED,
        PlacementStatus.NO_SHOW,
        PlacementStatus.TERMINATED,
    }
)
ITS_APPLICATIONS = ("listing", "learner", "start_on", "weeks")


class PlacementFactory(DjangoModelFactory):
    """A placement with its accepted application; ``listing``, ``learner``, ``start_on``
    and ``weeks`` go to the application, so that the two never disagree.
    """

    class Meta:
        model = Placement
        skip_postgeneration_save = True

    status = PlacementStatus.ONBOARDING
    application = factory.SubFactory(
        ApplicationFactory,
        status=Status.ACCEPTED,
        start_on=factory.LazyAttribute(
            lambda a: (
                _monday(STARTED[a.factory_parent.status])
                if a.factory_parent.status in STARTED
                else soonest_start(a.listing)
            )
        ),
    )
    learner = factory.SelfAttribute("application.learner")
    listing = factory.SelfAttribute("application.listing")
    preceptor = factory.SelfAttribute("application.listing.preceptor")
    start_on = factory.SelfAttribute("application.start_on")
    end_on = factory.LazyAttribute(lambda p: p.application.block.end_on)
    fee = factory.SelfAttribute("application.fee")
    service_fee = factory.SelfAttribute("application.service_fee")
    policy = factory.LazyAttribute(
        lambda p: {"name": p.listing.policy.name, "tiers": p.listing.policy.tiers}
    )
    planned_hours = factory.LazyAttribute(
        lambda p: p.application.block.working_days * p.listing.hours_per_week // 5
    )
    paid_at = factory.LazyAttribute(lambda p: _days(-1, only=p.status in PAID))
    paid_by = factory.LazyAttribute(lambda p: StaffFactory() if p.paid_at else None)
    ended_at = factory.LazyAttribute(lambda p: _days(0, only=p.status in OVER))
    cancelled_by = factory.LazyAttribute(
        lambda p: CancelledBy.LEARNER if p.status == PlacementStatus.CANCELLED else ""
    )
    cancel_reason = factory.LazyAttribute(
        lambda p: CancelReason.ILLNESS if p.status == PlacementStatus.CANCELLED else ""
    )

    @classmethod
    def _generate(cls, strategy: str, params: dict[str, Any]) -> Placement:
        if "application" not in params:
            params = {
                f"application__{name}" if name.split("__")[0] in ITS_APPLICATIONS else name: value
                for name, value in params.items()
            }
        return super()._generate(strategy, params)

    @factory.post_generation
    def seats(placement: Placement, create: bool, extracted: bool | None) -> None:  # noqa: N805
        """A live one holds its seats, unless ``seats=False``."""
        if create and placement.status in LIVE and extracted is not False:
            move_seats(take=placement.seats)

    @factory.post_generation
    def money(placement: Placement, create: bool, extracted: int | None) -> None:  # noqa: N805
        """What it costs is in its ledger, and ``money=…`` cents of it, or all, were paid.

        ``money=False`` leaves the ledger empty.
        """
        if not create or extracted is False:
            return
        settled = {"paid_at": placement.paid_at, "paid_by": placement.paid_by}
        charge(placement, by=None)
        paid = extracted if extracted is not None else (settled["paid_at"] and placement.total)
        if paid:
            entry(placement, EntryKind.RECEIVED, cents=paid, by=settled["paid_by"])
        if placement.status == PlacementStatus.CANCELLED:
            close_ledger(placement, by=None)
        if extracted is None:
            Placement.objects.filter(pk=placement.pk).update(**settled)
            placement.paid_at, placement.paid_by = settled["paid_at"], settled["paid_by"]


def entry(placement: Placement, kind: EntryKind, *, cents: int, **facts: Any) -> LedgerEntry:
    """An amount in a placement's ledger, with its receipt where it has one."""
    return write(placement, kind, cents, **{"by": None, "method": "Bank transfer", **facts})


def pay_in_full(placement: Placement, *, by: Any) -> LedgerEntry:
    """Staff record all that is open."""
    return record_payment(
        placement,
        by=by,
        cents=placement.ledger.balance().open,
        method="Bank transfer",
        day=today_at(placement),
    )


class HoursEntryFactory(DjangoModelFactory):
    """Eight hours of the first day; ``signed=True`` has the preceptor's word."""

    class Meta:
        model = HoursEntry

    class Params:
        signed = False
        disputed = False

    placement = factory.SubFactory(PlacementFactory, status=PlacementStatus.ACTIVE)
    day = factory.SelfAttribute("placement.start_on")
    hours = Decimal("8.00")
    attested_at = factory.LazyAttribute(lambda e: _days(0, only=e.signed))
    attested_by = factory.LazyAttribute(lambda e: e.placement.preceptor.user if e.signed else None)
    disputed_at = factory.LazyAttribute(lambda e: _days(0, only=e.disputed))
    disputed_by = factory.LazyAttribute(
        lambda e: e.placement.preceptor.user if e.disputed else None
    )
    dispute_note = factory.LazyAttribute(
        lambda e: "We finished at noon that day." if e.disputed else ""
    )


def log_all_hours(placement: Placement, *, signed: bool = True) -> list[HoursEntry]:
    """Eight hours on each weekday of the placement."""
    count = (placement.end_on - placement.start_on).days + 1
    days = [placement.start_on + timedelta(days=n) for n in range(count)]
    return [
        HoursEntryFactory(placement=placement, day=day, signed=signed)
        for day in days
        if day.weekday() < 5
    ]


class EvaluationFactory(DjangoModelFactory):
    """A complete draft; ``signed=True`` is final."""

    class Meta:
        model = Evaluation

    class Params:
        signed = False

    placement = factory.SubFactory(PlacementFactory, status=PlacementStatus.WRAP_UP)
    scores = factory.LazyFunction(lambda: {one.value: 4 for one in Competency})
    comment = "Careful histories. Speak up more on rounds."
    would_host_again = True
    would_support_letter = "yes"
    signed_at = factory.LazyAttribute(lambda e: _days(0, only=e.signed))
    signed_by = factory.LazyAttribute(lambda e: e.placement.preceptor.user if e.signed else None)
