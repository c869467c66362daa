"""When licenses and verifications run out (handbook 3.1; 4.3, T16)."""

from django.utils.translation import gettext_lazy as _

from clocks.intervals import Unit, interval

LICENCE_REMINDERS = interval(
    "licence_reminders",
    (60, 30, 7),
    unit=Unit.DAYS,
    purpose=_("A preceptor hears before her license expires; the office with the last of these"),
)
VERIFIED_FOR = interval(
    "verified_for",
    365,
    unit=Unit.DAYS,
    purpose=_("Staff look at a verified preceptor again after"),
)
REVERIFY_AHEAD = interval(
    "reverify_ahead",
    30,
    unit=Unit.DAYS,
    purpose=_("… and see it coming so long before"),
    within=VERIFIED_FOR,
)
