from urllib.parse import urlencode

from allauth.core.internal import ratelimit
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, queries
from accounts.actions import (
    add_document,
    date_document,
    find_address_change,
    has_consented,
    read_document,
    remove_document,
    save_profile,
)
from accounts.forms import DatesForm, DocumentForm, ProfileForm
from accounts.http import (
    ROLE,
    ROLES,
    Request,
    UserRequest,
    address_of,
    is_page_of_ours,
    remember_roles,
    role_of,
)
from accounts.kinds import ConsentKind, Role
from accounts.models import Document, DocumentType
from accounts.permissions import documents_visible_to

# A file of ours is for keeping, never for running in a page.
SANDBOX = "sandbox; default-src 'none'"
UPLOADS = {"upload": "60/h/user"}
LINKS = {"stop": "20/m/ip"}


START = {
    Role.PRECEPTOR: "placements:inbox",
    Role.DELEGATE: "placements:inbox",
    Role.LEARNER: "placements:my_applications",
    Role.COORDINATOR: "admin:index",
}


@require_safe
@login_required
def dashboard(request: UserRequest) -> HttpResponse:
    """Everybody's start: where her own work is."""
    held = queries.roles(request.user)
    remember_roles(request, held)
    role = role_of(request, held)
    return redirect(START[Role(role)]) if role else render(request, "accounts/welcome.html")


@require_POST
@login_required
def take_role(request: UserRequest, role: str) -> HttpResponse:
    """Work as another of what she is."""
    if role not in queries.roles(request.user):
        raise Http404
    request.session[ROLE] = role
    return redirect("accounts:dashboard")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def profile(request: UserRequest) -> HttpResponse:
    """Who she is, and what her role needs to know of her, on one page."""
    user = request.user
    as_learner = role_of(request, request.session.get(ROLES, [])) == Role.LEARNER
    if request.method != "POST":
        return _profile_page(request, ProfileForm(user, as_learner=as_learner))
    form = ProfileForm(user, request.POST, as_learner=as_learner)
    if form.is_valid():
        save_profile(*form.changed, by=user)
        messages.success(request, _("Your profile is saved."))
        return redirect(_back(request) or "accounts:profile")
    user.refresh_from_db()
    return _profile_page(request, form, status=422)


def _profile_page(request: UserRequest, form: ProfileForm, *, status: int = 200) -> HttpResponse:
    user = request.user
    facts = {
        "form": form,
        "next": _back(request),
        "missing": form.missing,
        "has_papers": user.documents.exists(),
        "licences": user.preceptor_profile.licences.all() if user.is_preceptor else (),
    }
    return render(request, "accounts/profile.html", facts, status=status)


