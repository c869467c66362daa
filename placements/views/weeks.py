"""The weeks of one listing: opened by a pattern, changed one by one, with who is where."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.http import UserRequest, allow
from placements.permissions import may_open_weeks
from placements.views.planned import Plan, held
from placements.views.year import month_asked, year_of
from rotations.actions.drafts import open_pattern
from rotations.actions.seats import SeatsTaken, add_seats, plan_weeks
from rotations.forms.own_weeks import (
    OffFormSet,
    PatternForm,
    TickedForm,
    usual_seats,
    wishes_of,
)
from rotations.kinds import ListingStatus
from rotations.models import Listing
from rotations.permissions import is_office_of
from rotations.queries import Change, Wish, visible_listings
from rotations.views.editor import dates_of

OFF = "off"


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def weeks(request: UserRequest, slug: str) -> HttpResponse:
    """A pattern is shown before it is applied; what is ticked is changed at once."""
    user = request.user
    listing = get_object_or_404(visible_listings(user), slug=slug)
    allow(may_open_weeks(user, listing) and listing.status != ListingStatus.ARCHIVED)
    if request.method != "POST":
        return _page(request, listing)
    if request.POST.get("do") in {"look", "apply"}:
        return _pattern(request, listing)
    return _ticked(request, listing)


def _pattern(request: UserRequest, listing: Listing) -> HttpResponse:
    """Look, then apply. What differs from what was looked at is shown once more (409)."""
    pattern = PatternForm(request.POST, listing=listing, seats=usual_seats(listing))
    off = OffFormSet(request.POST, prefix=OFF)
    if not all([pattern.is_valid(), off.is_valid()]):
        return _page(request, listing, pattern=pattern, off=off, status=422)
    plan = Plan(listing, wishes_of(pattern, off), pattern.cleaned_data["every"], pattern.start)
    if request.POST["do"] == "look":
        return _page(request, listing, pattern=pattern, off=off, plan=plan)
    if request.POST.get("seen") == plan.seen:
        try:
            made = open_pattern(
                listing, plan.possible, every=plan.every, anchor=plan.start, by=request.user
            )
        except SeatsTaken:  # between the look and the lock
            plan = Plan(listing, plan.wishes, plan.every, plan.start)
        else:
            return _done(request, made)
    return _page(request, listing, pattern=pattern, off=off, plan=plan, has_moved=True, status=409)


def _ticked(request: UserRequest, listing: Listing) -> HttpResponse:
    """One week or some, all or none; what cannot be is named, and the rest offered."""
    ticked = TickedForm(request.POST, seats=usual_seats(listing))
    if not ticked.is_valid():
        return _page(request, listing, ticked=ticked, status=422)
    try:
        made = _change(request, listing, ticked)
    except SeatsTaken as refusal:
        no = {row.monday: row.taken for row in refusal.weeks}
        facts = {
            "refused": held(listing, no),
            "weeks_refused": len(no),
            "others": [f"{monday}" for monday in ticked.mondays if monday not in no],
        }
        return _page(request, listing, ticked=ticked, status=422, **facts)
    return _done(request, made)


def _change(request: UserRequest, listing: Listing, ticked: TickedForm) -> list[Change]:
    facts, by = ticked.cleaned_data, request.user
    if facts["do"] in {"more", "fewer"}:
        number = 1 if facts["do"] == "more" else -1
        return add_seats(listing, ticked.mondays, number, by=by)
    wish = Wish(0, facts["reason"]) if facts["do"] == "close" else Wish(facts["capacity"])
    return plan_weeks(listing, dict.fromkeys(ticked.mondays, wish), by=by)


def _done(request: UserRequest, found: list[Change]) -> HttpResponse:
    number = sum(one.is_made for one in found)
    words = ngettext("%(n)d week is changed.", "%(n)d weeks are changed.", number)
    messages.success(request, words % {"n": number} if number else _("Saved."))
    return redirect(request.get_full_path())


def _page(
    request: UserRequest, listing: Listing, *, status: int = 200, **asked: Any
) -> HttpResponse:
    """The listing's year, with the forms as they were ``asked`` or as they begin."""
    today = timezone.localdate(timezone=listing.site.zone)
    beside = _beside(listing)
    year = year_of([listing], beside, first=month_asked(request, today), today=today)
    seats = usual_seats(listing)
    facts = {
        "listing": listing,
        "beside": beside,
        "year": year,
        "pattern": PatternForm(listing=listing, seats=seats),
        "off": OffFormSet(prefix=OFF),
        "ticked": TickedForm(seats=seats),
        "dates": dates_of(listing),
        "is_office": is_office_of(request.user, listing),
        "shows_pattern": "plan" not in asked and ("pattern" in asked or not year.open),
        **asked,
    }
    return render(request, "placements/weeks.html", facts, status=status)


def _beside(listing: Listing) -> list[Listing]:
    """Her other listings: who is there is with her on the same days."""
    others = Listing.objects.filter(preceptor=listing.preceptor).exclude(pk=listing.pk)
    return list(others.select_related("site__state", "preceptor__user").defer("document"))
