"""What has happened to an application, what waits now and for whom, and what comes later."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clocks.intervals import Declared
from clocks.queries import in_words
from placements.deadlines import OFFER, WAITLIST_OFFER
from placements.models import Application, Placement
from placements.queries import acted_for_office
from placements.states import PlacementStatus, Status
from placements.templatetags.placement_facts import (
    documents_due,
    letter_from,
    morning_of,
    payment_due,
)
from placements.templatetags.standing import placement_of
from rotations.kinds import Screening

DONE, NOW, LATER, ENDED = "done", "now", "", "ended"


@dataclass(frozen=True)
class Step:
    """One line of the timeline. ``at`` is when it happened, ``due`` until when it may."""

    title: str
    state: str = LATER
    at: datetime | None = None
    day: date | None = None
    due: datetime | None = None
    text: str = ""
    quote: str = ""
    url: str = ""
    action: str = ""


def timeline(
    application: Application,
    *,
    missing: int = 0,
    answer_by: datetime | None = None,
    certificate: Any = None,
) -> list[Step]:
    """From the sending on. Exactly one step is “now” while something is open."""
    return list(_only_one_now(_steps(application, missing, answer_by, certificate)))


def _host(application: Application, step: Status) -> dict[str, str]:
    """Who took the step: “Dr. Castellano”, or “Ana Ruiz for Dr. Castellano”."""
    preceptor = application.listing.preceptor.address_as
    delegate = acted_for_office(application).get(f"application.{step}")
    if delegate is None:
        return {"preceptor": preceptor}
    names = {"delegate": delegate.name, "preceptor": preceptor}
    return {"preceptor": _("%(delegate)s for %(preceptor)s") % names}


def _only_one_now(steps: Iterator[Step]) -> Iterator[Step]:
    """What could also be done now still waits its turn in the picture."""
    seen = False
    for step in steps:
        if step.state == NOW and seen and not step.url:
            yield replace(step, state=LATER)
        else:
            yield step
        seen = seen or step.state == NOW


def _steps(
    application: Application, missing: int, answer_by: datetime | None, certificate: Any
) -> Iterator[Step]:
    yield _sent(application)
    if application.listing.screening == Screening.COORDINATOR:
        yield from _screening(application)
    if application.status == Status.CHANGES_REQUESTED:
        yield _changes(application, answer_by)
    placement = placement_of(application)
    yield from _answer(application)
    if placement:
        yield from _placement(placement, missing, certificate)
    elif application.is_open:
        yield Step(_("Documents and payment"), text=_("Due only after you accept an offer"))
        yield Step(_("First day"), day=application.start_on)
    else:
        yield _end(application)


def _sent(application: Application) -> Step:
    by_other = application.created_by_id and application.created_by_id != application.learner_id
    title = _("Your coordinator put in the application for you") if by_other else (
        _("You sent the application")
    )  # fmt: skip
    return Step(title, DONE, at=application.submitted_at)


def _screening(application: Application) -> Iterator[Step]:
    if application.review_started_at:
        yield Step(_("A coordinator checked it"), DONE, at=application.review_started_at)
    elif application.status == Status.SUBMITTED:
        text = _("Usually within 1 business day. Then it goes to the preceptor.")
        yield Step(_("A coordinator checks it"), NOW, text=text)


def _changes(application: Application, answer_by: datetime | None) -> Step:
    return Step(
        _("Your answer is asked for"),
        NOW,
        due=answer_by,
        text=_("Without an answer the application is closed then."),
        quote=application.note,
        url=reverse("placements:application", args=[application.code]),
        action=_("Answer"),
    )


def _answer(application: Application) -> Iterator[Step]:
    """The preceptor's part, and the learner's answer to an offer."""
    who = {"preceptor": application.listing.preceptor.address_as}
    if application.offered_at:
        if application.offered_by_id:
            title = _("%(preceptor)s confirmed and offered you a seat") % _host(
                application, Status.OFFERED
            )
        else:
            title = _("A seat came free, and you were first on the waitlist")
        yield Step(title, DONE, at=application.offered_at)
        yield from _offer(application)
    elif application.status == Status.UNDER_REVIEW:
        yield Step(
            _("%(preceptor)s answers your request") % who,
            NOW,
            due=application.reply_by,
            text=_(
                "If no answer comes by then, the request ends and we show you similar rotations."
            ),
        )
        yield _step_to_accept()
    elif application.status == Status.WAITLISTED:
        title = _("%(preceptor)s put you on the waitlist") % _host(application, Status.WAITLISTED)
        yield Step(title, DONE, at=application.answered_at)
        text = _("The first in line gets an offer by mail.")
        yield Step(_("You wait for a seat to come free"), NOW, text=text)
        yield _step_to_accept(WAITLIST_OFFER)
    elif application.is_open:
        yield Step(_("%(preceptor)s answers your request") % who)
        yield _step_to_accept()


def _step_to_accept(window: Declared = OFFER) -> Step:
    text = _("You have up to %(time)s") % {"time": in_words(window)}
    return Step(_("You accept the offer or decline it"), text=text)


def _offer(application: Application) -> Iterator[Step]:
    if application.status == Status.OFFERED:
        yield Step(
            _("Your answer to the offer"),
            NOW,
            due=application.offer_expires_at,
            text=_("Then the seat goes to the next person."),
            url=reverse("placements:offer", args=[application.code]),
            action=_("Read the offer"),
        )
    elif application.status == Status.ACCEPTED:
        yield Step(_("You accepted the offer"), DONE, at=application.ended_at)


def _end(application: Application) -> Step:
    who = _host(application, Status(application.status))
    titles = {
        Status.DECLINED: _("%(preceptor)s could not take you on these dates") % who,
        Status.NO_RESPONSE: _("%(preceptor)s did not answer in time") % who,
        Status.INELIGIBLE: _("A requirement is not met"),
        Status.OFFER_DECLINED: _("You declined the offer"),
        Status.OFFER_EXPIRED: _("The offer ended, and the seat went to the next person"),
        Status.WITHDRAWN: _("You withdrew the application"),
        Status.CLOSED: _("The application was closed"),
    }
    text = ""
    if application.status == Status.DECLINED:
        text = _("The reason given: %(reason)s.") % {
            "reason": application.get_decline_reason_display()
        }
    note = application.note
    words = {
        "superseded": _("Because you accepted another rotation on these days."),
        "incomplete": _("No answer came to our question in time."),
        "started": _("The dates have begun, and no seat came free."),
        "archived": _("The rotation is no longer offered."),
        "draft": _("It was not sent in time."),
    }
    if note in words:
        text, note = words[note], ""
    title = titles[Status(application.status)]
    return Step(title, ENDED, at=application.ended_at, text=text, quote=note)


def _placement(placement: Placement, missing: int, certificate: Any) -> Iterator[Step]:
    if placement.status in {PlacementStatus.CANCELLED, PlacementStatus.NO_SHOW}:
        yield _over(placement)
        return
    yield _payment(placement)
    yield _documents(placement, missing)
    if placement.status == PlacementStatus.ON_HOLD:
        yield Step(_("On hold"), NOW, text=_("Your coordinator lifts it."), quote=placement.note)
    yield from _days(placement)
    if placement.status in {PlacementStatus.TERMINATED, PlacementStatus.INCOMPLETE}:
        yield _over(placement)
    else:
        yield _certificate(placement, certificate)


def _payment(placement: Placement) -> Step:
    if placement.paid_at:
        return Step(_("Payment recorded"), DONE, at=placement.paid_at)
    text = _("You arrange it with your coordinator, who records it here.")
    return Step(_("Payment"), NOW, day=payment_due(placement), text=text)


def _documents(placement: Placement, missing: int) -> Step:
    if not missing:
        return Step(_("Your documents, all accepted"), DONE)
    title = ngettext("Your documents, %(n)d open", "Your documents, %(n)d open", missing)
    return Step(
        title % {"n": missing},
        NOW,
        due=documents_due(placement),
        url=f"{placement.get_absolute_url()}#documents",
        action=_("Open the checklist"),
    )


_BEFORE = frozenset({PlacementStatus.ONBOARDING, PlacementStatus.READY, PlacementStatus.ON_HOLD})


def _days(placement: Placement) -> Iterator[Step]:
    status, begins = PlacementStatus(placement.status), morning_of(placement)
    site = placement.listing.site
    where = _("%(site)s, %(street)s, %(city)s") % {
        "site": site.name, "street": site.street, "city": site.city,
    }  # fmt: skip
    title = _("First day, %(time)s") % {"time": begins} if begins else _("First day")
    ready = status == PlacementStatus.READY
    first = NOW if ready else LATER if status in _BEFORE else DONE
    yield Step(title, first, day=placement.start_on, text=where)
    if status in _BEFORE:
        yield Step(_("You can ask for a letter"), day=letter_from(placement))
    last = NOW if status == PlacementStatus.ACTIVE else LATER
    if status not in _BEFORE | {PlacementStatus.ACTIVE}:
        last = DONE
    text = _("Log your hours each day. Your preceptor signs them.") if last == NOW else ""
    yield Step(_("Last day"), last, day=placement.end_on, text=text)


def _certificate(placement: Placement, certificate: Any) -> Step:
    text = _("When your hours are signed and the evaluation is in")
    if certificate:
        return Step(_("Certificate issued"), DONE, at=certificate.issued_at)
    waits = placement.status in {PlacementStatus.WRAP_UP, PlacementStatus.COMPLETED}
    return Step(_("Certificate"), NOW if waits else LATER, text=text)


def _over(placement: Placement) -> Step:
    if placement.status == PlacementStatus.CANCELLED:
        title = _("Canceled: %(reason)s") % {"reason": placement.get_cancel_reason_display()}
    else:
        title = str(placement.get_status_display())
    return Step(title, ENDED, at=placement.ended_at, quote=placement.note)
