"""How long people may write, and when they hear of a message (handbook 4.4, 4.5)."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from clocks.intervals import Unit, interval

# Long enough for the letter, the last hours and the certificate; after that a conversation about
# a rotation that is over reaches people who no longer expect it.
WRITING = interval(
    "messages_after_end",
    90,
    unit=Unit.DAYS,
    purpose=_("After a request or rotation has ended, its conversation takes messages for"),
)
# What comes within it is one mail (handbook 4.4.4).
FOLD = timedelta(minutes=10)
# Nobody is woken by a message; a mail of the night waits for the morning.
EVENING, MORNING = time(21), time(7)


def tell_at(now: datetime, zone: ZoneInfo) -> datetime:
    """When somebody in this zone hears of a message that is sent now."""
    local = (now + FOLD).astimezone(zone)
    if MORNING <= local.time() < EVENING:
        return local
    day = local.date() if local.time() < MORNING else local.date() + timedelta(days=1)
    return datetime.combine(day, MORNING, zone)
