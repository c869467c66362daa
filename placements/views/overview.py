"""What a learner's dashboard shows, gathered in a number of queries that never grows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from django.db.models import Prefetch, prefetch_related_objects
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.completeness import completeness_of
from accounts.models import Document, User
from clocks.models import Due
from placements.models import Application, Placement
from placements.queries import (
    Place,
    besides,
    current_documents,
    places_on_waitlist,
    school_approves,
)
from placements.states import ENDED, PlacementStatus, Status
from placements.templatetags.placement_facts import documents_due, letter_from, payment_due
from placements.templatetags.standing import local_day, placement_of
from placements.views.papers import EARLY, EXPIRED, IN_REVIEW, MISSING, Paper, papers_for

CLOSED = frozenset(
    {
        PlacementStatus.COMPLETED,
        PlacementStatus.INCOMPLETE,
        PlacementStatus.CANCELLED,
        PlacementStatus.NO_SHOW,
        PlacementStatus.TERMINATED,
    }
)
GETTING_READY = frozenset(
    {PlacementStatus.ONBOARDING, PlacementStatus.READY, PlacementStatus.ON_HOLD}
)


# What one placement is asked besides, spared, or has had signed.
TERMS = (
    "placement__late_requirements__type",
    "placement__signatures__declaration__type",
)


@dataclass
class Row:
    """One application of hers, with what else its line says."""

    application: Application
    papers: list[Paper] = field(default_factory=list)
    answer_by: datetime | None = None
    place: Place | None = None

    @property
    def placement(self) -> Placement | None:
        return placement_of(self.application)

    @property
    def missing(self) -> int:
        """Papers that she has to do something about."""
        return sum(paper.is_hers for paper in self.papers)

    @property
    def in_review(self) -> int:
        return sum(paper.state == IN_REVIEW for paper in self.papers)

    def add_papers(self, documents: Sequence[Document]) -> None:
        """Only while they matter: until the first day."""
        placement, listing = self.placement, self.application.listing
        if placement and placement.status in GETTING_READY:
            profile = getattr(self.application.learner, "learner_profile", None)
            self.papers = papers_for(
                listing,
                placement.block,
                documents,
                profile=profile,
                school_approves=school_approves(placement),
                terms=besides(placement),
            )

    @property
    def url(self) -> str:
        if self.placement:
            return self.placement.get_absolute_url()
        if self.application.status == Status.OFFERED:
            return reverse("placements:offer", args=[self.application.code])
        return self.application.get_absolute_url()

    @property
    def is_finished(self) -> bool:
        if self.placement:
            return self.placement.status in CLOSED
        return self.application.status in ENDED

    @property
    def certificate(self) -> object | None:
        issued = list(self.placement.issued_documents.all()) if self.placement else []
        return next((one for one in issued if one.state == "valid"), None)


@dataclass(frozen=True)
class Reminder:
    day: date | None
    icon: str
    text: str
    at: datetime | None = None


@dataclass(frozen=True)
class NextStep:
    """The one thing that she should do, with until when."""

    title: str
    url: str
    action: str
    text: str = ""
    due: datetime | None = None
    application: Application | None = None

    @property
    def time_left(self) -> str:
        """In whole days or hours: “6 days left”."""
        if self.due is None:
            return ""
        left = self.due - timezone.now()
        if left.days >= 1:
            return ngettext("%(n)d day left", "%(n)d days left", left.days) % {"n": left.days}
        hours = max(int(left.total_seconds() // 3600), 0)
        return ngettext("%(n)d hour left", "%(n)d hours left", hours) % {"n": hours}


def rows_of(user: User, documents: Sequence[Document]) -> list[Row]:
    """All applications of hers, newest first."""
    certificates = Prefetch("placement__issued_documents")
    applications = list(
        Application.objects.filter(learner=user)
        .with_listing()
        .select_related("placement__preceptor__user")
        .prefetch_related(certificates, "school_approvals", *TERMS)
    )
    rows = [Row(application) for application in applications]
    _share_what_is_loaded(rows, user)
    _add_papers(rows, documents)
    _add_answer_by(rows)
    places = places_on_waitlist(applications)
    for row in rows:
        row.place = places.get(row.application.pk)
    return rows


def _share_what_is_loaded(rows: Iterable[Row], user: User) -> None:
    """A placement's listing is its application's; the learner is the reader."""
    for row in rows:
        if row.placement:
            row.placement.listing = row.application.listing
            row.placement.learner = row.application.learner


def _add_papers(rows: list[Row], documents: Sequence[Document]) -> None:
    waiting = [row for row in rows if row.placement and row.placement.status in GETTING_READY]
    prefetch_related_objects([row.application.listing for row in waiting], "requirements__type")
    for row in waiting:
        row.add_papers(documents)


def answers_due(applications: Iterable[Application]) -> dict[int, datetime]:
    """Until when she may answer, by application: the clock that closes it knows."""
    asked = [one.pk for one in applications if one.status == Status.CHANGES_REQUESTED]
    if not asked:
        return {}
    dues = Due.objects.filter(
        kind="application.close_unanswered", subject_id__in=asked, done_at=None
    )
    return dict(dues.order_by("at").values_list("subject_id", "at"))


def _add_answer_by(rows: list[Row]) -> None:
    due = answers_due(row.application for row in rows)
    for row in rows:
        row.answer_by = due.get(row.application.pk)


def next_step(rows: Iterable[Row]) -> NextStep | None:
    """An open offer before all others, then what is due soonest."""
    found = [step for row in rows if not row.is_finished and (step := _step(row))]
    found.sort(key=lambda pair: pair[0])
    return found[0][1] if found else None


LAST = datetime.max.replace(tzinfo=UTC)


def _step(row: Row) -> tuple[tuple[int, datetime], NextStep] | None:
    """With its rank: offers, answers that are asked for, papers, hours, drafts."""
    for rank, ask in enumerate((_offer, _answer, _open_papers, _hours, _draft)):
        if step := ask(row):
            return (rank, step.due or LAST), step
    return None


def _names(row: Row) -> dict[str, str]:
    listing = row.application.listing
    return {"preceptor": listing.preceptor.address_as, "city": listing.site.city}


def _offer(row: Row) -> NextStep | None:
    application = row.application
    if application.status != Status.OFFERED:
        return None
    return NextStep(
        _("%(preceptor)s offers you a seat in %(city)s") % _names(row),
        row.url,
        _("Read the offer"),
        _("Then it goes to the next person."),
        application.offer_expires_at,
        application,
    )


def _answer(row: Row) -> NextStep | None:
    application = row.application
    if application.status != Status.CHANGES_REQUESTED:
        return None
    title = _("Your application for %(city)s needs an answer") % _names(row)
    return NextStep(title, row.url, _("Answer"), application.note, row.answer_by, application)


def _open_papers(row: Row) -> NextStep | None:
    placement = row.placement
    if not (placement and placement.status == PlacementStatus.ONBOARDING and row.missing):
        return None
    title = ngettext(
        "%(n)d document is open for %(city)s", "%(n)d documents are open for %(city)s", row.missing
    ) % {"n": row.missing, **_names(row)}
    url, due = f"{row.url}#documents", documents_due(placement)
    return NextStep(title, url, _("Open the checklist"), "", due, row.application)


def _hours(row: Row) -> NextStep | None:
    if not (row.placement and row.placement.takes_hours):
        return None
    title = _("Log your hours in %(city)s") % _names(row)
    text = _("It takes a minute a day. Your preceptor signs them.")
    return NextStep(title, f"{row.url}#hours", _("Log hours"), text)


def _draft(row: Row) -> NextStep | None:
    if row.application.status != Status.DRAFT:
        return None
    title = _("Your application for %(city)s is not sent yet") % _names(row)
    return NextStep(title, row.url, _("Go on with it"), _("A draft holds no seat."))


def reminders(rows: Iterable[Row]) -> list[Reminder]:
    """The days that she should keep in mind, soonest first."""
    today = timezone.localdate()
    found = [one for row in rows for one in _reminders(row) if one.day and one.day >= today]
    return sorted(found, key=lambda one: one.day or date.max)


def _reminders(row: Row) -> list[Reminder]:
    application, placement = row.application, row.placement
    city = {"city": application.listing.site.city}
    if application.status == Status.OFFERED:
        at = application.offer_expires_at
        text = _("%(city)s, answer to the offer") % city
        return [Reminder(local_day(at, application), "calendar-days", text, at)]
    if application.status == Status.UNDER_REVIEW:
        text = _("%(city)s, the preceptor’s reply is due") % city
        return [Reminder(local_day(application.reply_by, application), "hourglass", text)]
    if not placement or placement.status in CLOSED:
        return []
    found = [Reminder(placement.start_on, "map-pin", _("%(city)s, first day") % city)]
    if row.missing:
        day = local_day(documents_due(placement), placement)
        found.append(Reminder(day, "file-text", _("%(city)s, documents due") % city))
    if placement.paid_at is None:
        found.append(Reminder(payment_due(placement), "receipt", _("%(city)s, payment due") % city))
    text = _("%(city)s, you can ask for a letter") % city
    found.append(Reminder(letter_from(placement), "pen-line", text))
    return found


def greeting(user: User) -> str:
    hour = timezone.localtime(timezone=user.zone).hour
    if hour < 12:  # noqa: PLR2004
        return _("Good morning")
    return _("Good afternoon") if hour < 18 else _("Good evening")  # noqa: PLR2004


@dataclass(frozen=True)
class Wallet:
    """How her papers stand, for the dates she has ahead."""

    accepted: int
    in_review: int
    not_accepted: list[Document]
    missing: list[Paper]
    early: list[Paper]

    @property
    def is_empty(self) -> bool:
        return not (self.accepted or self.in_review or self.not_accepted)


def wallet_of(rows: Iterable[Row], documents: Sequence[Document]) -> Wallet:
    asked = {paper.check.document: paper for row in rows for paper in row.papers}.values()
    return Wallet(
        accepted=sum(document.state == "verified" for document in documents),
        in_review=sum(document.state == "uploaded" for document in documents),
        not_accepted=[document for document in documents if document.state == "rejected"],
        missing=[paper for paper in asked if paper.state == MISSING],
        early=[paper for paper in asked if paper.state in {EARLY, EXPIRED}],
    )


def dashboard_of(user: User) -> dict[str, object]:
    documents = current_documents(user)
    rows = rows_of(user, documents)
    going = [row for row in rows if not row.is_finished]
    going.sort(key=lambda row: row.application.start_on or date.max)
    return {
        "greeting": greeting(user),
        "going": going,
        "finished": [row for row in rows if row.is_finished],
        "next": next_step(rows),
        "offers": [row for row in going if row.application.status == Status.OFFERED],
        "open_papers": [row for row in going if row.missing],
        "reminders": reminders(going),
        "completeness": completeness_of(user),
        "wallet": wallet_of(going, documents),
        "calendars": [
            row for row in going if row.placement and row.placement.status in GETTING_READY
        ],
    }
