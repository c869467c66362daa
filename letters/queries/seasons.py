"""For a match season: when a rotation must end, and how many still do (handbook 2.1, 4.3)."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.cache import caches
from django.db import connection

from letters import deadlines
from letters.models import MatchSeason
from rotations.models import Specialty

IN_TIME, TIGHT, LATE = "in_time", "tight", "late"
# Counts of listings may be so old; whether a seat is free is asked again where it is booked.
COUNTED_FOR = 60


@dataclass(frozen=True)
class Window:
    """Rotations that end from ``first`` to ``through``: within a month, and all at one pace."""

    first: date
    through: date
    pace: str
    weeks: int

    @property
    def last(self) -> date:
        """The last Friday in it, on which a rotation can end."""
        return deadlines.friday(self.through)

    @property
    def starts_from(self) -> date:
        """The first Monday from which a rotation ends in it."""
        earliest = self.first - timedelta(days=self.weeks * 7 - 3)
        return earliest + timedelta(days=-earliest.weekday() % 7)


def windows(season: MatchSeason, weeks: int, today: date) -> list[Window]:
    """The months until programs read, cut where a letter gets less time, and where it is late."""
    in_time = deadlines.last_end_in_time(season.review_from)
    at_all = deadlines.latest_letter(season.review_from)
    found, first = [], today + timedelta(days=weeks * 7 - 3)
    while first <= season.review_from:
        through = first.replace(day=monthrange(first.year, first.month)[1])
        ends = (in_time, at_all, season.review_from)
        through = min([through, *(day for day in ends if day >= first)])
        pace = IN_TIME if first <= in_time else TIGHT if first <= at_all else LATE
        found.append(Window(first, through, pace, weeks))
        first = through + timedelta(days=1)
    return [one for one in found if one.last >= one.first]


# A row of ``free`` is a week with a seat, and the Monday of the n-th free week counted from it:
# where that lies n - 1 weeks ahead, the block between them is free.
ENDS = """
with free as (
  select week.listing_id, week.monday,
    lead(week.monday, %(more)s)
      over (partition by week.listing_id order by week.monday) as last_monday
  from rotations_seatweek week
  where week.free > 0 and week.monday between %(first)s and %(last)s and week.listing_id in (
    select listing.id
    from rotations_listing listing
    join accounts_preceptorprofile preceptor on preceptor.id = listing.preceptor_id
    where listing.specialty_id = %(specialty)s and listing.status = 'published'
      and preceptor.suspended_at is null
      and %(weeks)s between listing.min_weeks and listing.max_weeks
      and (%(weeks)s - listing.min_weeks) %% listing.step_weeks = 0))
select ends.first, count(distinct listing.id)
from free
join rotations_listing listing on listing.id = free.listing_id
join unnest(%(firsts)s::date[], %(throughs)s::date[]) as ends(first, through)
  on free.last_monday + 4 between ends.first and ends.through
where free.last_monday = free.monday + 7 * %(more)s
  and (listing.starts_every = 1 or (free.monday - listing.anchor) / 7 %% listing.starts_every = 0)
  and free.monday >= %(today)s + greatest(
    listing.apply_lead_days, case when %(needs_visa)s then listing.apply_lead_days_visa else 0 end)
group by ends.first
"""


def ends_in(
    specialty: Specialty, weeks: int, found: Sequence[Window], *, needs_visa: bool, today: date
) -> dict[date, int]:
    """By a window's first day, how many of a specialty's listings have a free block ending in it.

    Reads the weeks of one specialty alone, and is kept for a minute.
    """
    key = f"ends:{specialty.pk}:{weeks}:{needs_visa}:{today}:{found[-1].through}"
    cache = caches["local"]
    kept: dict[date, int] | None = cache.get(key)
    if kept is None:
        with connection.cursor() as cursor:
            cursor.execute(
                ENDS,
                {
                    "more": weeks - 1,
                    "weeks": weeks,
                    "specialty": specialty.pk,
                    "first": found[0].starts_from,
                    "last": found[-1].through,
                    "firsts": [one.first for one in found],
                    "throughs": [one.through for one in found],
                    "needs_visa": needs_visa,
                    "today": today,
                },
            )
            kept = dict(cursor.fetchall())
        cache.set(key, kept, COUNTED_FOR)
    return kept
