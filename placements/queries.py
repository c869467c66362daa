"""Questions about applications and placements that no single row answers."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from django.db.models import (
    Count,
    Prefetch,
    Q,
    QuerySet,
    Sum,
    prefetch_related_objects,
)
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Document, User
from audit.queries import history_of
from outbox.templatetags.plain import longdate
from placements.limits import Reached, limits_before
from placements.models import (
    Application,
    Evaluation,
    HoursEntry,
    Placement,
    RescheduleRequest,
    WaitlistEntry,
)
from placements.states import LIVE, OPEN, PlacementStatus, RescheduleKind, Status
from rotations.blocks import Block
from rotations.eligibility import (
    MET,
    SCHOOL_APPROVAL,
    Check,
    Summary,
    check_documents,
    check_listing,
    shortfalls,
    summary,
)
from rotations.models import Listing, Requirement, SeatWeek

WORKING_DAYS = 5
AHEAD = frozenset({PlacementStatus.ONBOARDING, PlacementStatus.READY, PlacementStatus.ON_HOLD})
# Keys of the preceptors whose work somebody does: ``User.practices``.
Practices = Collection[int]
# Days that wait for the preceptor's word.
UNSIGNED = Count("hours", filter=Q(hours__attested_at=None, hours__disputed_at=None))


def review_queue(practices: Practices) -> QuerySet[Application]:
    """What waits for these preceptors, oldest first."""
    return (
        Application.objects.filter(listing__preceptor__in=practices, status=Status.UNDER_REVIEW)
        .with_listing()
        .order_by("review_started_at", "pk")
    )


def acted_for_office(application: Application) -> dict[str, User]:
    """Who of the office took which step in its preceptor's name, by verb; the last one counts."""
    events = history_of(application).filter(on_behalf_of=application.listing.preceptor.user_id)
    return {event.verb: event.by for event in events if event.by}


@dataclass(frozen=True)
class Place:
    """“2 of 4”: her place among those who wait for some of the same weeks."""

    entry: WaitlistEntry
    position: int
    of: int

    @property
    def is_first_because(self) -> bool:
        """Her host canceled on her, so she comes before those who have waited longer."""
        return bool(getattr(self.entry, "first_because", None))


def places_on_waitlist(applications: Iterable[Application]) -> dict[int, Place]:
    """The place of each that waits, by application, in one statement."""
    waiting = [one for one in applications if one.status == Status.WAITLISTED]
    if not waiting:
        return {}
    listings = {one.listing_id for one in waiting}
    entries = WaitlistEntry.objects.waiting().in_order().select_related("application")
    rows = list(entries.filter(application__listing__in=listings))
    wanted = {one.pk for one in waiting}
    return {row.application_id: _place(row, rows) for row in rows if row.application_id in wanted}


def _place(mine: WaitlistEntry, rows: Iterable[WaitlistEntry]) -> Place:
    rivals = [
        row
        for row in rows
        if row.application.listing_id == mine.application.listing_id
        and row.block.overlaps(mine.block)
    ]
    return Place(mine, rivals.index(mine) + 1, len(rivals))


def place_on_waitlist(application: Application) -> Place | None:
    return places_on_waitlist([application]).get(application.pk)


def open_entry(application: Application) -> WaitlistEntry | None:
    """Its place on the waitlist, or the one that its offer came from."""
    return application.waitlist_entries.open().first()


@dataclass(frozen=True)
class Choice:
    """One of her ranked dates as the preceptor reads it: the seats in it, and if she is taken."""

    rank: int
    block: Block
    free: int
    capacity: int
    collides: bool
    # Of learners at a time: reached on these dates, with who fills it.
    limit: Reached | None = None

    @property
    def is_full(self) -> bool:
        return self.free < 1

    @property
    def is_open(self) -> bool:
        return not (self.is_full or self.collides or self.limit)


def choices_of(application: Application) -> list[Choice]:
    """The dates that she asked for, first choice first."""
    blocks = application.choices
    wanted = {monday for block in blocks for monday in block.mondays}
    rows = SeatWeek.objects.filter(listing=application.listing_id, monday__in=wanted)
    seats = {row.monday: (row.free, row.capacity) for row in rows}
    live = application.learner.placements.live()
    taken = [placement.block for placement in live]
    limits = limits_before([application])
    return [
        Choice(
            rank,
            block,
            *min(seats.get(monday, (0, 0)) for monday in block.mondays),
            any(block.overlaps(other) for other in taken),
            limits.get((application.pk, block)),
        )
        for rank, block in enumerate(blocks, start=1)
    ]


