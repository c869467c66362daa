"""Asking for a letter, and answering: the learner's page, the author's list and her packet."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions import save_profile
from accounts.http import Request, UserRequest, address_of, allow
from accounts.models import User
from letters.actions import requests as actions
from letters.actions.transition import LetterMoved
from letters.forms import AgreeForm, AttestForm, DeclineLetterForm, LetterForm
from letters.models import LetterRequest
from letters.permissions import is_author_of, is_learner_of
from letters.queries import request_open_for, scores, suggested_target
from letters.states import LetterStatus
from letters.views.documents import pdf_download
from placements.models import Placement
from placements.queries import hours_totals

ANSWERED = {
    "agree": gettext_lazy("Thank you. The learner knows that you write it."),
    "decline": gettext_lazy("Noted. The learner reads only that it could not be written."),
    "attest": gettext_lazy("Thank you. The reminders stop here."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def ask(request: UserRequest, code: str) -> HttpResponse:
    """The learner's form; a draft is kept until she sends it."""
    mine = Placement.objects.filter(learner=request.user).with_listing()
    placement = get_object_or_404(mine, code=code)
    letter = request_open_for(placement)
    if letter and letter.status != LetterStatus.DRAFT:
        return redirect(letter)
    try:
        actions.refuse_unless_askable(placement)
    except ValidationError as refusal:
        facts = {"placement": placement, "why": refusal.messages[0]}
        return render(request, "letters/not_yet.html", facts)
    if request.method == "POST":
        return _ask(request, placement, letter or LetterRequest(placement=placement))
    return _form_page(request, placement, _letter_form(request, placement, letter))


def _letter_form(
    request: UserRequest, placement: Placement, letter: LetterRequest | None, *, sends: bool = False
) -> LetterForm:
    today = timezone.localdate(timezone=placement.listing.site.zone)
    fresh = LetterRequest(
        placement=placement,
        specialty_label=placement.listing.specialty.name,
        target_on=suggested_target(placement, today),
    )
    aamc_id = request.user.learner_profile.aamc_id
    posted = request.POST if request.method == "POST" else None
    return LetterForm(posted, instance=letter or fresh, aamc_id=aamc_id, sends=sends)


def _form_page(
    request: UserRequest, placement: Placement, form: LetterForm, status: int = 200
) -> HttpResponse:
    facts = {"placement": placement, "form": form}
    return render(request, "letters/ask.html", facts, status=status)


def _ask(request: UserRequest, placement: Placement, letter: LetterRequest) -> HttpResponse:
    sends = "send" in request.POST
    form = _letter_form(request, placement, letter, sends=sends)
    if not form.is_valid():
        return _form_page(request, placement, form, 422)
    try:
        _keep_aamc_id(request.user, form.cleaned_data["aamc_id"])
        saved = actions.save_letter(placement, by=request.user, **form.answers)
        if sends:
            actions.request_letter(saved, by=request.user, address=address_of(request))
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return _form_page(request, placement, form, 422)
    if not sends:
        messages.success(request, _("Your draft is saved."))
        return redirect("letters:ask", code=placement.code)
    messages.success(request, _("Asked. Your preceptor gets it by mail within minutes."))
    return redirect(saved)


def _keep_aamc_id(user: User, aamc_id: str) -> None:
    """Asked once, kept in her profile."""
    profile = user.learner_profile
    if aamc_id and aamc_id != profile.aamc_id:
        profile.aamc_id = aamc_id
        save_profile(profile, by=user)


def _visible(request: UserRequest) -> QuerySet[LetterRequest]:
    return LetterRequest.objects.visible_to(request.user).with_placement()


LEARNERS_MOVES: dict[str, Callable[..., None]] = {
    "confirm": actions.confirm_letter,
    "not_visible": actions.report_not_visible,
    "cancel": actions.cancel_letter,
}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def request_page(request: UserRequest, code: str) -> HttpResponse:
    """Where it stands: the learner never reads the letter, the author answers here too."""
    letter = get_object_or_404(_visible(request), code=code)
    if is_author_of(request.user, letter):
        return _author_page(request, letter, by=request.user, address=request.path)
    if request.method == "POST":
        allow(is_learner_of(request.user, letter))
        return _move(request, letter)
    return _learner_page(request, letter)


