"""Whether each week's counter of seats equals the rows that hold them; found at night, and mended."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from placements import emails
from placements.models import SeatDifference
from placements.states import HOLDS_A_SEAT, LIVE, RescheduleStatus
from rotations.actions.seats import correct_taken
from rotations.blocks import Week
from rotations.models import SeatWeek

# What the counter says and how many rows hold a seat.
Sums = tuple[int, int]
# One statement, so one moment: whatever is booked meanwhile, counter and rows are of the same
# instant. Weeks that have begun are left out, because whoever stops then gives none of them back.
COMPARE = """
WITH held AS (
    SELECT listing_id, monday, count(*) AS seats
    FROM (
        SELECT listing_id, start_on + 7 * generate_series(0, weeks - 1) AS monday
        FROM placements_application
        WHERE status = ANY(%(offers)s)
        UNION ALL
        SELECT listing_id, start_on + 7 * generate_series(0, (end_on - start_on) / 7)
        FROM placements_placement
        WHERE status = ANY(%(live)s)
        UNION ALL
        SELECT listing_id, monday
        FROM (
            SELECT placement.listing_id, request.was_start_on, request.was_weeks,
                request.start_on + 7 * generate_series(0, request.weeks - 1) AS monday
            FROM placements_reschedulerequest AS request
            JOIN placements_placement AS placement ON placement.id = request.placement_id
            WHERE request.status = %(pending)s
        ) AS moves
        WHERE NOT (monday >= was_start_on AND monday < was_start_on + 7 * was_weeks)
    ) AS rows
    WHERE monday > %(after)s AND (%(listing)s::bigint IS NULL OR listing_id = %(listing)s)
    GROUP BY listing_id, monday
), counted AS (
    SELECT listing_id, monday, taken
    FROM rotations_seatweek
    WHERE taken > 0 AND monday > %(after)s
        AND (%(listing)s::bigint IS NULL OR listing_id = %(listing)s)
)
SELECT listing_id, monday, COALESCE(counted.taken, 0), COALESCE(held.seats, 0)
FROM counted FULL JOIN held USING (listing_id, monday)
WHERE COALESCE(counted.taken, 0) <> COALESCE(held.seats, 0)
ORDER BY listing_id, monday
"""


class NotEnoughSeats(ValidationError):
    """More hold a seat than the week has; people decide who goes, or how to seat her."""

    def __init__(self, difference: SeatDifference, held: int, capacity: int) -> None:
        super().__init__(
            _(
                "%(held)d learners hold a seat in the week of %(monday)s, which has %(capacity)d. "
                "Give it more seats first."
            ),
            code="seats",
            params={
                "held": held,
                "capacity": capacity,
                "monday": f"{difference.monday:%b %-d, %Y}",
            },
        )


def differences(*, listing: int | None = None) -> Mapping[Week, Sums]:
    """The weeks that do not add up, of all listings or of one, from the day after tomorrow on."""
    # Whatever the zone of a site, a week that begins later has not begun there.
    after = timezone.now().date() + timedelta(days=1)
    facts: dict[str, Any] = {
        "offers": sorted(HOLDS_A_SEAT),
        "live": sorted(LIVE),
        "pending": RescheduleStatus.PENDING,
        "after": after,
        "listing": listing,
    }
    with connection.cursor() as cursor:
        cursor.execute(COMPARE, facts)
        return {(row[0], row[1]): (row[2], row[3]) for row in cursor.fetchall()}


@transaction.atomic
def check_seats() -> list[SeatDifference]:
    """Keep what does not add up, and tell staff of what is new; those that are new.

    What adds up again by itself is closed.
    """
    found, now = differences(), timezone.now()
    for row in SeatDifference.objects.open().select_for_update():
        counted, held = found.get(row.week, (0, 0))
        if counted == held:
            row.ended_at = now
        row.counted, row.held = counted, held
        row.save(update_fields=["counted", "held", "ended_at"])
    new = list(filter(None, (_keep(week, sums) for week, sums in found.items())))
    if new:
        emails.seats_differ(new)
    return new


def _keep(week: Week, sums: Sums) -> SeatDifference | None:
    """Remember it, unless it was found before; a second worker finds it kept already."""
    row, is_new = SeatDifference.objects.get_or_create(
        listing_id=week[0],
        monday=week[1],
        ended_at=None,
        defaults={"counted": sums[0], "held": sums[1]},
    )
    if not is_new:
        return None
    record(
        "listing.seats_differ",
        row.listing,
        by=None,
        monday=f"{row.monday}",
        counted=row.counted,
        held=row.held,
    )
    return row


@transaction.atomic
def mend_seats(difference: SeatDifference, *, by: User) -> int:
    """Set the counter to the rows, under the lock of a booking; how many hold a seat.

    Counted anew once the week is locked: a booking that waits for the lock changes the counter
    by what it takes, whatever it finds. Refuses with ``NotEnoughSeats``.
    """
    week = SeatWeek.objects.lock(frozenset({difference.week})).get(difference.week)
    counted, held = _sums(difference, week)
    if held > (week.capacity if week else 0):
        raise NotEnoughSeats(difference, held, week.capacity if week else 0)
    if week and counted != held:
        correct_taken(week, held)
        record(
            "listing.seats_mended",
            difference.listing,
            by=by,
            monday=f"{difference.monday}",
            was=counted,
            now=held,
        )
    difference.ended_at = timezone.now()
    difference.save(update_fields=["ended_at"])
    return held


def _sums(difference: SeatDifference, week: SeatWeek | None) -> Sums:
    taken = week.taken if week else 0
    return differences(listing=difference.listing_id).get(difference.week, (taken, taken))
