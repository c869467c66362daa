"""A preceptor answers a request: on its page, in the inbox, or by the link in her mail."""

from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.http import Request, UserRequest, allow
from accounts.models import Document, User
from accounts.permissions import documents_visible_to
from placements import queries
from placements.actions.applications import decline_application
from placements.actions.choices import NotAChoice
from placements.actions.offers import offer_seat, undo_offer, undo_until
from placements.actions.transition import TransitionNotAllowed
from placements.actions.waitlist import take_off_waitlist, waitlist_application
from placements.deadlines import offer_window
from placements.forms.review import DeclineForm, SuggestForm
from placements.links import Claim, holds, read, reader_of
from placements.models import Application
from placements.permissions import is_host, is_office_of, may
from placements.states import Status
from rotations.actions.seats import SeatsGone
from rotations.blocks import Block, OpenBlock
from rotations.queries import upcoming_blocks

OTHER_DATES = 4


@dataclass(frozen=True)
class Answering:
    """Who answers and by which door: signed in, or by the link in a mail.

    The forms post to ``confirm``, ``decline``, ``undo`` and ``waitlist``; an answer leads ``back``.
    """

    by: User
    confirm: str
    decline: str
    undo: str
    waitlist: str
    back: str
    by_link: bool = False

    @classmethod
    def signed_in(cls, user: User, application: Application) -> "Answering":
        """Her inbox is where a preceptor goes on; staff stay at the request."""
        confirm, decline, undo, waitlist, page = (
            reverse(f"placements:{move}", args=[application.code])
            for move in ("confirm", "decline", "undo", "waitlist", "review")
        )
        back = reverse("placements:inbox") if is_office_of(user, application) else page
        return cls(user, confirm, decline, undo, waitlist, back)

    @classmethod
    def linked(cls, address: str, reader: User) -> "Answering":
        return cls(reader, address, address, address, address, address, by_link=True)


