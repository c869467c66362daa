"""A rotation's money as its learner reads it: what is due, what came, what comes back."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import UserRequest, allow
from accounts.models import User
from placements.actions.ledger import payment_due_on
from placements.kinds import EntryKind
from placements.models import Receipt
from placements.permissions import is_coordinator, is_learner_of, may_cancel
from placements.views.placements import visible

# A file of ours is for keeping, never for running in a page.
SANDBOX = "sandbox; default-src 'none'"


@require_safe
@login_required
def money(request: UserRequest, code: str) -> HttpResponse:
    """Hers and the coordinators'; a preceptor's office is not shown what a learner pays."""
    found = visible(request, code)
    allow(is_learner_of(request.user, found) or is_coordinator(request.user, found))
    due_on = payment_due_on(found)
    context = {
        "placement": found,
        "entries": found.ledger.select_related("receipt", "correction", "corrects__receipt"),
        "balance": found.ledger.balance(),
        "due_on": due_on,
        "is_late": due_on < timezone.localdate(timezone=found.listing.site.zone),
        "may_cancel": may_cancel(request.user, found),
        "is_hers": is_learner_of(request.user, found),
        "waived": EntryKind.WAIVED,
    }
    return render(request, "placements/money.html", context)


def _receipt(user: User, code: str) -> Receipt:
    """The learner's own, and all of them for staff who may see the books; 404 otherwise."""
    receipts = Receipt.objects.select_related(
        "entry__placement__listing__site",
        "entry__correction__receipt",
        "entry__corrects__receipt",
    ).defer("entry__placement__listing__document")
    if not (user.is_staff and user.has_perm("placements.view_receipt")):
        receipts = receipts.filter(entry__placement__learner=user)
    return get_object_or_404(receipts, code=code)


@require_safe
@login_required
def receipt(request: UserRequest, code: str) -> HttpResponse:
    found = _receipt(request.user, code)
    context = {
        "receipt": found,
        "entry": found.entry,
        "facts": found.facts,
        "placement": found.entry.placement,
    }
    return render(request, "placements/receipt.html", context)


@require_safe
@login_required
def receipt_pdf(request: UserRequest, code: str) -> HttpResponseBase:
    """As it was issued. One that is void only staff still get; its page says so."""
    found = _receipt(request.user, code)
    is_void = found.entry.is_void and not request.user.is_staff
    if is_void or not found.file:
        return redirect(found)
    response = FileResponse(
        found.file.open("rb"),
        as_attachment=True,
        filename=f"receipt-{found.number}.pdf",
        content_type="application/pdf",
    )
    response["Cache-Control"] = "no-store, private"
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    return response
