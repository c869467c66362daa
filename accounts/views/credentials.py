"""A preceptor's NPI, licenses, boards and photo: she enters, staff look."""

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.actions import (
    keep_photo,
    remove_board,
    remove_licence,
    remove_photo,
    save_board,
    save_credentials,
    save_licence,
)
from accounts.forms import BoardForm, CredentialsForm, LicenceForm, PhotoForm
from accounts.http import UserRequest, allow
from accounts.models import BoardCertification, Licence, PreceptorProfile

PHOTOS = {"photo": "20/h/user"}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def credentials(request: UserRequest) -> HttpResponse:
    """What she has to show, and how far staff are with it."""
    preceptor = _profile(request)
    if request.method != "POST":
        return _page(request, CredentialsForm(instance=preceptor))
    form = CredentialsForm(request.POST, instance=preceptor)
    if form.is_valid():
        if save_credentials(preceptor, by=request.user):
            messages.warning(
                request,
                _("Saved. What we had checked has changed, so we check it again. Until then you "
                  "take no new requests."),
            )  # fmt: skip
        else:
            messages.success(request, _("Saved."))
        return redirect("accounts:credentials")
    return _page(request, form, status=422)


def _profile(request: UserRequest) -> PreceptorProfile:
    """Her own: what a delegate may not enter for her."""
    allow(request.user.is_preceptor)
    return request.user.preceptor_profile


def _page(
    request: UserRequest,
    form: CredentialsForm,
    *,
    photo: PhotoForm | None = None,
    status: int = 200,
) -> HttpResponse:
    # What was typed stays in the form; the rest of the page shows what is kept.
    preceptor = PreceptorProfile.objects.select_related("user").get(user=request.user)
    facts = {
        "form": form,
        "photo_form": photo or PhotoForm(),
        "preceptor": preceptor,
        "licences": preceptor.licences.all(),
        "boards": preceptor.certifications.all(),
        "today": timezone.localdate(),
    }
    return render(request, "accounts/credentials.html", facts, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def licence_add(request: UserRequest) -> HttpResponse:
    return _licence_page(request, Licence(preceptor=_profile(request)))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def licence(request: UserRequest, state: str) -> HttpResponse:
    """Change the one of this state."""
    return _licence_page(request, _licence(request, state))


def _licence(request: UserRequest, state: str) -> Licence:
    return get_object_or_404(Licence, preceptor=_profile(request), state=state)


def _licence_page(request: UserRequest, row: Licence) -> HttpResponse:
    form = LicenceForm(request.POST if request.method == "POST" else None, instance=row)
    if form.is_valid():
        save_licence(row, by=request.user)
        messages.success(request, _("Saved. A coordinator looks at the state’s board next."))
        return redirect("accounts:credentials")
    there = Licence.objects.filter(pk=row.pk).first()
    status = 422 if form.is_bound else 200
    return render(request, "accounts/licence.html", {"form": form, "there": there}, status=status)


@require_POST
@login_required
def licence_remove(request: UserRequest, state: str) -> HttpResponse:
    try:
        remove_licence(_licence(request, state), by=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, _("The license is taken out."))
    return redirect("accounts:credentials")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def board_add(request: UserRequest) -> HttpResponse:
    return _board_page(request, BoardCertification(preceptor=_profile(request)))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def board(request: UserRequest, pk: int) -> HttpResponse:
    """Change one of hers."""
    return _board_page(request, _board(request, pk))


def _board(request: UserRequest, pk: int) -> BoardCertification:
    return get_object_or_404(BoardCertification, preceptor=_profile(request), pk=pk)


def _board_page(request: UserRequest, row: BoardCertification) -> HttpResponse:
    form = BoardForm(request.POST if request.method == "POST" else None, instance=row)
    if form.is_valid():
        save_board(row, by=request.user)
        messages.success(request, _("Saved. Learners read it once we have found it at the board."))
        return redirect("accounts:credentials")
    facts = {"form": form, "there": BoardCertification.objects.filter(pk=row.pk).first()}
    return render(request, "accounts/board.html", facts, status=422 if form.is_bound else 200)


@require_POST
@login_required
def board_remove(request: UserRequest, pk: int) -> HttpResponse:
    remove_board(_board(request, pk), by=request.user)
    messages.success(request, _("The board certification is taken out."))
    return redirect("accounts:credentials")


@require_POST
@login_required
def photo(request: UserRequest) -> HttpResponse:
    """Another picture of her."""
    preceptor = _profile(request)
    form = PhotoForm(request.POST, request.FILES)
    if not ratelimit.consume(request, app="accounts", action="photo", config=PHOTOS):
        form.add_error("photo", _("That were many pictures in one hour. Go on a little later."))
        return _page(request, CredentialsForm(instance=preceptor), photo=form, status=429)
    if form.is_valid():
        keep_photo(preceptor, form.cleaned_data["photo"], by=request.user)
        messages.success(request, _("Your photo is saved."))
        return redirect("accounts:credentials")
    return _page(request, CredentialsForm(instance=preceptor), photo=form, status=422)


@require_POST
@login_required
def photo_remove(request: UserRequest) -> HttpResponse:
    remove_photo(_profile(request), by=request.user)
    messages.success(request, _("Your photo is deleted."))
    return redirect("accounts:credentials")
