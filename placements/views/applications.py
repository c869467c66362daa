"""A learner's requests: begun, looked at, withdrawn."""

from typing import cast
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import Request, UserRequest, allow
from accounts.models import User
from placements.actions.applications import (
    BlockNotOffered,
    choose_dates,
    start_application,
    withdraw_application,
)
from placements.actions.transition import TransitionNotAllowed
from placements.forms.applications import ApplyForm
from placements.models import Application
from placements.permissions import is_guest, is_office_of, may
from placements.queries import (
    current_documents,
    may_ask_school,
    open_entry,
    place_on_waitlist,
    precheck,
    touching_applications,
)
from placements.states import Status
from placements.views.moved import moved
from placements.views.overview import Row, answers_due, dashboard_of
from placements.views.timeline import timeline
from rotations.blocks import Block
from rotations.eligibility import summary
from rotations.models import Listing
from rotations.queries import alternatives

EDITABLE = frozenset({Status.DRAFT, Status.CHANGES_REQUESTED})
SUGGESTS = frozenset(
    {
        Status.DECLINED,
        Status.NO_RESPONSE,
        Status.INELIGIBLE,
        Status.OFFER_EXPIRED,
        Status.OFFER_DECLINED,
        Status.CLOSED,
    }
)


def visible(request: UserRequest, code: str) -> Application:
    """The application, if this person may see it; 404 otherwise."""
    applications = Application.objects.visible_to(request.user).with_listing()
    return get_object_or_404(applications, code=code)


@require_safe
@login_required
def my_applications(request: UserRequest) -> HttpResponse:
    """Her next step first, then all that is under way, then what is finished."""
    return render(request, "placements/my_applications.html", dashboard_of(request.user))


@require_http_methods(["GET", "HEAD", "POST"])
def apply(request: Request, slug: str) -> HttpResponse:
    """Begin a request, or go on with the one there is. GET asks, and changes nothing.

    Whoever must sign in first comes back here with the dates that she chose.
    """
    listing = get_object_or_404(Listing.objects.published().select_related("policy"), slug=slug)
    block = ApplyForm(request.POST or request.GET).block(listing)
    if not request.user.is_authenticated:
        return redirect_to_login(_apply_url(listing, block))
    if not _applies(request.user):
        return render(request, "placements/not_a_learner.html", {"listing": listing}, status=403)
    if request.method != "POST":
        context = {"listing": listing, "dates": block}
        return render(request, "placements/apply.html", context)
    return _start(cast("UserRequest", request), listing, block)


def _apply_url(listing: Listing, block: Block | None) -> str:
    path = reverse("placements:apply", args=[listing.slug])
    if block is None:
        return path
    return f"{path}?{urlencode({'start': block.start_on.isoformat(), 'weeks': block.weeks})}"


def _applies(user: User) -> bool:
    """Preceptors and staff do not ask for seats; they have other doors."""
    return user.is_learner or not (user.is_preceptor or user.is_staff)


def _start(request: UserRequest, listing: Listing, block: Block | None) -> HttpResponse:
    user = request.user
    try:
        application = start_application(listing, learner=user, by=user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return redirect(listing)
    if application.status != Status.DRAFT:
        messages.info(request, _("You have applied here already. This is where it stands."))
        return redirect(application)
    if block and (block != application.block or "dates" not in application.done):
        try:
            choose_dates(application, block, by=user)
        except BlockNotOffered as refusal:
            messages.warning(request, refusal.messages[0])
            return redirect("placements:dates", application.code)
    return redirect(application)


@require_safe
@login_required
def application(request: UserRequest, code: str) -> HttpResponse:
    """A task list while it can be edited, the timeline afterwards."""
    found = visible(request, code)
    if not is_guest(request.user, found) and is_office_of(request.user, found):
        return redirect("placements:review", found.code)
    if found.status in EDITABLE:
        return _task_list(request, found)
    return _standing(request, found)


def _task_list(request: UserRequest, found: Application) -> HttpResponse:
    checks = precheck(found)
    context = {
        "application": found,
        "summary": summary(checks),
        "stops": [check for check in checks if check.blocks],
        "answer_by": answers_due([found]).get(found.pk),
        "profile": getattr(found.learner, "learner_profile", None),
    }
    return render(request, "placements/task_list.html", context)


def _standing(request: UserRequest, found: Application) -> HttpResponse:
    answer_by = answers_due([found]).get(found.pk)
    row = Row(found, answer_by=answer_by, place=place_on_waitlist(found))
    certificate = None
    if row.placement:
        row.placement.listing = found.listing
        row.add_papers(current_documents(found.learner))
        certificate = row.certificate
    context = {
        "application": found,
        "row": row,
        "steps": timeline(found, missing=row.missing, answer_by=answer_by, certificate=certificate),
        "asks_school": may_ask_school(found),
        "place": row.place,
        "entry": open_entry(found) if found.status in {Status.WAITLISTED, Status.OFFERED} else None,
        "keeps": is_guest(request.user, found),
        "touching": touching_applications(found) if found.is_open else [],
        "may_withdraw": found.is_open and may(request.user, found, Status.WITHDRAWN),
        "alternatives": alternatives(found.listing, found.start_on)
        if found.status in SUGGESTS
        else [],
    }
    return render(request, "placements/application.html", context)


@require_safe
@login_required
def sent(request: UserRequest, code: str) -> HttpResponse:
    """What happens next, and by when."""
    found = visible(request, code)
    allow(is_guest(request.user, found))
    if found.status not in {Status.SUBMITTED, Status.UNDER_REVIEW}:
        return redirect(found)
    return render(request, "placements/sent.html", {"application": found})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def withdraw(request: UserRequest, code: str) -> HttpResponse:
    """Asks once, then ends it. A draft is thrown away by the same door."""
    found = visible(request, code)
    allow(may(request.user, found, Status.WITHDRAWN))
    was_draft = found.status == Status.DRAFT
    if request.method != "POST":
        if not found.is_open:
            return redirect(found)
        return render(request, "placements/withdraw.html", {"application": found})
    try:
        withdraw_application(found, by=request.user)
    except TransitionNotAllowed as refusal:
        return moved(request, refusal, about=found)
    done = _("The draft is discarded.") if was_draft else _("Your application is withdrawn.")
    messages.success(request, done)
    return redirect("placements:my_applications")