def others_in_block(application: Application) -> list[Placement]:
    """Who else would be there: live placements of the same listing on overlapping dates."""
    block = application.block
    if block is None:
        return []
    return list(
        Placement.objects.live()
        .filter(
            listing_id=application.listing_id,
            start_on__lte=block.end_on,
            end_on__gte=block.start_on,
        )
        .exclude(learner_id=application.learner_id)
        .select_related("learner")
    )


def current_documents(learner: User) -> list[Document]:
    """The newest version of each of her papers."""
    return list(learner.documents.current().select_related("type"))


@dataclass(frozen=True)
class Use:
    """A rotation ahead that asks for a paper, and why the one at hand does not last there."""

    rotation: Application | Placement
    block: Block
    problem: str


def document_uses(learner: User, documents: Sequence[Document]) -> dict[str, list[Use]]:
    """Where each paper at hand is used, by the slug of its kind; the soonest first."""
    uses: dict[str, list[Use]] = {}
    profile = getattr(learner, "learner_profile", None)
    for rotation, block in _rotations_ahead(learner):
        found = shortfalls(rotation.listing, block, documents, profile=profile)
        for slug, problem in found.items():
            uses.setdefault(slug, []).append(Use(rotation, block, problem))
    return uses


def _rotations_ahead(learner: User) -> list[tuple[Application | Placement, Block]]:
    """Her placements, and what she sent and may still become one."""
    sent = OPEN - {Status.DRAFT}
    asked = Application.objects.filter(learner=learner, status__in=sent)
    booked = Placement.objects.live().filter(learner=learner)
    with_rules = [
        rows.select_related("listing__site__state").prefetch_related("listing__requirements__type")
        for rows in (booked, asked)
    ]
    ahead: list[tuple[Application | Placement, Block]] = [
        (one, one.block) for rows in with_rules for one in rows if one.block
    ]
    return sorted(ahead, key=lambda pair: pair[1].start_on)


def has_overlap(learner: User, block: Block, *, but: Placement | None = None) -> bool:
    """Whether she has a confirmed placement on some of these days (rule R10)."""
    live = learner.placements.filter(
        status__in=LIVE, start_on__lte=block.end_on, end_on__gte=block.start_on
    )
    return (live.exclude(pk=but.pk) if but else live).exists()


def precheck(
    application: Application, *, today: date | None = None, papers: list[Document] | None = None
) -> list[Check]:
    """The listing's rules held against the learner, on the application's dates.

    ``papers`` are her documents, if the caller has read them.
    """
    listing, learner, block = application.listing, application.learner, application.block
    return check_listing(
        listing,
        getattr(learner, "learner_profile", None),
        block,
        current_documents(learner) if papers is None else papers,
        today=today or timezone.localdate(timezone=listing.site.zone),
        has_overlap=bool(block and has_overlap(learner, block)),
        school_approves=school_approves(application),
        excepted=application.excepted,
    )


def school_approves(thing: Application | Placement, block: Block | None = None) -> bool:
    """Whether a school said yes, by a link, to its days, or these, with this preceptor."""
    application = thing.application if isinstance(thing, Placement) else thing
    host, days = thing.listing.preceptor_id, block or thing.block
    return any(approval.covers(host, days) for approval in application.school_approvals.all())


def wants_school(application: Application) -> bool:
    """Whether the rules ask for a school's word here (R7), by a paper or by a link."""
    block = application.block
    if block is None:
        return False
    profile = getattr(application.learner, "learner_profile", None)
    checks = check_documents(application.listing, block, [], profile=profile)
    return any(check.document == SCHOOL_APPROVAL for check in checks)


def may_ask_school(application: Application) -> bool:
    """While days lie ahead that it could approve, and only where somebody wants to know."""
    placement = getattr(application, "placement", None)
    if placement is None:
        return application.is_open and wants_school(application)
    return has_days_to_approve(placement, pending_request(placement))


def has_days_to_approve(placement: Placement, asked: RescheduleRequest | None) -> bool:
    """Before it begins, and while other dates are ``asked`` for."""
    is_ahead = placement.status in AHEAD or asked is not None
    return is_ahead and wants_school(placement.application)


def days_to_approve(application: Application) -> Block:
    """What a school asked now says yes to: the dates that are asked for, or else those that stand."""
    placement = getattr(application, "placement", None)
    if placement is None:
        return application.dates
    asked = pending_request(placement)
    return asked.block if asked else placement.block


def hours_of(block: Block, listing: Listing) -> int:
    """Planned for these days: holidays are left out (handbook 3.5)."""
    return block.working_days * listing.hours_per_week // WORKING_DAYS


