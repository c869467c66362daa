"""Where an application stands, in the one vocabulary of every screen (design 4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from clocks.calendar import weekdays_between
from outbox.templatetags.plain import usd
from placements.models import Application, Placement
from placements.queries import Place
from placements.states import PlacementStatus, Status
from placements.templatetags.placement_facts import documents_due, payment_due
from rotations.kinds import Screening

register = template.Library()

STAGES = (
    gettext_lazy("Sent"),
    gettext_lazy("Reply"),
    gettext_lazy("Accept"),
    gettext_lazy("Documents"),
    gettext_lazy("Rotation"),
    gettext_lazy("Certificate"),
)
ACCEPT_STAGE, DOCUMENTS_STAGE = 2, 3
STEPS = ("dates", "about", "documents")


@dataclass(frozen=True)
class Pill:
    """A status word with its tone and icon, and the day that belongs to it."""

    words: str
    icon: str = "circle-dashed"
    tone: str = ""
    before: str = ""
    day: date | None = None


def placement_of(application: Application) -> Placement | None:
    """Loaded with it by ``with_listing``; none until it is accepted."""
    return getattr(application, "placement", None)


def local_day(moment: datetime | None, thing: Application | Placement) -> date | None:
    return moment.astimezone(thing.listing.site.zone).date() if moment else None


def step_number(application: Application) -> int:
    """The step of the form that she has reached, of four."""
    done = [step in application.done for step in STEPS]
    return next((n for n, is_done in enumerate(done, 1) if not is_done), len(STEPS) + 1)


def pills(
    application: Application,
    *,
    missing: int | None = None,
    in_review: int = 0,
    answer_by: datetime | None = None,
    place: Place | None = None,
) -> list[Pill]:
    """What the learner reads. ``missing`` counts papers that wait for her."""
    placement = placement_of(application)
    if placement and application.status == Status.ACCEPTED:
        return list(_placement_pills(placement, missing, in_review))
    if place:
        words = _("Waitlist, %(position)d of %(of)d") % {"position": place.position, "of": place.of}
        return [Pill(words, "users", "info")]
    return [_application_pill(application, answer_by)]


WAITING = {
    Status.SUBMITTED: (gettext_lazy("Sent"), "send", "info", ""),
    Status.UNDER_REVIEW: (
        gettext_lazy("Waiting for the preceptor"),
        "hourglass",
        "info",
        gettext_lazy("reply due by"),
    ),
    Status.CHANGES_REQUESTED: (
        gettext_lazy("Other dates or an answer asked for"),
        "circle-alert",
        "warn",
        gettext_lazy("answer by"),
    ),
    Status.WAITLISTED: (gettext_lazy("Waitlist"), "users", "info", ""),
    Status.OFFERED: (gettext_lazy("Offer made"), "clock", "warn", gettext_lazy("answer by")),
}


def _application_pill(application: Application, answer_by: datetime | None) -> Pill:
    status = Status(application.status)
    if status == Status.DRAFT:
        return Pill(_("Draft, step %(n)d of 4") % {"n": step_number(application)}, "pen-line")
    if status not in WAITING:
        icon = "circle-check" if status == Status.ACCEPTED else "circle-x"
        return _ended_pill(str(application.get_status_display()), icon, application)
    words, icon, tone, before = WAITING[status]
    if status == Status.SUBMITTED and application.listing.screening == Screening.COORDINATOR:
        words = gettext_lazy("Sent, a coordinator checks it")
    due = {
        Status.UNDER_REVIEW: application.reply_by,
        Status.CHANGES_REQUESTED: answer_by,
        Status.OFFERED: application.offer_expires_at,
    }.get(status)
    return Pill(str(words), icon, tone, str(before) if due else "", local_day(due, application))


def _ended_pill(words: str, icon: str, thing: Application | Placement) -> Pill:
    ended = local_day(thing.ended_at, thing)
    return Pill(words, icon, "", pgettext("before a day", "on") if ended else "", ended)


def _placement_pills(placement: Placement, missing: int | None, in_review: int) -> Iterator[Pill]:
    match placement.status:
        case PlacementStatus.ONBOARDING:
            yield Pill(_("Accepted"), "circle-check", "ok")
            yield from _open_pills(placement, missing, in_review)
        case PlacementStatus.READY:
            yield Pill(_("Ready"), "circle-check", "ok", _("first day"), placement.start_on)
        case PlacementStatus.ACTIVE:
            yield Pill(day_of(placement), "map-pin", "info")
        case PlacementStatus.ON_HOLD:
            yield Pill(_("On hold"), "triangle-alert", "warn")
        case PlacementStatus.WRAP_UP:
            yield Pill(_("Finished, waiting for hours and evaluation"), "hourglass", "info")
        case PlacementStatus.COMPLETED:
            yield Pill(_("Finished"), "badge-check", "ok")
        case _:
            yield _ended_pill(str(placement.get_status_display()), "circle-x", placement)


def _open_pills(placement: Placement, missing: int | None, in_review: int) -> Iterator[Pill]:
    if in_review and not missing:
        yield Pill(_("Documents in review"), "hourglass", "info")
    if missing:
        words = ngettext("%(n)d document missing", "%(n)d documents missing", missing)
        due = local_day(documents_due(placement), placement)
        yield Pill(words % {"n": missing}, "circle-alert", "warn", pgettext("a day", "due"), due)
    if placement.paid_at is None:
        before = pgettext("a day", "due")
        yield Pill(usd(placement.total), "receipt", "warn", before, payment_due(placement))


def day_of(placement: Placement) -> str:
    """“On site, day 9 of 19”, in working days."""
    today = timezone.localdate(timezone=placement.listing.site.zone)
    until = min(today, placement.end_on)
    return _("On site, day %(n)d of %(all)d") % {
        "n": max(1, weekdays_between(placement.start_on, until)),
        "all": weekdays_between(placement.start_on, placement.end_on),
    }


def stage(application: Application) -> int | None:
    """Which of the six stages it is in, from 0; none before it is sent and when it ended."""
    placement = placement_of(application)
    if placement:
        return {
            PlacementStatus.ONBOARDING: 3,
            PlacementStatus.READY: 4,
            PlacementStatus.ACTIVE: 4,
            PlacementStatus.ON_HOLD: 4,
            PlacementStatus.WRAP_UP: 5,
        }.get(PlacementStatus(placement.status))
    return {
        Status.SUBMITTED: 1,
        Status.UNDER_REVIEW: 1,
        Status.CHANGES_REQUESTED: 1,
        Status.WAITLISTED: 1,
        Status.OFFERED: 2,
    }.get(Status(application.status))


def _stage_words(application: Application, number: int) -> str:
    if application.status == Status.CHANGES_REQUESTED:
        return _("Your answer")
    placement = placement_of(application)
    if number == DOCUMENTS_STAGE and placement and placement.paid_at is None:
        return _("Documents and payment")
    if number == ACCEPT_STAGE:
        return _("Accept the offer")
    return str(STAGES[number])


@register.inclusion_tag("placements/components/status.html")
def status(
    application: Application,
    missing: int | None = None,
    in_review: int = 0,
    answer_by: datetime | None = None,
    place: Place | None = None,
) -> dict[str, Any]:
    """The status words of an application as its learner reads them."""
    found = pills(
        application, missing=missing, in_review=in_review, answer_by=answer_by, place=place
    )
    return {"pills": found}


@register.inclusion_tag("placements/components/status.html")
def host_status(placement: Placement) -> dict[str, Any]:
    """The same as its preceptor reads it: no money, and nothing that is the learner's to do."""
    if placement.status == PlacementStatus.READY:
        return {"pills": [Pill(_("Arriving"), "calendar-check", "ok", "", placement.start_on)]}
    return {"pills": list(_placement_pills(placement, None, 0))[:1]}


@register.inclusion_tag("placements/components/track.html")
def track(application: Application) -> dict[str, Any]:
    """Six bars and one sentence: “Stage 4 of 6: Documents”."""
    now = stage(application)
    if now is None:
        return {"bars": []}
    bars = ["done" if n < now else "now" if n == now else "" for n in range(len(STAGES))]
    return {"bars": bars, "number": now + 1, "words": _stage_words(application, now)}
