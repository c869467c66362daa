from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import queries
from accounts.actions import (
    add_document,
    give_consent,
    has_consented,
    read_document,
    remove_document,
    save_profile,
)
from accounts.forms import DocumentForm, LearnerForm, PersonForm, PreceptorForm
from accounts.http import UserRequest, address_of
from accounts.kinds import ConsentKind
from accounts.models import Document, DocumentType, LearnerProfile
from accounts.permissions import documents_visible_to

# A file of ours is for keeping, never for running in a page.
SANDBOX = "sandbox; default-src 'none'"


@require_safe
@login_required
def dashboard(request: UserRequest) -> HttpResponse:
    """Everybody's start: where her own work is."""
    user = request.user
    if user.is_preceptor:
        return redirect("placements:inbox")
    if user.is_learner:
        return redirect("placements:my_applications")
    if user.is_staff:
        return redirect("admin:index")
    return render(request, "accounts/welcome.html")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def profile(request: UserRequest) -> HttpResponse:
    """Who she is, and what her role needs to know of her, on one page."""
    user, posted = request.user, request.POST if request.method == "POST" else None
    person = PersonForm(posted, instance=user, prefix="person")
    role: PreceptorForm | LearnerForm
    if user.is_preceptor:
        role = PreceptorForm(posted, instance=user.preceptor_profile, prefix="role")
    else:
        mine = getattr(user, "learner_profile", None) or LearnerProfile(user=user)
        role = LearnerForm(posted, instance=mine, prefix="role")
    status = 200
    if posted is not None:
        if person.is_valid() & role.is_valid():
            save_profile(person.save(commit=False), by=user)
            save_profile(role.save(commit=False), by=user)
            messages.success(request, _("Your profile is saved."))
            return redirect(_back(request) or "accounts:profile")
        user.refresh_from_db()
        status = 422
    facts = {
        "person": person,
        "role": role,
        "form": person if person.errors else role,
        "next": _back(request),
    }
    return render(request, "accounts/profile.html", facts, status=status)


def _back(request: UserRequest) -> str:
    """Where she came from, if that is a page of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    return target if url_has_allowed_host_and_scheme(target, allowed_hosts=None) else ""


@require_safe
@login_required
def wallet(request: UserRequest) -> HttpResponse:
    """Her papers, and those that rotations ask of her."""
    return render(request, "accounts/wallet.html", {"groups": queries.wallet(request.user)})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def document_add(request: UserRequest, slug: str = "") -> HttpResponse:
    """Add a paper, or a newer version of one."""
    only = get_object_or_404(DocumentType, slug=slug) if slug else None
    user = request.user
    asks = not has_consented(user, ConsentKind.HEALTH) and (only is None or only.is_health)
    posted = request.method == "POST"
    form = DocumentForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        only=only,
        asks_health=asks,
    )
    if posted and form.is_valid():
        try:
            _add(request, form)
        except ValidationError as refusal:
            form.add_error("file", refusal)
        else:
            messages.success(request, _("It is in your wallet. A coordinator looks at it next."))
            return redirect(_back(request) or "accounts:wallet")
    facts = {"form": form, "only": only, "next": _back(request)}
    return render(request, "accounts/document_add.html", facts, status=422 if posted else 200)


def _add(request: UserRequest, form: DocumentForm) -> None:
    user, facts = request.user, form.cleaned_data
    kind = form.only or facts["type"]
    if facts.get("health"):
        give_consent(user, ConsentKind.HEALTH, version="1", address=address_of(request))
    add_document(
        user,
        kind,
        facts["file"],
        by=user,
        issued_on=facts["issued_on"],
        expires_on=facts["expires_on"],
    )


@require_safe
@login_required
def document(request: UserRequest, code: str) -> FileResponse:
    """The file itself, for those who may open it; each reading is remembered."""
    papers = documents_visible_to(request.user).select_related("type", "owner")
    paper = get_object_or_404(papers, code=code)
    if request.method == "GET":
        read_document(paper, by=request.user, address=address_of(request))
    response = FileResponse(paper.file.open("rb"), content_type=paper.content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(paper.name)}"
    response["Content-Length"] = str(paper.size)
    response["Cache-Control"] = "no-store, private"
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
@login_required
def document_remove(request: UserRequest, code: str) -> HttpResponse:
    """Delete a paper of one's own that went nowhere yet."""
    paper = get_object_or_404(Document, code=code, owner=request.user)
    try:
        remove_document(paper, by=request.user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, _("It is deleted."))
    return redirect("accounts:wallet")
