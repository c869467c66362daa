"""Other dates: the learner asks, the preceptor answers on the page or by the link in her mail."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import Request, UserRequest, allow
from accounts.models import User
from placements.actions.limits import LimitReached
from placements.actions.reschedules import (
    FREE_MOVES,
    MOVABLE,
    CannotReschedule,
    PapersTooShort,
    approve_reschedule,
    ask_reschedule,
    decline_reschedule,
    offer_extension,
    take_back_reschedule,
)
from placements.actions.transition import TransitionNotAllowed
from placements.forms.changes import LEARNERS_MOVES, ExtendForm, MoveForm
from placements.links import answers_it, read_move
from placements.models import Placement, RescheduleRequest
from placements.permissions import is_guest, is_office_of
from placements.queries import pending_request
from placements.states import PlacementStatus, RescheduleReason
from placements.views.moved import moved
from placements.views.placements import visible
from placements.views.review import unlisted
from rotations.blocks import OpenBlock
from rotations.queries import upcoming_blocks

BLOCKS_SHOWN = 12


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def move(request: UserRequest, code: str) -> HttpResponse:
    """The free blocks of the same listing, and why; a seat is held while it is decided."""
    found = visible(request, code)
    allow(is_guest(request.user, found))
    blocks = _free_blocks(found)
    form = MoveForm(request.POST or None, blocks=blocks, weeks=found.weeks, reasons=LEARNERS_MOVES)
    if request.method != "POST":
        if found.status not in MOVABLE or pending_request(found):
            return redirect(found)
        return _move_page(request, found, form, blocks)
    if found.status in MOVABLE and not form.is_valid():
        return _move_page(request, found, form, blocks, status=422)
    try:
        _ask(request, found, form)
    except (CannotReschedule, LimitReached) as refusal:
        form.add_error(None, refusal)
        return _move_page(request, found, form, blocks, status=422)
    except ValidationError as refusal:
        return moved(request, refusal, about=found)
    messages.success(request, _("Asked. A seat is held on the new dates until it is decided."))
    return redirect(found)


def _ask(request: UserRequest, found: Placement, form: MoveForm) -> None:
    if not form.is_valid():
        raise TransitionNotAllowed(found, found.status)
    ask_reschedule(
        found,
        form.block,
        by=request.user,
        reason=RescheduleReason(form.cleaned_data["reason"]),
        note=form.cleaned_data["note"],
    )


def _free_blocks(found: Placement) -> list[OpenBlock]:
    """Of the same length, with a free seat in each week that she does not have yet."""
    listing = found.listing
    blocks = upcoming_blocks([listing], weeks=found.weeks).get(listing.pk, [])
    free = [one for one in blocks if not one.is_full and one.block != found.block]
    return free[:BLOCKS_SHOWN]


def _move_page(
    request: UserRequest,
    found: Placement,
    form: MoveForm,
    blocks: list[OpenBlock],
    *,
    status: int = 200,
) -> HttpResponse:
    left = FREE_MOVES - found.reschedules.moves().count()
    facts = {"placement": found, "form": form, "blocks": blocks, "left": left, "most": FREE_MOVES}
    return render(request, "placements/move.html", facts, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def extend(request: UserRequest, code: str) -> HttpResponse:
    """The preceptor offers a later last day, while the rotation runs."""
    found = visible(request, code)
    allow(is_office_of(request.user, found))
    form = ExtendForm(request.POST or None, placement=found)
    runs = found.status == PlacementStatus.ACTIVE
    if request.method != "POST":
        if not runs or pending_request(found):
            return redirect(found)
        return _extend_page(request, found, form)
    if runs and not form.is_valid():
        return _extend_page(request, found, form, status=422)
    try:
        if not form.is_valid():
            raise TransitionNotAllowed(found, found.status)
        offer_extension(found, by=request.user, **form.cleaned_data)
    except (CannotReschedule, LimitReached, PapersTooShort) as refusal:
        form.add_error(None, refusal)
        return _extend_page(request, found, form, status=422)
    except ValidationError as refusal:
        return moved(request, refusal, about=found)
    messages.success(request, _("Offered. The seat is held until the learner answers."))
    return redirect(found)


def _extend_page(
    request: UserRequest, found: Placement, form: ExtendForm, *, status: int = 200
) -> HttpResponse:
    return render(
        request, "placements/extend.html", {"placement": found, "form": form}, status=status
    )


@require_POST
@login_required
def answer_move(request: UserRequest, code: str) -> HttpResponse:
    """Yes or no by whose turn it is; taken back by whoever asked."""
    found = visible(request, code)
    asked = get_object_or_404(found.reschedules, code=request.POST.get("request", ""))
    asked.placement = found
    if "take_back" in request.POST:
        allow(not answers_it(request.user, asked))
        return _do(request, asked, take_back_reschedule, _("Taken back."), by=request.user)
    allow(answers_it(request.user, asked))
    return _answer(request, asked, request.user, found.get_absolute_url())


def _answer(request: Request, asked: RescheduleRequest, by: User, back: str) -> HttpResponse:
    if "decline" in request.POST:
        note = request.POST.get("note", "")[:600]
        said = _("Declined. The dates stay as they are.")
        return _do(request, asked, decline_reschedule, said, by=by, note=note, back=back)
    said = _("Agreed. Both sides have a mail with the new dates.")
    return _do(request, asked, approve_reschedule, said, by=by, back=back)


def _do(
    request: Request, asked: RescheduleRequest, act: Any, said: str, *, back: str = "", **facts: Any
) -> HttpResponse:
    placement = asked.placement
    try:
        act(asked, **facts)
    except ValidationError as refusal:
        return moved(request, refusal, about=placement, back=back)
    messages.success(request, said)
    return redirect(back or placement.get_absolute_url())


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@unlisted
def move_link(request: Request, token: str) -> HttpResponse:
    """The link in a mail: shows the question; a button answers, looking changes nothing."""
    found = read_move(token)
    if found is None:
        return render(request, "placements/link_over.html", status=404)
    asked, reader = found
    if request.method == "POST":
        return _answer(request, asked, reader, reverse("placements:move_link", args=[token]))
    facts = {"request_": asked, "placement": asked.placement, "reader": reader}
    return render(request, "placements/move_answer.html", facts)
