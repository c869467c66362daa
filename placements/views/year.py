"""A year of weeks: what is open, who is where, over every listing that somebody looks after."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.http import Request, UserRequest, allow
from clocks.calendar import holidays_in_week, next_monday
from placements.forms.year import SiteForm
from placements.permissions import sees_who_is_where
from placements.views.who import Presence, by_week, presences
from rotations.blocks import WEEK, Block
from rotations.kinds import ListingStatus
from rotations.models import Listing, SeatWeek, Site

# This month and the twelve after it: the day a year from now is always in sight.
MONTHS = 13
MONTHS_A_YEAR = 12
YEARS = 3
MOST_PIPS = 6
SITES_SHOWN = 25


@dataclass(frozen=True)
class Tile:
    """One week: seats over the listings looked at, who has one, and what else lies in it."""

    monday: date
    today: date
    seats: tuple[SeatWeek, ...]
    # Each with whether more than the name is said here.
    here: tuple[tuple[Presence, bool], ...]
    # At other listings of the same preceptor.
    elsewhere: tuple[tuple[Presence, bool], ...]
    away: tuple[str, ...]
    is_start: bool

    @property
    def block(self) -> Block:
        return Block(self.monday, 1)

    @property
    def iso(self) -> str:
        return f"{self.monday}"

    @property
    def capacity(self) -> int:
        return sum(row.capacity for row in self.seats)

    @property
    def taken(self) -> int:
        return sum(row.taken for row in self.seats)

    @property
    def free(self) -> int:
        return self.capacity - self.taken

    @property
    def is_open(self) -> bool:
        return self.capacity > 0

    @property
    def is_closed(self) -> bool:
        """Was there and takes nobody; a week that is not there was never opened."""
        return bool(self.seats) and not self.capacity

    @property
    def reasons(self) -> list[str]:
        return sorted({row.closed_for for row in self.seats if row.closed_for})

    @property
    def pips(self) -> list[bool]:
        """Free seats last, as many as can be counted at a glance."""
        if self.capacity > MOST_PIPS:
            return []
        return [n >= self.taken for n in range(self.capacity)]

    @property
    def tone(self) -> str:
        return "" if self.free < 1 else "warn" if self.free == 1 else "ok"

    @property
    def holidays(self) -> list[tuple[date, str]]:
        return holidays_in_week(self.monday)

    @property
    def learners(self) -> int:
        """Of one preceptor, wherever they are."""
        return len({one.learner.pk for one, _tells in (*self.here, *self.elsewhere)})

    @property
    def is_past(self) -> bool:
        return self.monday + WEEK <= self.today

    @property
    def is_now(self) -> bool:
        return self.monday <= self.today < self.monday + WEEK


@dataclass(frozen=True)
class Month:
    first: date
    tiles: list[Tile]

    @property
    def open(self) -> int:
        return sum(tile.is_open for tile in self.tiles)

    @property
    def id(self) -> str:
        return f"m{self.first:%Y-%m}"


@dataclass(frozen=True)
class Year:
    months: list[Month]
    earlier: date
    later: date

    @property
    def tiles(self) -> list[Tile]:
        return [tile for month in self.months for tile in month.tiles]

    @property
    def open(self) -> int:
        """Weeks that can still be had, so none that have passed."""
        return sum(tile.is_open and not tile.is_past for tile in self.tiles)


def year_of(
    shown: Sequence[Listing], beside: Sequence[Listing] = (), *, first: date, today: date
) -> Year:
    """Weeks of the listings shown, from a month on; ``beside`` are others of their preceptors.

    Four statements, whatever is in it. Sites and preceptors are loaded.
    """
    start = next_monday(first)
    end = _months_on(first, MONTHS) - timedelta(days=1)
    seats: dict[date, list[SeatWeek]] = defaultdict(list)
    for row in SeatWeek.objects.filter(listing__in=shown, monday__range=(start, end)):
        seats[row.monday].append(row)
    there = by_week(presences([*shown, *beside], start, end))
    keys = {listing.pk for listing in shown}
    preceptors = {listing.preceptor_id: listing.preceptor for listing in shown}.values()

    def tile(monday: date) -> Tile:
        everybody = [(one, one.begins(monday)) for one in there.get(monday, [])]
        return Tile(
            monday,
            today,
            tuple(seats.get(monday, ())),
            tuple(pair for pair in everybody if pair[0].listing.pk in keys),
            tuple(pair for pair in everybody if pair[0].listing.pk not in keys),
            tuple(
                sorted(
                    one.address_as
                    for one in preceptors
                    if one.is_away(monday, monday + timedelta(days=4))
                )
            ),
            len(shown) == 1 and shown[0].may_start(monday),
        )

    mondays = [start + n * WEEK for n in range((end - start).days // 7 + 1)]
    months = [
        Month(month, [tile(monday) for monday in found])
        for month, found in groupby(mondays, lambda monday: monday.replace(day=1))
    ]
    return Year(months, _months_on(first, -MONTHS_A_YEAR), _months_on(first, MONTHS_A_YEAR))


def _months_on(first: date, number: int) -> date:
    years, month = divmod(first.month - 1 + number, MONTHS_A_YEAR)
    return date(first.year + years, month + 1, 1)


def month_asked(request: Request, today: date) -> date:
    """From which month on, as the address says; what makes no sense there is this month."""
    try:
        asked = date.fromisoformat(f"{request.GET.get('from', '')}-01")
    except ValueError:
        return today.replace(day=1)
    is_near = abs(asked.year - today.year) <= YEARS
    return asked if is_near else today.replace(day=1)


@require_safe
@login_required
def calendar(request: UserRequest) -> HttpResponse:
    """Who comes when over all her listings; for staff, over those of one site."""
    user = request.user
    is_staff = sees_who_is_where(user)
    allow(is_staff or bool(user.practices))
    if is_staff and ("site" in request.GET or not user.practices):
        form = SiteForm(request.GET)
        if "site" not in request.GET:
            return _sites(request, form)
        if not form.is_valid():
            raise Http404
        site = get_object_or_404(Site, slug=form.cleaned_data["site"])
        return _calendar(request, {"site": site}, site=site)
    return _calendar(request, {"preceptor__in": user.practices})


def _calendar(
    request: UserRequest, which: dict[str, object], site: Site | None = None
) -> HttpResponse:
    listings = list(
        Listing.objects.filter(**which)
        .select_related("specialty", "site__state", "preceptor__user")
        .defer("document")
        .order_by("title", "pk")
    )
    zone = site.zone if site else listings[0].site.zone if listings else None
    today = timezone.localdate(timezone=zone)
    facts = {
        "site": site,
        "listings": [one for one in listings if one.status != ListingStatus.ARCHIVED],
        "year": year_of(listings, first=month_asked(request, today), today=today),
        "names_host": site is not None or request.user.is_delegate,
    }
    return render(request, "placements/year.html", facts)


def _sites(request: UserRequest, form: SiteForm) -> HttpResponse:
    """Which site's? Those that have listings, by name or city."""
    sites = Site.objects.filter(listings__isnull=False).distinct().select_related("state")
    facts = {"form": form, "sites": form.narrow(sites).order_by("name")[:SITES_SHOWN]}
    return render(request, "placements/year_sites.html", facts)
