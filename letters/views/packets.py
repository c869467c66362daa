"""The author's side: all she needs to say yes, no, or that it is done; without a password too."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import Request
from accounts.models import User
from letters.actions.requests import agree_to_letter, attest_upload, decline_letter
from letters.actions.transition import LetterMoved
from letters.forms import AgreeForm, AttestForm, DeclineForm
from letters.models import LetterRequest
from letters.permissions import is_learner_of
from letters.queries import packet_of
from letters.states import LetterStatus
from letters.views.documents import pdf_download

ACTS: dict[str, Callable[..., None]] = {
    "agree": agree_to_letter,
    "decline": decline_letter,
    "attest": attest_upload,
}
ANSWERED = {
    "agree": gettext_lazy("Thank you. The learner knows that you write it."),
    "decline": gettext_lazy("Noted. The learner reads only that it could not be written."),
    "attest": gettext_lazy("Thank you. The reminders stop here."),
}
OK, UNPROCESSABLE, CONFLICT = 200, 422, 409


def _by_token(request: Request, token: str) -> LetterRequest | None:
    """The request that a mail's link opens, while it is open and its day has not passed.

    Never for the learner: what the author reads is not hers.
    """
    alive = LetterRequest.objects.open().exclude(status=LetterStatus.DRAFT)
    rows = alive.filter(token=token[:64], token_expires_at__gt=timezone.now())
    letter = rows.with_placement().first()
    if letter and request.user.is_authenticated and is_learner_of(request.user, letter):
        return None
    return letter


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def packet(request: Request, token: str) -> HttpResponse:
    """All that the author needs. Looking changes nothing: scanners of mail look too."""
    letter = _by_token(request, token)
    if letter is None:
        return _over(request)
    author = letter.placement.preceptor.user
    return author_page(request, letter, by=author, address=request.path, link=True)


@never_cache
@require_safe
def packet_pdf(request: Request, token: str) -> HttpResponseBase:
    letter = _by_token(request, token)
    if letter is None or not letter.file:
        return _over(request)
    return pdf_download(letter.file, "letter-request.pdf")


def _over(request: Request) -> HttpResponse:
    """The same for a link that ended and for one that never was."""
    return _private(render(request, "letters/packet_over.html", status=404))


def _private(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def author_page(
    request: Request, letter: LetterRequest, *, by: User, address: str, link: bool = False
) -> HttpResponse:
    """Read, and answer in a tap: agree, decline, or say that it is uploaded."""
    answers = _forms(letter)
    answer = request.POST.get("answer", "")
    status = UNPROCESSABLE if request.method == "POST" else OK
    if request.method == "POST" and answer in answers:
        answers[answer] = type(answers[answer])(request.POST, prefix=answer)
        status = _answer(letter, answer, answers[answer], by=by)
        if status == OK:
            messages.success(request, ANSWERED[answer])
            return redirect(address)
    facts = {
        "letter": letter,
        "packet": packet_of(letter),
        "placement": letter.placement,
        "forms": answers,
        "form": answers.get(answer),
        "address": address,
        "link": link,
    }
    return _private(render(request, "letters/packet.html", facts, status=status))


def _forms(letter: LetterRequest) -> dict[str, Any]:
    today = timezone.localdate(timezone=letter.placement.listing.site.zone)
    return {
        "agree": AgreeForm(initial={"promised_on": letter.target_on}, prefix="agree"),
        "decline": DeclineForm(prefix="decline"),
        "attest": AttestForm(initial={"uploaded_on": today}, prefix="attest"),
    }


def _answer(letter: LetterRequest, answer: str, form: forms.Form, *, by: User) -> int:
    """Do it; the status that the page answers with."""
    if not form.is_valid():
        return UNPROCESSABLE
    try:
        ACTS[answer](letter, by=by, **form.cleaned_data)
    except LetterMoved as moved:
        form.add_error(None, moved)
        return CONFLICT
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return UNPROCESSABLE
    return OK
