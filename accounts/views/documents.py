from collections.abc import Sequence
from urllib.parse import urlencode

from allauth.core.internal import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import queries
from accounts.actions import (
    add_document,
    confirm_dates,
    date_document,
    has_consented,
    read_document,
    remove_document,
)
from accounts.forms import MAX_ROWS, DatesForm, DocumentForm, RowForm
from accounts.http import UserRequest, address_of, back
from accounts.kinds import ConsentKind
from accounts.models import Document, DocumentType
from accounts.permissions import documents_visible_to

# A file of ours is for keeping, never for running in a page.
SANDBOX = "sandbox; default-src 'none'"
# As many as a page without scripts offers at once.
ROWS = 3
UPLOADS = {"upload": "60/h/user"}


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
    facts = {"wallet": queries.wallet(request.user), "next": back(request)}
    return render(request, "accounts/document_choose.html", facts)


def _with_next(url: str, request: UserRequest) -> str:
    target = back(request)
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
            paper = _add(request, form)
        except ValidationError as refusal:
            form.add_error("file", refusal)
        else:
            messages.success(request, _("It is in your wallet. A coordinator looks at it next."))
            return _onward(request, [paper])
    return _add_page(request, form, status=422)


def _add(request: UserRequest, form: DocumentForm) -> Document:
    user = request.user
    return add_document(user, form.only, form.cleaned_data["file"], by=user, **form.dates)


def _onward(request: UserRequest, added: list[Document]) -> HttpResponse:
    """To the page that reads their dates back; where none has dates, to where she came from."""
    dated = [paper for paper in added if paper.is_dated]
    if not dated:
        return redirect(back(request) or "accounts:wallet")
    asked = [("paper", paper.code) for paper in dated]
    if back(request):
        asked.append(("next", back(request)))
    return redirect(f"{reverse('accounts:documents_check')}?{urlencode(asked)}")


def _add_page(request: UserRequest, form: DocumentForm, *, status: int = 200) -> HttpResponse:
    row = queries.wallet_row(request.user, form.only)
    facts = {"form": form, "kind": form.only, "row": row, "rows": [row], "next": back(request)}
    return render(request, "accounts/document_add.html", facts, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def documents_add(request: UserRequest) -> HttpResponse:
    """Several papers of different kinds at once: what is good is kept, the rest is asked again."""
    agreed = has_consented(request.user, ConsentKind.HEALTH)
    kinds = queries.kinds_for(request.user, with_health=agreed)
    if request.method != "POST":
        return _several_page(request, RowForm.blank(kinds, ROWS))
    rows = RowForm.filled(request.POST, request.FILES, kinds)
    added = [paper for row in rows if (paper := _add_row(request, row))]
    wrong = [row for row in rows if row.errors]
    if added and not wrong:
        messages.success(
            request,
            ngettext(
                "%(n)d document is in your wallet. A coordinator looks at it next.",
                "%(n)d documents are in your wallet. A coordinator looks at them next.",
                len(added),
            )
            % {"n": len(added)},
        )
        return _onward(request, added)
    return _several_page(request, wrong, added=added, status=422)


def _add_row(request: UserRequest, row: RowForm) -> Document | None:
    if not ratelimit.consume(request, app="accounts", action="upload", config=UPLOADS):
        row.add_error("file", _("That were many files in one hour. Go on a little later."))
    if not row.is_valid():
        return None
    try:
        return _add(request, row)
    except ValidationError as refusal:
        row.add_error("file", refusal)
        return None


def _several_page(
    request: UserRequest,
    rows: list[RowForm],
    *,
    added: Sequence[Document] = (),
    status: int = 200,
) -> HttpResponse:
    facts = {
        "rows": rows,
        "added": added,
        "next": back(request),
        "form": next((row for row in rows if row.errors), None),
        "most": MAX_ROWS,
        "asks_health": not has_consented(request.user, ConsentKind.HEALTH),
    }
    return render(request, "accounts/documents_add.html", facts, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def documents_check(request: UserRequest) -> HttpResponse:
    """Reads the dates of papers just added back to her, and until when they count."""
    codes = (request.POST if request.method == "POST" else request.GET).getlist("paper")
    rows = queries.wallet_rows(request.user, codes)
    if request.method == "POST" or not rows:
        for row in rows:
            confirm_dates(row.current, by=request.user)
        return redirect(back(request) or "accounts:wallet")
    facts = {"rows": rows, "next": back(request)}
    return render(request, "accounts/documents_check.html", facts)


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
    return sandboxed(
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
    return sandboxed(FileResponse(content, content_type="image/jpeg"))


def sandboxed(response: FileResponse) -> FileResponse:
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
        return redirect(back(request) or "accounts:wallet")
    facts = {"form": form, "paper": paper, "next": back(request)}
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