def _back(request: UserRequest) -> str:
    """Where she came from, if that is a page of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    return target if is_page_of_ours(target) else ""


@require_safe
@login_required
def wallet(request: UserRequest) -> HttpResponse:
    """Her papers, and those that rotations ask of her."""
    profile = getattr(request.user, "learner_profile", None)
    facts = {"wallet": queries.wallet(request.user), "profile": profile}
    return render(request, "accounts/wallet.html", facts)


@require_safe
@login_required
def document_add(request: UserRequest) -> HttpResponse:
    """Which paper it is; the next page asks what that one needs."""
    slug = request.GET.get("type", "")
    if slug and DocumentType.objects.filter(slug=slug).exists():
        return redirect(_with_next(reverse("accounts:document_add_type", args=[slug]), request))
    facts = {"wallet": queries.wallet(request.user), "next": _back(request)}
    return render(request, "accounts/document_choose.html", facts)


def _with_next(url: str, request: UserRequest) -> str:
    target = _back(request)
    return f"{url}?{urlencode({'next': target})}" if target else url


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def document_add_type(request: UserRequest, slug: str) -> HttpResponse:
    """Add a paper of this kind, or a newer version of it."""
    kind, user = get_object_or_404(DocumentType, slug=slug), request.user
    if kind.is_health and not has_consented(user, ConsentKind.HEALTH):
        here = {"next": _with_next(request.path, request)}
        return redirect(f"{reverse('privacy:health')}?{urlencode(here)}")
    if request.method != "POST":
        return _add_page(request, DocumentForm(only=kind))
    form = DocumentForm(request.POST, request.FILES, only=kind)
    if not ratelimit.consume(request, app="accounts", action="upload", config=UPLOADS):
        form.add_error("file", _("That were many files in one hour. Go on a little later."))
        return _add_page(request, form, status=429)
    if form.is_valid():
        try:
            add_document(user, kind, form.cleaned_data["file"], by=user, **form.dates)
        except ValidationError as refusal:
            form.add_error("file", refusal)
        else:
            messages.success(request, _("It is in your wallet. A coordinator looks at it next."))
            return redirect(_back(request) or "accounts:wallet")
    return _add_page(request, form, status=422)


def _add_page(request: UserRequest, form: DocumentForm, *, status: int = 200) -> HttpResponse:
    row = queries.wallet_row(request.user, form.only)
    facts = {"form": form, "kind": form.only, "row": row, "next": _back(request)}
    return render(request, "accounts/document_add.html", facts, status=status)


@require_safe
@login_required
def document(request: UserRequest, code: str) -> FileResponse:
    """The file itself, for those who may open it; each reading is remembered."""
    papers = documents_visible_to(request.user).select_related("type", "owner")
    paper = get_object_or_404(papers, code=code)
    try:
        content = paper.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    if request.method == "GET":
        read_document(paper, by=request.user, address=address_of(request))
    return _sandboxed(
        FileResponse(
            content, as_attachment=True, filename=paper.name, content_type=paper.content_type
        )
    )


@require_safe
@login_required
def document_page(request: UserRequest, code: str, number: int) -> FileResponse:
    """A picture of one page, for those who may open the file; each look is remembered."""
    papers = documents_visible_to(request.user).select_related("type")
    paper = get_object_or_404(papers, code=code)
    try:
        content = paper.open_page(number)
    except FileNotFoundError:
        raise Http404 from None
    if request.method == "GET":
        read_document(paper, by=request.user, address=address_of(request), page=number)
    return _sandboxed(FileResponse(content, content_type="image/jpeg"))


def _sandboxed(response: FileResponse) -> FileResponse:
    response["Cache-Control"] = "no-store, private"
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def document_dates(request: UserRequest, code: str) -> HttpResponse:
    """Correct the dates of a paper that is there, without sending it again."""
    mine = request.user.documents.current().select_related("type")
    paper = get_object_or_404(mine, code=code)
    posted = request.POST if request.method == "POST" else None
    initial = {"issued_on": paper.issued_on, "expires_on": paper.expires_on}
    form = DatesForm(posted, only=paper.type, initial=initial)
    if not form.fields:
        raise Http404
    if form.is_valid():
        date_document(paper, by=request.user, **form.dates)
        messages.success(request, _("The dates are saved. A coordinator compares them next."))
        return redirect(_back(request) or "accounts:wallet")
    facts = {"form": form, "paper": paper, "next": _back(request)}
    status = 200 if posted is None else 422
    return render(request, "accounts/document_dates.html", facts, status=status)


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


@require_http_methods(["GET", "HEAD", "POST"])
def stop_address_change(request: Request, key: str) -> HttpResponse:
    """From the mail to the old address; whoever holds the link may stop it, by a press."""
    if not ratelimit.consume(request, app="accounts", action="stop", config=LINKS, limit_get=True):
        refusal: HttpResponse = ratelimit.respond_429(request)
        return refusal
    change = find_address_change(key)
    if change is None:
        return render(request, "accounts/link_over.html", status=404)
    if request.method == "POST":
        try:
            actions.stop_address_change(change)
        except ValidationError as refusal:
            messages.error(request, refusal.messages[0])
        else:
            messages.success(request, _("Stopped. Everybody is signed out; choose a new password."))
            return redirect("account_reset_password")
    return render(request, "accounts/stop_address_change.html", {"change": change})


@require_POST
@login_required
def end_session(request: UserRequest, pk: int) -> HttpResponse:
    """Sign out on another of her devices, or on this one."""
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    here = session.is_current()
    session.end()
    if here:
        logout(request)
        return redirect("account_login")
    messages.success(request, _("That device is signed out."))
    return redirect("usersessions_list")


@require_POST
@login_required
def decline_second_factor(request: UserRequest) -> HttpResponse:
    """Not now; the offer does not come again."""
    actions.decline_second_factor(request.user)
    return redirect(_back(request) or "accounts:dashboard")
