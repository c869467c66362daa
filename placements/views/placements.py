"""A rotation as its learner has it: dates, papers, hours, calendar, and an early end."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import UserRequest, allow
from placements.actions.hours import DayNotOpen, log_hours, remove_hours
from placements.actions.ledger import refund_now
from placements.actions.placements import cancel_placement
from placements.actions.readiness import requirement_checks
from placements.actions.reschedules import MOVABLE
from placements.actions.transition import TransitionNotAllowed
from placements.calendar import write_calendar
from placements.forms.placements import CancelForm, HoursForm
from placements.links import answers_it
from placements.models import (
    AttendanceNote,
    Evaluation,
    HoursEntry,
    Placement,
    RescheduleRequest,
)
from placements.models.evaluation import Competency
from placements.permissions import (
    is_coordinator,
    is_learner_of,
    is_office_of,
    may_cancel,
    may_evaluate,
    may_log_hours,
    may_see_emergency_contact,
    placement_moves,
)
from placements.queries import (
    current_documents,
    has_days_to_approve,
    hours_totals,
    pending_request,
)
from placements.states import LOGGING, CancelledBy, CancelReason, PlacementStatus
from placements.views.agenda import rotation
from placements.views.moved import moved
from placements.views.overview import Row
from placements.views.papers import with_record
from placements.views.timeline import timeline
from rotations.eligibility import Check
from rotations.queries import alternatives

SCORES = {
    1: _lazy("1 of 5, unacceptable"),
    2: _lazy("2 of 5, below what is expected"),
    3: _lazy("3 of 5, as expected"),
    4: _lazy("4 of 5, above what is expected"),
    5: _lazy("5 of 5, exceptional"),
}
ASKS_FOR_LETTERS = LOGGING | {PlacementStatus.COMPLETED, PlacementStatus.INCOMPLETE}
SETTLED = frozenset({"declined", "confirmed"})


def visible(request: UserRequest, code: str) -> Placement:
    """The placement, if this person may see it; 404 otherwise."""
    placements = (
        Placement.objects.visible_to(request.user)
        .with_listing()
        .select_related("listing__preceptor__user", "listing__policy", "paid_by")
    )
    return get_object_or_404(placements, code=code)


@require_safe
@login_required
def placement(request: UserRequest, code: str) -> HttpResponse:
    found = visible(request, code)
    return _page(request, found)


def _page(
    request: UserRequest, found: Placement, form: HoursForm | None = None, *, status: int = 200
) -> HttpResponse:
    application = found.application
    application.listing, application.learner = found.listing, found.learner
    application.placement = found
    prefetch_related_objects([found], "late_requirements__type", "rule_changes")
    row = Row(application)
    row.add_papers(current_documents(found.learner))
    if not is_office_of(request.user, found):
        with_record(row.papers, found.listing, found.block, found.learner)
    certificate = row.certificate
    may_log = may_log_hours(request.user, found)
    evaluation = found.evaluations.filter(kind="final").exclude(signed_at=None).first()
    letters = list(found.letter_requests.all())
    asked = pending_request(found)
    if asked:
        asked.placement = found
    let_down = found.status == PlacementStatus.CANCELLED and (
        found.cancelled_by != CancelledBy.LEARNER and not is_office_of(request.user, found)
    )
    context = {
        "placement": found,
        "let_down": let_down,
        "alternatives": alternatives(found.listing, found.start_on) if let_down else [],
        "balance": found.ledger.balance(),
        "application": application,
        "row": row,
        "certificate": certificate,
        "steps": timeline(application, missing=row.missing, certificate=certificate),
        "hours": found.hours.with_holds(),
        "totals": hours_totals(found),
        "form": form or (_hours_form(found) if may_log else None),
        "may_log": may_log,
        "evaluation": evaluation,
        "evaluation_lines": _lines(evaluation) if evaluation else [],
        "letters": letters,
        "asked": asked,
        "asked_lacks": _lacks_for(request, found, asked),
        "answers": bool(asked and answers_it(request.user, asked)),
        "moves": placement_moves(request.user, found),
        "movable": MOVABLE,
        "attendance_note": AttendanceNote.objects.filter(placement=found).exists(),
        "may_ask": _may_ask(found, letters),
        "may_cancel": may_cancel(request.user, found) and _is_party(request, found),
        "asks_school": has_days_to_approve(found, asked),
        "sees_emergency": may_see_emergency_contact(request.user, found),
        "is_hers": is_learner_of(request.user, found),
        "is_host": is_office_of(request.user, found),
        "may_evaluate": may_evaluate(request.user, found),
    }
    return render(request, "placements/placement.html", context, status=status)


def _lacks_for(
    request: UserRequest, found: Placement, asked: RescheduleRequest | None
) -> list[Check]:
    """Her papers that do not reach the dates that are asked for; her own business."""
    if asked is None or is_office_of(request.user, found):
        return []
    return [check for check in requirement_checks(found, asked.block) if check.is_open]


def _lines(evaluation: Evaluation) -> list[tuple[str, str]]:
    """Each competency with its score in words; what was not observed says so."""
    return [
        (str(one.label), str(SCORES.get(evaluation.scores[one], _("Not observed"))))
        for one in Competency
        if one in evaluation.scores
    ]


def _may_ask(found: Placement, letters: list[Any]) -> bool:
    """Half of it is done, and no request is open, declined or fulfilled already."""
    today = timezone.localdate(timezone=found.listing.site.zone)
    if found.status not in ASKS_FOR_LETTERS or not found.is_half_done(today):
        return False
    return not any(letter.is_open or letter.status in SETTLED for letter in letters)


def _is_party(request: UserRequest, found: Placement) -> bool:
    return is_learner_of(request.user, found) or is_coordinator(request.user, found)


def _hours_form(found: Placement, data: object = None) -> HoursForm:
    today = timezone.localdate(timezone=found.listing.site.zone)
    initial = {"day": min(max(today, found.start_on), found.end_on), "hours": 8}
    return HoursForm(data, placement=found, today=today, initial=initial)


@require_POST
@login_required
def hours(request: UserRequest, code: str) -> HttpResponse:
    """Log a day or correct it; with ``remove``, take a day back that is not signed."""
    found = visible(request, code)
    allow(is_learner_of(request.user, found))
    if "remove" in request.POST:
        return _remove(request, found)
    form = _hours_form(found, request.POST)
    if form.is_valid():
        try:
            log_hours(found, by=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Your hours are logged."))
            return redirect(f"{found.get_absolute_url()}#hours")
    return _page(request, found, form, status=422)


def _remove(request: UserRequest, found: Placement) -> HttpResponse:
    pk = request.POST["remove"]
    entries = HoursEntry.objects.filter(placement=found)
    entry = get_object_or_404(entries, pk=int(pk) if pk.isdecimal() and len(pk) < 18 else 0)  # noqa: PLR2004
    entry.placement = found
    try:
        remove_hours(entry, by=request.user)
    except DayNotOpen as refusal:
        return moved(request, refusal, about=found)
    messages.success(request, _("The day is taken back."))
    return redirect(f"{found.get_absolute_url()}#hours")


@require_safe
@login_required
def calendar(request: UserRequest, code: str) -> HttpResponse:
    """The dates for her own calendar; imported again, the entry moves or is struck out."""
    found = visible(request, code)
    entry = rotation(found, for_learner=is_learner_of(request.user, found))
    response = HttpResponse(write_calendar(entry), content_type="text/calendar; charset=utf-8")
    name = f"rotation-{found.start_on:%Y-%m-%d}.ics"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def cancel(request: UserRequest, code: str) -> HttpResponse:
    """Shows what comes back, then asks a second time, then ends it."""
    found = visible(request, code)
    allow(_is_party(request, found))
    if request.method != "POST":
        if not may_cancel(request.user, found):
            return redirect(found)
        return _cancel_page(request, found, CancelForm())
    form = CancelForm(request.POST)
    if not form.is_valid():
        return _cancel_page(request, found, form, status=422)
    if "sure" not in request.POST:
        return _cancel_page(request, found, form, sure=True)
    try:
        cancel_placement(
            found,
            by=request.user,
            cancelled_by=CancelledBy.LEARNER,
            reason=CancelReason(form.cleaned_data["reason"]),
            note=form.cleaned_data["note"],
        )
    except TransitionNotAllowed as refusal:
        return moved(request, refusal, about=found)
    messages.success(request, _("Your rotation is canceled. Everybody concerned has a mail."))
    return redirect(found)


def _cancel_page(
    request: UserRequest,
    found: Placement,
    form: CancelForm,
    *,
    sure: bool = False,
    status: int = 200,
) -> HttpResponse:
    reason = form["reason"].value()
    visa_denied = reason == CancelReason.VISA_DENIED
    context = {
        "placement": found,
        "form": form,
        "sure": sure,
        "visa_denied": visa_denied,
        "back": refund_now(found),
        "back_with_proof": refund_now(found, visa=True) if visa_denied else 0,
        "paid": found.ledger.balance().received,
        "reason": dict(CancelReason.choices).get(reason, ""),
    }
    return render(request, "placements/cancel.html", context, status=status)
