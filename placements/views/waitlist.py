"""A learner on the waitlist: whether she stays on it, and her answer by the link in her mail."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import Request, UserRequest, allow
from placements.actions.waitlist import keep_on_waitlist
from placements.links import is_about_offer, is_hers, read_seat
from placements.models import Application
from placements.permissions import is_guest
from placements.views import offers
from placements.views.applications import visible
from placements.views.moved import moved
from placements.views.review import unlisted


@require_POST
@login_required
def stay(request: UserRequest, code: str) -> HttpResponse:
    """Stay on the list, or not, when she passes or misses an offer."""
    found = visible(request, code)
    allow(is_guest(request.user, found))
    stays = request.POST.get("keep") == "1"
    try:
        keep_on_waitlist(found, by=request.user, keep=stays)
    except ValidationError as refusal:
        return moved(request, refusal, about=found)
    messages.success(
        request,
        _("If you pass or miss an offer, you stay on the waitlist.")
        if stays
        else _("If you pass or miss an offer, you leave the waitlist."),
    )
    return redirect(found)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@unlisted
def seat(request: Request, token: str) -> HttpResponse:
    """The link in a mail about a seat that came free. Looking changes nothing; a button answers.

    Any answer uses it up; then it says what became of the offer.
    """
    claim = read_seat(token)
    applications = Application.objects.with_listing()
    found = applications.filter(pk=claim.application).first() if claim else None
    if claim is None or found is None or not is_hers(claim, found):
        return render(request, "placements/seat_over.html", status=404)
    door = offers.Door.linked(request.path, found)
    if not is_about_offer(claim, found) or not found.offer_is_open():
        status = 409 if request.method == "POST" else 200
        return render(request, "placements/seat_over.html", {"application": found}, status=status)
    if request.method != "POST":
        return offers.page(request, found, door)
    if "pass" in request.POST or "stay" in request.POST:
        return offers.leave(request, found, door)
    return offers.take(request, found, door)