def other_requests(application: Application) -> list[Application]:
    """Her other open requests, already sent."""
    others = Application.objects.filter(learner_id=application.learner_id, status__in=OPEN)
    others = others.exclude(pk=application.pk).exclude(status=Status.DRAFT)
    return list(others.with_listing().order_by("pk"))


def overlapping_applications(application: Application) -> list[Application]:
    """Her other open requests that cannot stand beside this block: all their dates collide."""
    return superseded_by(application.block, other_requests(application))


def superseded_by(block: Block | None, others: Iterable[Application]) -> list[Application]:
    """Those of her requests of which all dates collide with this block."""
    if block is None:
        return []
    return [
        other
        for other in others
        if other.at_stake and all(one.overlaps(block) for one in other.at_stake)
    ]


def curtailed_by(block: Block | None, others: Iterable[Application]) -> list[Application]:
    """Those of her requests that lose some of their dates to this block, and keep others."""
    if block is None:
        return []
    hits = [(other, [one.overlaps(block) for one in other.at_stake]) for other in others]
    return [other for other, hit in hits if any(hit) and not all(hit)]


def touching_applications(application: Application) -> list[Application]:
    """Her other open requests, of which some dates collide with some of these."""
    return [
        other
        for other in other_requests(application)
        if any(one.overlaps(mine) for one in other.at_stake for mine in application.at_stake)
    ]


@dataclass(frozen=True)
class HoursTotals:
    """Hours of one placement: what she logged, what is signed, what is needed."""

    logged: Decimal
    attested: Decimal
    disputed: Decimal
    planned: Decimal
    needed: Decimal
    # On days of a hold: they do not count, signed or not, unless staff say so.
    excluded: Decimal = Decimal(0)

    @property
    def waiting(self) -> Decimal:
        return self.logged - self.attested - self.disputed - self.excluded

    @property
    def missing(self) -> Decimal:
        return max(self.needed - self.attested, Decimal(0))

    @property
    def is_enough(self) -> bool:
        return self.attested >= self.needed


def hours_totals(placement: Placement) -> HoursTotals:
    excluded = Q(on_hold=True, counted_at=None)
    sums = (
        HoursEntry.objects.filter(placement=placement)
        .with_holds()
        .aggregate(
            logged=Sum("hours"),
            attested=Sum("hours", filter=Q(attested_at__isnull=False) & ~excluded),
            disputed=Sum("hours", filter=Q(disputed_at__isnull=False) & ~excluded),
            excluded=Sum("hours", filter=excluded),
        )
    )
    return HoursTotals(
        **{name: hours or Decimal(0) for name, hours in sums.items()},
        planned=Decimal(placement.planned_hours),
        needed=placement.hours_needed,
    )


def starting_between(practices: Practices, first: date, last: date) -> QuerySet[Placement]:
    """Who arrives at their listings in these days."""
    return (
        Placement.objects.filter(
            preceptor__in=practices,
            start_on__range=(first, last),
            status__in=[PlacementStatus.ONBOARDING, PlacementStatus.READY],
        )
        .with_listing()
        .order_by("start_on")
    )


@dataclass(frozen=True)
class Case:
    """One request as its preceptor reads it: seats before it, and the listing's rules held to it."""

    application: Application
    free: int
    capacity: int
    checks: list[Check]
    # Of learners at a time: reached on the dates in play, with who fills it.
    limit: Reached | None = None

    @property
    def summary(self) -> Summary:
        return summary(self.checks)

    @property
    def is_full(self) -> bool:
        return self.free < 1

    @property
    def has_room(self) -> bool:
        return not self.is_full and self.limit is None

    @property
    def open_checks(self) -> list[Check]:
        return [check for check in self.checks if check.is_open]

    @property
    def met_checks(self) -> list[Check]:
        return [check for check in self.checks if check.is_met]


def cases(applications: QuerySet[Application]) -> list[Case]:
    """Requests with all that their rows show, in a number of queries that does not grow.

    Rules are judged on the day of sending: nobody applies late by waiting for an answer.
    """
    return cases_of(list(applications))


def read_papers(applications: list[Application]) -> None:
    """Load what rules are held to, unless it is loaded: papers, what is asked, a school's word.

    A learner's papers are her ``current_papers`` then.
    """
    papers = Document.objects.current().select_related("type")
    asked = Requirement.objects.select_related("type")
    prefetch_related_objects(
        applications,
        Prefetch("learner__documents", queryset=papers, to_attr="current_papers"),
        Prefetch("listing__requirements", queryset=asked),
        "listing__family_limits",
        "school_approvals",
    )


