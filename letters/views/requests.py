"""The learner's side: asking for a letter, and seeing where it stands. Never the letter."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions import save_profile
from accounts.http import UserRequest, address_of, allow
from accounts.models import User
from letters.actions import requests as actions
from letters.actions.transition import LetterMoved
from letters.forms import CorrectForm, LetterForm
from letters.models import LetterRequest
from letters.permissions import is_author_of, is_learner_of
from letters.queries import request_open_for, season_for, suggested_target
from letters.states import LetterStatus
from letters.views.documents import pdf_download
from letters.views.packets import author_page
from placements.models import Placement

PAGE_SIZE = 25
# What a learner may do with a request, and what she reads then.
MOVES: dict[str, tuple[Callable[..., None], Any]] = {
    "confirm": (
        actions.confirm_letter,
        gettext_lazy("Good. Now assign it where you apply, at most four to each program."),
    ),
    "not_visible": (
        actions.report_not_visible,
        gettext_lazy("We have asked the author to look again."),
    ),
    "cancel": (actions.cancel_letter, gettext_lazy("The request is taken back.")),
}


def _visible(request: UserRequest) -> QuerySet[LetterRequest]:
    return LetterRequest.objects.visible_to(request.user).with_placement()


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def ask(request: UserRequest, code: str) -> HttpResponse:
    """The form; what is in it is kept as a draft until she sends it."""
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
        return _ask(request, placement, letter)
    return _form_page(request, placement, letter, _form(request, placement, letter))


def _form(
    request: UserRequest, placement: Placement, letter: LetterRequest | None, *, sends: bool = False
) -> LetterForm:
    today = timezone.localdate(timezone=placement.listing.site.zone)
    fresh = LetterRequest(
        placement=placement,
        specialty_label=placement.listing.specialty.name,
        target_on=suggested_target(placement, today),
    )
    return LetterForm(
        request.POST if request.method == "POST" else None,
        instance=letter or fresh,
        aamc_id=request.user.learner_profile.aamc_id,
        today=today,
        sends=sends,
    )


def _form_page(
    request: UserRequest,
    placement: Placement,
    letter: LetterRequest | None,
    form: LetterForm,
    status: int = 200,
) -> HttpResponse:
    facts = {
        "placement": placement,
        "draft": letter,
        "form": form,
        "season": season_for(placement.end_on),
    }
    return render(request, "letters/ask.html", facts, status=status)


def _ask(request: UserRequest, placement: Placement, letter: LetterRequest | None) -> HttpResponse:
    sends = "send" in request.POST
    form = _form(request, placement, letter, sends=sends)
    if not form.is_valid():
        return _form_page(request, placement, letter, form, 422)
    try:
        _keep_aamc_id(request.user, form.cleaned_data["aamc_id"])
        saved = actions.save_letter(placement, by=request.user, **form.answers)
        if sends:
            actions.request_letter(saved, by=request.user, address=address_of(request))
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _form_page(request, placement, letter, form, 422)
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


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def request_page(request: UserRequest, code: str) -> HttpResponse:
    """Where it stands: the learner never reads the letter, the author answers here too."""
    letter = get_object_or_404(_visible(request), code=code)
    if is_author_of(request.user, letter):
        return author_page(request, letter, by=request.user, address=letter.get_absolute_url())
    if request.method == "POST":
        allow(is_learner_of(request.user, letter))
        return _correct(request, letter) if "correct" in request.POST else _move(request, letter)
    if letter.status == LetterStatus.DRAFT and is_learner_of(request.user, letter):
        return redirect("letters:ask", code=letter.placement.code)
    return _page(request, letter)


def _page(
    request: UserRequest,
    letter: LetterRequest,
    *,
    status: int = 200,
    refusal: str = "",
    form: CorrectForm | None = None,
) -> HttpResponse:
    facts = {
        "letter": letter,
        "placement": letter.placement,
        "is_hers": is_learner_of(request.user, letter),
        "report_from": actions.may_report_from(letter) if letter.uploaded_on else None,
        "today": timezone.localdate(timezone=letter.placement.listing.site.zone),
        "correct_form": form or CorrectForm(letter=letter),
        "form": form,
        "refusal": refusal,
    }
    return render(request, "letters/request.html", facts, status=status)


def _move(request: UserRequest, letter: LetterRequest) -> HttpResponse:
    act, said = MOVES.get(request.POST.get("move", ""), (None, ""))
    if act is None:
        return _page(request, letter, status=422, refusal=_("Choose one of the buttons."))
    try:
        act(letter, by=request.user)
    except LetterMoved as moved:
        return _page(request, letter, status=409, refusal=moved.messages[0])
    except ValidationError as refusal:
        return _page(request, letter, status=422, refusal=refusal.messages[0])
    messages.success(request, said)
    return redirect(letter)


def _correct(request: UserRequest, letter: LetterRequest) -> HttpResponse:
    """Another Letter ID or waiver: the PDF is made anew and its author told."""
    form = CorrectForm(request.POST, letter=letter)
    if not form.is_valid():
        return _page(request, letter, status=422, form=form)
    try:
        actions.change_letter(letter, by=request.user, **form.cleaned_data)
    except LetterMoved as moved:
        return _page(request, letter, status=409, refusal=moved.messages[0])
    messages.success(request, _("Corrected. Your preceptor gets the new form by mail."))
    return redirect(letter)


@require_safe
@login_required
def letters(request: UserRequest) -> HttpResponse:
    """An author's list, what waits first; a learner's own requests."""
    mine = Q(placement__learner=request.user)
    asked = Q(placement__preceptor__user=request.user) & ~Q(status=LetterStatus.DRAFT)
    found = (
        LetterRequest.objects.filter(mine | asked)
        .with_placement()
        .order_by(F("ended_at").desc(nulls_first=True), "attested_at", "target_on", "-pk")
    )
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "letters/requests.html", {"page": page})


@require_safe
@login_required
def request_pdf(request: UserRequest, code: str) -> HttpResponseBase:
    letter = get_object_or_404(_visible(request).exclude(file=""), code=code)
    return pdf_download(letter.file, "letter-request.pdf")
