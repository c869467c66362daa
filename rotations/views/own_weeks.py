"""A preceptor opens and closes the weeks of a listing, and sees who holds seats."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import UserRequest, allow
from rotations.actions.drafts import (
    set_rhythm,
)
from rotations.actions.seats import plan_weeks
from rotations.blocks import WEEK
from rotations.forms.own_weeks import ClosedWeeksForm, OwnWeeksForm
from rotations.kinds import ListingStatus
from rotations.models import Listing, SeatWeek
from rotations.views.editor import dates_of, own, status_of

# So many weeks are shown ahead, and to the last that is open.
WEEKS_SHOWN = 26


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def weeks(request: UserRequest, slug: str) -> HttpResponse:
    """Open weeks in a pattern, close some of them, and see who holds seats."""
    listing = own(request, slug)
    allow(listing.status != ListingStatus.ARCHIVED)
    closing = "close" in request.POST
    data = request.POST if request.method == "POST" else None
    open_form = OwnWeeksForm(
        None if closing else data, initial={"every": listing.starts_every, "capacity": 1}
    )
    close_form = ClosedWeeksForm(data if closing else None, prefix="close")
    asked = close_form if closing else open_form
    if data is not None and asked.is_valid() and _plan(request, listing, asked):
        return redirect("rotations:listing_weeks", slug)
    facts = {
        "listing": listing,
        "open_form": open_form,
        "close_form": close_form,
        "asked": asked,
        "months": _months(listing),
        "dates": dates_of(listing),
    }
    return render(request, "rotations/listing_weeks.html", facts, status=status_of(data))


def _plan(request: UserRequest, listing: Listing, form: Any) -> bool:
    user, mondays = request.user, form.mondays
    try:
        if isinstance(form, ClosedWeeksForm):
            plan_weeks(listing, mondays, capacity=0, by=user)
            messages.success(request, _("Closed: %(n)d weeks.") % {"n": len(mondays)})
            return True
        seats = form.cleaned_data["capacity"]
        plan_weeks(listing, mondays, capacity=seats, by=user)
        set_rhythm(listing, every=form.cleaned_data["every"], anchor=mondays[0], by=user)
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return False
    messages.success(
        request,
        _("%(n)d weeks have %(seats)d seats each.") % {"n": len(mondays), "seats": seats},
    )
    return True


@dataclass(frozen=True)
class WeekRow:
    """One week as the strip shows it; without a row it was never opened."""

    monday: date
    week: SeatWeek | None
    is_start: bool
    is_away: bool

    @property
    def is_open(self) -> bool:
        return self.week is not None and self.week.capacity > 0

    @property
    def pips(self) -> list[bool]:
        """Taken seats first."""
        if self.week is None:
            return []
        return [n < self.week.taken for n in range(min(self.week.capacity, 8))]


def _months(listing: Listing) -> list[tuple[date, int, list[WeekRow]]]:
    """Each month with how many of its weeks are open."""
    today = timezone.localdate(timezone=listing.site.zone)
    monday = today - timedelta(days=today.weekday())
    there = {row.monday: row for row in listing.weeks.filter(monday__gte=monday)}
    last = max([*there, monday + WEEKS_SHOWN * WEEK])
    rows = []
    while monday <= last:
        away = listing.preceptor.is_away(monday, monday + timedelta(days=4))
        rows.append(WeekRow(monday, there.get(monday), listing.may_start(monday), away))
        monday += WEEK
    months = [
        (month, list(found))
        for month, found in groupby(rows, lambda row: row.monday.replace(day=1))
    ]
    return [(month, sum(row.is_open for row in found), found) for month, found in months]
