"""Plans change: a hold, an early end by the host, a statement to sign, a note of attendance."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import UserRequest, address_of, allow
from accounts.models import User
from placements.actions.demands import sign_declaration
from placements.actions.endings import TooEarly, mark_no_show, terminate_placement
from placements.actions.holds import hold_placement
from placements.actions.placements import cancel_placement
from placements.actions.transition import TransitionNotAllowed
from placements.forms.changes import (
    HOSTS_CANCELS,
    HOSTS_HOLDS,
    LEARNERS_HOLDS,
    NoteForm,
    ReasonForm,
    SignForm,
    TerminateForm,
)
from placements.models import SIGNED_HERE, AttendanceNote, Declaration, Placement
from placements.permissions import (
    is_learner_of,
    is_office_of,
    may_make,
    placement_moves,
)
from placements.states import CancelledBy, CancelReason, HoldReason, PlacementStatus
from placements.views.moved import moved
from placements.views.placements import visible


@dataclass(frozen=True)
class Way:
    """One step that a page asks about: its words, its form, and what it does."""

    to: PlacementStatus
    title: Any
    text: Any
    act: Any
    done: Any
    form: Callable[..., forms.Form]
    do: Callable[..., None]
    tone: str = "danger"
    # The learner has it too.
    is_hers: bool = False


def _hold(placement: Placement, *, by: User, reason: str, note: str) -> None:
    hold_placement(placement, by=by, reason=HoldReason(reason), note=note)


def _call_off(placement: Placement, *, by: User, reason: str, note: str) -> None:
    """The preceptor's office calls it off; staff say in the admin who it was."""
    cancel_placement(
        placement,
        by=by,
        cancelled_by=CancelledBy.PRECEPTOR,
        reason=CancelReason(reason),
        note=note,
    )


def _holds_of(user: User, placement: Placement) -> Any:
    return LEARNERS_HOLDS if is_learner_of(user, placement) else HOSTS_HOLDS


WAYS = {
    "hold": Way(
        PlacementStatus.ON_HOLD,
        gettext_lazy("Put this rotation on hold"),
        gettext_lazy(
            "The seat stays held while this is sorted out. Hours of these days do not count. A "
            "coordinator lifts the hold, or other dates are agreed on. Have a paper about it? "
            "Add it to the wallet."
        ),
        gettext_lazy("Put on hold"),
        gettext_lazy("On hold. Everybody concerned has a mail."),
        lambda data, user, placement: ReasonForm(data, reasons=_holds_of(user, placement)),
        _hold,
        tone="primary",
        is_hers=True,
    ),
    "call-off": Way(
        PlacementStatus.CANCELLED,
        gettext_lazy("Cancel this rotation"),
        gettext_lazy(
            "The learner gets everything back and reads which similar rotations are free. Your "
            "coordinator hears of it at once. This cannot be undone."
        ),
        gettext_lazy("Cancel the rotation"),
        gettext_lazy("Canceled. The learner and your coordinator have a mail."),
        lambda data, _user, _placement: ReasonForm(data, reasons=HOSTS_CANCELS),
        _call_off,
    ),
    "no-show": Way(
        PlacementStatus.NO_SHOW,
        gettext_lazy("The learner did not arrive"),
        gettext_lazy(
            "Only when she was absent on the first two days and nobody could reach her. The "
            "rotation ends, and nothing comes back unless your coordinator decides so."
        ),
        gettext_lazy("She did not arrive"),
        gettext_lazy("Recorded. The learner has a mail."),
        lambda data, _user, _placement: NoteForm(data),
        mark_no_show,
    ),
    "stop": Way(
        PlacementStatus.TERMINATED,
        gettext_lazy("End this rotation now"),
        gettext_lazy(
            "For a serious reason. The learner does not come back, and your coordinator decides "
            "what she gets for the days that she was there. This cannot be undone."
        ),
        gettext_lazy("End the rotation"),
        gettext_lazy("Ended. The learner and your coordinator have a mail."),
        lambda data, _user, _placement: TerminateForm(data),
        terminate_placement,
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change(request: UserRequest, code: str, how: str) -> HttpResponse:
    """One step that ends or pauses it, asked about on a page of its own."""
    found = visible(request, code)
    way = WAYS[how]
    party = is_office_of(request.user, found) or (
        way.is_hers and is_learner_of(request.user, found)
    )
    allow(party and may_make(request.user, found, way.to))
    is_possible = way.to in placement_moves(request.user, found)
    form = way.form(request.POST or None, request.user, found)
    if request.method != "POST":
        return _page(request, found, way, form) if is_possible else redirect(found)
    if not is_possible:
        return moved(request, TransitionNotAllowed(found, way.to), about=found)
    if not form.is_valid():
        return _page(request, found, way, form, status=422)
    try:
        way.do(found, by=request.user, **form.cleaned_data)
    except TooEarly as refusal:
        form.add_error(None, refusal)
        return _page(request, found, way, form, status=422)
    except ValidationError as refusal:
        return moved(request, refusal, about=found)
    messages.success(request, way.done)
    return redirect(found)


def _page(
    request: UserRequest, found: Placement, way: Way, form: forms.Form, *, status: int = 200
) -> HttpResponse:
    facts = {"placement": found, "way": way, "form": form}
    return render(request, "placements/change.html", facts, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def declaration(request: UserRequest, code: str, slug: str) -> HttpResponse:
    """A statement: read, and signed by typing one's name; staff read who signed what."""
    found = visible(request, code)
    allow(not is_office_of(request.user, found))
    text = get_object_or_404(
        Declaration.objects.filter(type__slug=slug if slug in SIGNED_HERE else "")
        .select_related("type")
        .order_by("-version")[:1]
    )
    signed = found.signatures.filter(declaration__type=text.type).select_related("declaration")
    last = signed.last()
    facts: dict[str, Any] = {"placement": found, "declaration": text, "signed": last, "status": 200}
    is_hers = is_learner_of(request.user, found)
    may_sign = is_hers and last is None and found.is_live
    form = SignForm(request.POST or None, name=found.learner.name) if may_sign else None
    if request.method == "POST":
        allow(is_hers)
        if form is None:
            return redirect(request.path)
        if form.is_valid():
            sign_declaration(
                found, text, by=request.user, address=address_of(request), **form.cleaned_data
            )
            messages.success(request, _("Signed."))
            return redirect(f"{found.get_absolute_url()}#documents")
        facts["status"] = 422
    facts["form"] = form
    return render(request, "placements/declaration.html", facts, status=facts["status"])


@require_safe
@login_required
def attendance(request: UserRequest, code: str) -> HttpResponse:
    """What staff attested of a rotation without a certificate, to print."""
    found = visible(request, code)
    note = get_object_or_404(AttendanceNote, placement=found)
    facts = {
        "placement": found,
        "note": note,
        "first_day": date.fromisoformat(note.facts["start_on"]),
        "last_day": date.fromisoformat(note.facts["end_on"]),
        "now": timezone.now(),
    }
    return render(request, "placements/attendance.html", facts)