def unlisted(view: Any) -> Any:
    """Whatever it answers, no search engine keeps it."""

    @wraps(view)
    def inner(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response

    return inner


def _visible(request: UserRequest, code: str) -> tuple[Application, Answering]:
    """A request that she may see as its host; a learner's own page is another."""
    mine = Application.objects.visible_to(request.user).with_listing()
    application = get_object_or_404(mine, code=code)
    allow(is_host(request.user, application))
    return application, Answering.signed_in(request.user, application)


def _page(
    request: Request,
    application: Application,
    who: Answering,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """The whole case on one screen."""
    (case,) = queries.cases_of([application])
    others = _other_dates(application)
    choices = queries.choices_of(application)
    can_answer = application.status == Status.UNDER_REVIEW
    facts = {
        "case": case,
        "application": application,
        "who": who,
        "form": DeclineForm(),
        "suggest": SuggestForm(blocks=others),
        "others": queries.others_in_block(application),
        "left_after": case.free - 1,
        "other_dates": others,
        "papers": _papers(application, who),
        "offer_until": _offer_until(application),
        "undo_until": _undo_until(application),
        "can_answer": can_answer,
        "choices": choices if len(choices) > 1 else [],
        "best": next((one for one in choices if one.is_open), None),
        "place": queries.place_on_waitlist(application),
        "elsewhere": len(queries.touching_applications(application)) if can_answer else 0,
        **more,
    }
    return render(request, "placements/review.html", facts, status=status)


def _papers(application: Application, who: Answering) -> list[Document]:
    """The files that she may open; by a link none, because files ask for a sign-in."""
    shown = documents_visible_to(who.by).filter(
        sent_with__application=application, superseded_at=None
    )
    return [] if who.by_link else list(shown.select_related("type", "preview"))


def _offer_until(application: Application) -> datetime:
    """Until when the learner could accept, if she were confirmed now."""
    now = timezone.now()
    return now + offer_window(now, application.dates.start_on, application.listing.site.zone)


def _undo_until(application: Application) -> datetime | None:
    until = undo_until(application)
    return until if until and until > timezone.now() else None


def _other_dates(application: Application) -> list[OpenBlock]:
    """Her other free blocks of the same length."""
    listing, weeks = application.listing, application.weeks
    open_blocks = upcoming_blocks([listing], weeks=weeks).get(listing.pk, [])
    free = [one for one in open_blocks if not one.is_full and one.block != application.block]
    return free[:OTHER_DATES]


@require_safe
@login_required
@unlisted
def review(request: UserRequest, code: str) -> HttpResponse:
    application, who = _visible(request, code)
    return _page(request, application, who)


@require_POST
@login_required
@unlisted
def confirm(request: UserRequest, code: str) -> HttpResponse:
    """One tap: an offer, a held seat, and two minutes to take it back."""
    application, who = _visible(request, code)
    allow(may(request.user, application, Status.OFFERED))
    return _confirm(request, application, who)


def _confirm(request: Request, application: Application, who: Answering) -> HttpResponse:
    try:
        offer_seat(application, by=who.by, block=_chosen(request, application))
    except (SeatsGone, TransitionNotAllowed) as refusal:
        return _moved(request, application, who, refusal)
    except ValidationError as refusal:
        return _refused(request, application, who, refusal)
    if request.htmx:
        return _confirmed_in_place(request, application, who)
    return redirect(who.back)


def _chosen(request: Request, application: Application) -> Block | None:
    """Which of her dates the button is about; None for those in play. Refuses with ``NotAChoice``."""
    asked = request.POST.get("start")
    if not asked:
        return None
    for block in application.choices:
        if f"{block.start_on}" == asked:
            return block
    raise NotAChoice


def _confirmed_in_place(request: Request, application: Application, who: Answering) -> HttpResponse:
    """The row that takes the request's place in the inbox, and how many still wait."""
    facts = {
        "offer": application,
        "until": undo_until(application),
        "cases": queries.review_queue(who.by.practices),
    }
    return render(request, "placements/inbox.html#confirmed", facts)


def _refused(
    request: Request, application: Application, who: Answering, refusal: ValidationError
) -> HttpResponse:
    if request.htmx:
        return _go_to(application, refusal, request, status=422)
    return _page(request, application, who, status=422, refusal=refusal.messages[0])


def _go_to(
    application: Application, refusal: ValidationError, request: Request, *, status: int
) -> HttpResponse:
    """From a button in the inbox to the whole case, which shows what can be done instead."""
    messages.warning(request, refusal.messages[0])
    response = HttpResponse(status=status)
    response["HX-Redirect"] = reverse("placements:review", args=[application.code])
    return response


def _moved(
    request: Request, application: Application, who: Answering, refusal: ValidationError
) -> HttpResponse:
    """409: filled, withdrawn or lapsed meanwhile; what can be done instead."""
    if request.htmx:
        return _go_to(application, refusal, request, status=409)
    facts = {
        "is_full": isinstance(refusal, SeatsGone),
        "application": application,
        "choices": [one for one in queries.choices_of(application) if one.is_open],
        "other_dates": _other_dates(application),
        "who": who,
        "page": who.back if who.by_link else reverse("placements:review", args=[application.code]),
    }
    return render(request, "placements/review_moved.html", facts, status=409)


@require_POST
@login_required
@unlisted
def waitlist(request: UserRequest, code: str) -> HttpResponse:
    """The dates are full, and she would like to have the learner all the same."""
    application, who = _visible(request, code)
    allow(may(request.user, application, Status.WAITLISTED))
    return _waitlist(request, application, who)


def _waitlist(request: Request, application: Application, who: Answering) -> HttpResponse:
    try:
        waitlist_application(application, by=who.by, block=_chosen(request, application))
    except TransitionNotAllowed as refusal:
        return _moved(request, application, who, refusal)
    except ValidationError as refusal:
        return _page(request, application, who, status=422, refusal=refusal.messages[0])
    messages.success(
        request, _("On the waitlist. When a seat comes free, the first in line gets an offer.")
    )
    return redirect(who.back)


@require_POST
@login_required
@unlisted
def reopen(request: UserRequest, code: str) -> HttpResponse:
    """Off the waitlist and before her again, for instance because she has added seats."""
    application, who = _visible(request, code)
    allow(may(request.user, application, Status.UNDER_REVIEW))
    try:
        take_off_waitlist(application, by=request.user)
    except TransitionNotAllowed as refusal:
        return _moved(request, application, who, refusal)
    return redirect("placements:review", application.code)


@require_POST
@login_required
@unlisted
def undo(request: UserRequest, code: str) -> HttpResponse:
    """Take one's own confirm back within two minutes; the learner never hears of it."""
    application, who = _visible(request, code)
    allow(may(request.user, application, Status.UNDER_REVIEW))
    return _undo(request, application, who)


def _undo(request: Request, application: Application, who: Answering) -> HttpResponse:
    try:
        undo_offer(application, by=who.by)
    except ValidationError:
        messages.warning(
            request,
            _("The two minutes are over, the learner has the offer. Write to your coordinator."),
        )
    else:
        messages.success(request, _("Taken back. The request waits for you again."))
    return redirect(who.back)


@require_POST
@login_required
@unlisted
def decline(request: UserRequest, code: str) -> HttpResponse:
    application, who = _visible(request, code)
    allow(may(request.user, application, Status.DECLINED))
    return _decline(request, application, who)


def _decline(request: Request, application: Application, who: Answering) -> HttpResponse:
    """No, with a reason; or no with other dates, which is one tap and a button."""
    suggests = "suggest" in request.POST
    form: DeclineForm | SuggestForm
    if suggests:
        form = SuggestForm(request.POST, blocks=_other_dates(application))
    else:
        form = DeclineForm(request.POST)
    if not form.is_valid():
        more = {"suggest" if suggests else "form": form}
        return _page(request, application, who, status=422, **more)
    try:
        decline_application(application, by=who.by, **form.facts)
    except TransitionNotAllowed as refusal:
        return _moved(request, application, who, refusal)
    messages.success(
        request, _("Declined. The learner reads your reason and sees similar rotations.")
    )
    return redirect(who.back)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@unlisted
def link(request: Request, token: str) -> HttpResponse:
    """The link in a mail: opens this one request. Looking changes nothing; a button answers.

    It is worth something while the request waits in the round that it was made for, and
    for the two minutes in which that answer can be taken back.
    """
    claim = read(token)
    applications = Application.objects.with_listing()
    application = applications.filter(pk=claim.application).first() if claim else None
    reader = reader_of(claim, application) if claim and application else None
    if claim is None or application is None or reader is None:
        return render(request, "placements/link_over.html", status=404)
    who = Answering.linked(request.path, reader)
    if request.method == "POST":
        return _answer_by_link(request, application, claim, who)
    if _waits(claim, application):
        return _page(request, application, who)
    return _over(request, application, claim, who)


def _waits(claim: Claim, application: Application) -> bool:
    """For this link's answer, and still in time: the clock may be a minute late."""
    due = application.reply_by
    return (
        application.status == Status.UNDER_REVIEW
        and holds(claim, application)
        and due is not None
        and due > timezone.now()
    )


def _answer_by_link(
    request: Request, application: Application, claim: Claim, who: Answering
) -> HttpResponse:
    if "undo" in request.POST and holds(claim, application):
        return _undo(request, application, who)
    if not _waits(claim, application):
        return _over(request, application, claim, who, status=409)
    if "decline" in request.POST or "suggest" in request.POST:
        return _decline(request, application, who)
    if "waitlist" in request.POST:
        return _waitlist(request, application, who)
    return _confirm(request, application, who)


def _over(
    request: Request, application: Application, claim: Claim, who: Answering, *, status: int = 200
) -> HttpResponse:
    """What became of the request that this link was about."""
    is_older = application.status == Status.UNDER_REVIEW and not holds(claim, application)
    facts = {
        "application": application,
        "who": who,
        "is_older": is_older,
        "undo_until": _undo_until(application) if holds(claim, application) else None,
    }
    return render(request, "placements/link_over.html", facts, status=404 if is_older else status)
