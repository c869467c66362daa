"""A preceptor answers a request: on its page, in the inbox, or by the link in her mail."""

from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import Request, UserRequest, allow
from accounts.models import User
from accounts.permissions import documents_visible_to
from placements import queries
from placements.actions.applications import decline_application
from placements.actions.offers import offer_seat, undo_offer, undo_until
from placements.actions.transition import TransitionNotAllowed
from placements.deadlines import offer_window
from placements.forms.review import DeclineForm
from placements.links import holds, read
from placements.models import Application
from placements.permissions import is_host, may
from placements.states import Status
from rotations.actions.seats import SeatsGone
from rotations.queries import upcoming_blocks

OTHER_DATES = 4


def _visible(request: UserRequest, code: str) -> Application:
    """A request that she may see as its host; a learner's own page is another."""
    mine = Application.objects.visible_to(request.user).with_listing()
    application = get_object_or_404(mine, code=code)
    allow(is_host(request.user, application))
    return application


def _page(
    request: Request, application: Application, form: DeclineForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The whole case on one screen."""
    case = next(iter(queries.cases(Application.objects.filter(pk=application.pk).with_listing())))
    reader: User = more.get("reader") or cast("User", request.user)
    facts = {
        "case": case,
        "application": application,
        "form": form,
        "others": queries.others_in_block(application),
        "left_after": case.free - 1,
        "other_dates": _other_dates(application),
        "papers": documents_visible_to(reader)
        .filter(sent_with__application=application, superseded_at=None)
        .select_related("type"),
        "offer_until": _offer_until(application),
        "undo_until": undo_until(application),
        "can_answer": application.status == Status.UNDER_REVIEW,
        **more,
    }
    response = render(request, "placements/review.html", facts, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response


def _offer_until(application: Application) -> datetime:
    """Until when the learner could accept, if she were confirmed now."""
    now = timezone.now()
    return now + offer_window(now, application.dates.start_on, application.listing.site.zone)


def _other_dates(application: Application) -> list:
    """Her other free blocks of the same length."""
    listing, weeks = application.listing, application.weeks
    open_blocks = upcoming_blocks([listing], weeks=weeks).get(listing.pk, [])
    free = [one for one in open_blocks if not one.is_full and one.block != application.block]
    return free[:OTHER_DATES]


@require_safe
@login_required
def review(request: UserRequest, code: str) -> HttpResponse:
    return _page(request, _visible(request, code), DeclineForm())


@require_POST
@login_required
def confirm(request: UserRequest, code: str) -> HttpResponse:
    """One tap: an offer, a held seat, and two minutes to take it back."""
    application = _visible(request, code)
    allow(may(request.user, application, Status.OFFERED))
    return _confirm(request, application, by=request.user, back=reverse("placements:inbox"))


def _confirm(
    request: Request, application: Application, *, by: User, back: str, **more: Any
) -> HttpResponse:
    try:
        offer_seat(application, by=by)
    except (SeatsGone, TransitionNotAllowed) as refusal:
        return _moved(request, application, refusal)
    except ValidationError as refusal:
        more["refusal"] = refusal.messages[0]
        return _page(request, application, DeclineForm(), status=422, **more)
    messages.success(request, _offer_words(application))
    return redirect(back)


def _moved(request: Request, application: Application, refusal: ValidationError) -> HttpResponse:
    """409: filled, withdrawn or lapsed meanwhile; what can be done instead."""
    facts = {
        "reason": refusal.messages[0],
        "is_full": isinstance(refusal, SeatsGone),
        "application": application,
        "other_dates": _other_dates(application),
    }
    return render(request, "placements/review_moved.html", facts, status=409)


def _offer_words(application: Application) -> str:
    until = undo_until(application)
    local = until.astimezone(application.listing.site.zone) if until else None
    return _("Offer made to %(name)s. You can undo until %(time)s.") % {
        "name": application.learner.name,
        "time": date_format(local, "g:i A") if local else "",
    }


@require_POST
@login_required
def undo(request: UserRequest, code: str) -> HttpResponse:
    """Take one's own confirm back within two minutes; the learner never hears of it."""
    application = _visible(request, code)
    try:
        undo_offer(application, by=request.user)
    except ValidationError:
        messages.warning(
            request,
            _("The two minutes are over, the learner has the offer. Write to your coordinator."),
        )
    else:
        messages.success(request, _("Taken back. The request waits for you again."))
    return redirect("placements:inbox")


@require_POST
@login_required
def decline(request: UserRequest, code: str) -> HttpResponse:
    application = _visible(request, code)
    allow(may(request.user, application, Status.DECLINED))
    return _decline(request, application, by=request.user, back=reverse("placements:inbox"))


def _decline(
    request: Request, application: Application, *, by: User, back: str, **more: Any
) -> HttpResponse:
    form = DeclineForm(request.POST)
    if not form.is_valid():
        return _page(request, application, form, status=422, **more)
    try:
        decline_application(application, by=by, **form.cleaned_data)
    except TransitionNotAllowed as refusal:
        return _moved(request, application, refusal)
    messages.success(
        request, _("Declined. The learner reads your reason and three other rotations.")
    )
    return redirect(back)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: Request, token: str) -> HttpResponse:
    """The link in a mail: opens this one request. Looking changes nothing; a button answers.

    It is worth something while the request waits in the round that it was made for.
    """
    claim = read(token)
    applications = Application.objects.with_listing()
    application = applications.filter(pk=claim.application).first() if claim else None
    if claim is None or application is None or not holds(claim, application):
        return render(request, "placements/link_over.html", status=404)
    host = application.listing.preceptor.user
    here: dict[str, Any] = {"link": True, "reader": host, "address": request.path}
    if application.status != Status.UNDER_REVIEW:
        facts = {"application": application, **here}
        status = 409 if request.method == "POST" else 200
        return render(request, "placements/link_over.html", facts, status=status)
    if request.method == "POST":
        if "decline" in request.POST:
            return _decline(request, application, by=host, back=request.path, **here)
        return _confirm(request, application, by=host, back=request.path, **here)
    return _page(request, application, DeclineForm(), **here)