def _learner_page(request: UserRequest, letter: LetterRequest, **more: Any) -> HttpResponse:
    facts = {"letter": letter, "placement": letter.placement, **more}
    status = 409 if "refusal" in more else 200
    return render(request, "letters/request.html", facts, status=status)


def _move(request: UserRequest, letter: LetterRequest) -> HttpResponse:
    act = LEARNERS_MOVES.get(request.POST.get("move", ""))
    if act is None:
        return _learner_page(request, letter)
    try:
        act(letter, by=request.user)
    except ValidationError as refusal:
        return _learner_page(request, letter, refusal=refusal.messages[0])
    messages.success(request, _("Noted."))
    return redirect(letter)


@require_safe
@login_required
def asked_of_me(request: UserRequest) -> HttpResponse:
    """The author's list: what waits first."""
    allow(request.user.is_preceptor)
    letters = (
        LetterRequest.objects.filter(placement__preceptor=request.user.preceptor_profile)
        .exclude(status=LetterStatus.DRAFT)
        .with_placement()
        .order_by("ended_at", "target_on", "pk")
    )
    return render(request, "letters/requests.html", {"letters": letters})


def _by_token(token: str) -> LetterRequest | None:
    """The request that a mail's link opens, while it is open and its day has not passed."""
    alive = LetterRequest.objects.open().exclude(status=LetterStatus.DRAFT)
    return (
        alive.filter(token=token[:64], token_expires_at__gt=timezone.now()).with_placement().first()
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def packet(request: Request, token: str) -> HttpResponse:
    """All that the author needs, without a password. Looking changes nothing."""
    letter = _by_token(token)
    if letter is None:
        return render(request, "letters/packet_over.html", status=404)
    author = letter.placement.preceptor.user
    return _author_page(request, letter, by=author, address=request.path, link=True)


@require_safe
def packet_pdf(request: Request, token: str) -> HttpResponseBase:
    letter = _by_token(token)
    if letter is None or not letter.file:
        return render(request, "letters/packet_over.html", status=404)
    return pdf_download(letter.file, "letter-request.pdf")


@require_safe
@login_required
def request_pdf(request: UserRequest, code: str) -> HttpResponseBase:
    letter = get_object_or_404(_visible(request).exclude(file=""), code=code)
    return pdf_download(letter.file, "letter-request.pdf")


def _author_page(
    request: Request, letter: LetterRequest, *, by: User, address: str, link: bool = False
) -> HttpResponse:
    """Read, and answer in a tap: agree, decline, or say that it is uploaded."""
    today = timezone.localdate(timezone=letter.placement.listing.site.zone)
    forms: dict[str, Any] = {
        "agree": AgreeForm(initial={"promised_on": letter.target_on}, prefix="agree"),
        "decline": DeclineLetterForm(prefix="decline"),
        "attest": AttestForm(initial={"uploaded_on": today}, prefix="attest"),
    }
    status, answer = 200, request.POST.get("answer", "")
    if request.method == "POST" and answer in forms:
        form = type(forms[answer])(request.POST, prefix=answer)
        status = _answer(letter, answer, form, by=by)
        if status == 200:  # noqa: PLR2004
            messages.success(request, ANSWERED[answer])
            return redirect(address)
        forms[answer] = form
    facts = {
        "letter": letter,
        "placement": letter.placement,
        "hours": hours_totals(letter.placement),
        "scores": scores(letter.placement),
        "forms": forms,
        "form": forms.get(answer),
        "address": address,
        "link": link,
    }
    response = render(request, "letters/packet.html", facts, status=status)
    response["X-Robots-Tag"] = "noindex"
    return response


def _answer(letter: LetterRequest, answer: str, form: Any, *, by: User) -> int:
    """Do it; the status that the page answers with."""
    if not form.is_valid():
        return 422
    acts: dict[str, Callable[..., None]] = {
        "agree": actions.agree_to_letter,
        "decline": actions.decline_letter,
        "attest": actions.attest_upload,
    }
    try:
        acts[answer](letter, by=by, **form.cleaned_data)
    except LetterMoved as refusal:
        form.add_error(None, refusal)
        return 409
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return 422
    return 200
