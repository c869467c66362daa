"""When papers must be there (handbook 4.3, T7)."""

from django.utils.translation import gettext_lazy as _

from clocks.intervals import Unit, interval

DOCUMENTS_BEFORE_START_VISA = interval(
    "documents_visa",
    45,
    unit=Unit.DAYS,
    purpose=_("Documents are due before the start, for who needs a visa"),
)
DOCUMENTS_BEFORE_START = interval(
    "documents",
    30,
    unit=Unit.DAYS,
    purpose=_("Documents are due before the start"),
    within=DOCUMENTS_BEFORE_START_VISA,
)
DOCUMENTS_AT_LEAST = interval(
    "documents_least",
    3,
    unit=Unit.DAYS,
    purpose=_("Documents: time there is at least, however near the start"),
    within=DOCUMENTS_BEFORE_START,
)