def cases_of(found: list[Application]) -> list[Case]:
    """The same for rows that are read already."""
    read_papers(found)
    seats, limits = _seats_before(found), limits_before(found)
    return [
        Case(
            application,
            *seats.get(application.pk, (0, 0)),
            check_listing(
                application.listing,
                getattr(application.learner, "learner_profile", None),
                application.block,
                application.learner.current_papers,  # type: ignore[attr-defined]
                today=timezone.localdate(
                    application.submitted_at, timezone=application.listing.site.zone
                ),
                school_approves=school_approves(application),
                excepted=application.excepted,
            ),
            limits.get((application.pk, application.dates)) if application.block else None,
        )
        for application in found
    ]


def _seats_before(applications: list[Application]) -> dict[int, tuple[int, int]]:
    """Free seats and capacity of each request's block: the least over its weeks."""
    wanted = {week for one in applications for week in one.seats}
    rows = SeatWeek.objects.filter(
        listing__in={listing for listing, _monday in wanted},
        monday__in={monday for _listing, monday in wanted},
    )
    by_week = {row.key: (row.free, row.capacity) for row in rows}
    return {
        one.pk: min(by_week.get(week, (0, 0)) for week in one.seats)
        for one in applications
        if one.seats
    }


def on_site(practices: Practices) -> QuerySet[Placement]:
    """Who is with them now, or on hold after having begun."""
    return (
        Placement.objects.filter(
            preceptor__in=practices,
            status__in=[PlacementStatus.ACTIVE, PlacementStatus.WRAP_UP],
        )
        .with_listing()
        .annotate(unsigned=UNSIGNED)
        .order_by("start_on", "pk")
    )


def learners_of(practices: Practices) -> QuerySet[Placement]:
    """Everybody who was, is or will be at their listings, the latest first."""
    return (
        Placement.objects.filter(preceptor__in=practices)
        .with_listing()
        .annotate(unsigned=UNSIGNED)
        .order_by("-start_on", "-pk")
    )


def evaluated(placements: Iterable[Placement]) -> set[int]:
    """Those whose final evaluation is signed."""
    signed = Evaluation.objects.filter(placement__in=placements, kind="final")
    return set(signed.exclude(signed_at=None).values_list("placement_id", flat=True))


@dataclass(frozen=True)
class Besides:
    """What is asked of one placement besides its listing's rows, what is let pass, what is signed."""

    today: date
    extra: tuple[Requirement, ...]
    # By the slug of the paper: let pass to this day, or for good.
    waived: dict[str, date | None]
    signed: dict[str, date]

    def settle(self, checks: Iterable[Check]) -> list[Check]:
        """The checks as they count for this placement."""
        return [self._settled(check) for check in checks]

    def _settled(self, check: Check) -> Check:
        if not check.is_open:
            return check
        if signed := self.signed.get(check.document):
            text = _("Met: you signed it on %(day)s") % {"day": longdate(signed)}
            return replace(check, state=MET, text=text, hint="", why="")
        if check.document in self.waived:
            until = self.waived[check.document]
            if until is None or until >= self.today:
                text = _("Let pass by your coordinator")
                return replace(check, state=MET, text=text, hint="", why="")
        return check


def besides(placement: Placement) -> Besides:
    """Read from the placement's own rows, which lists load beforehand."""
    rows = list(placement.late_requirements.all())
    zone = placement.listing.site.zone
    return Besides(
        today=timezone.localdate(timezone=zone),
        extra=tuple(
            Requirement(listing=placement.listing, type=row.type, note=row.note)
            for row in rows
            if not row.waived
        ),
        waived={row.type.slug: row.waived_until for row in rows if row.waived},
        signed={
            one.declaration.type.slug: timezone.localdate(one.signed_at, timezone=zone)
            for one in placement.signatures.all()
        },
    )


def free_to_cancel_until(placement: Placement, moment: datetime) -> datetime | None:
    """Until when she may cancel without a loss, because more was asked for after she accepted."""
    windows = [
        *((row.added_at, row.free_until) for row in placement.late_requirements.all()),
        *((row.changed_at, row.free_until) for row in placement.rule_changes.all()),
    ]
    ends = [until for since, until in windows if until and since <= moment <= until]
    return max(ends, default=None)


def pending_request(placement: Placement) -> RescheduleRequest | None:
    """The request for other dates that waits for an answer."""
    return placement.reschedules.pending().first()


def requests_waiting(practices: Practices) -> QuerySet[RescheduleRequest]:
    """Moves that wait for these preceptors, the soonest due first."""
    return (
        RescheduleRequest.objects.pending()
        .filter(placement__preceptor__in=practices, kind=RescheduleKind.MOVE)
        .with_placement()
        .order_by("answer_by", "pk")
    )
