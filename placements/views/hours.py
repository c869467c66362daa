"""A preceptor signs hours, or says which day is not right; and taps that somebody arrived."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import UserRequest, allow
from placements.actions.hours import attest_hours, dispute_hours
from placements.actions.placements import record_arrival
from placements.forms.review import DisputeForm
from placements.models import Placement
from placements.permissions import is_host, may_attest
from placements.queries import hours_totals

MAX_DIGITS = 18


def visible(request: UserRequest, code: str) -> Placement:
    mine = Placement.objects.visible_to(request.user).with_listing()
    return get_object_or_404(mine, code=code)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def sign(request: UserRequest, code: str) -> HttpResponse:
    """The days that wait for her signature: all at once, one by one, or not."""
    placement = visible(request, code)
    allow(may_attest(request.user, placement))
    form, status = DisputeForm(), 200
    if request.method == "POST":
        if "dispute" in request.POST:
            form = DisputeForm(request.POST)
            if form.is_valid() and _dispute(request, placement, form):
                return redirect("placements:sign_hours", code=code)
            status = 422
        else:
            _sign(request, placement)
            return redirect("placements:sign_hours", code=code)
    entries = list(placement.hours.with_holds().select_related("attested_by"))
    facts = {
        "placement": placement,
        "entries": entries,
        "open_entries": [entry for entry in entries if not entry.attested_at],
        "signed_entries": [entry for entry in entries if entry.attested_at],
        "totals": hours_totals(placement),
        "form": form,
        "disputed": request.POST.get("dispute", ""),
    }
    return render(request, "placements/sign_hours.html", facts, status=status)


def _key(text: str) -> int:
    """A row's key as a form sent it; 0, which no row has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else 0


def _sign(request: UserRequest, placement: Placement) -> None:
    entries = placement.hours.filter(attested_at=None)
    if one := request.POST.get("entry", ""):
        entries = entries.filter(pk=_key(one))
    else:
        entries = entries.filter(disputed_at=None)
    number = attest_hours(placement, entries, by=request.user)
    said = ngettext("One day is signed.", "%(n)d days are signed.", number)
    messages.success(request, said % {"n": number})


def _dispute(request: UserRequest, placement: Placement, form: DisputeForm) -> bool:
    entry = get_object_or_404(placement.hours, pk=_key(request.POST["dispute"]))
    try:
        dispute_hours(entry, by=request.user, note=form.cleaned_data["note"])
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    messages.success(request, _("The learner reads your note and corrects the day."))
    return True


@require_POST
@login_required
def arrived(request: UserRequest, code: str) -> HttpResponse:
    """The tap of day one."""
    placement = visible(request, code)
    allow(is_host(request.user, placement))
    try:
        record_arrival(placement, by=request.user)
    except ValidationError as refusal:
        messages.warning(request, refusal.messages[0])
    else:
        messages.success(request, _("Thank you. Have a good first day."))
    return redirect("placements:learners")
