"""What a listing asks, held against a learner: met, unmet, and how to mend it (handbook 3.4).

Nothing is written and nobody is refused here: whoever refuses reads ``Check.blocks``.
"""

from rotations.eligibility.check import (
    LATE,
    MET,
    NOT_NEEDED,
    UNKNOWN,
    UNMET,
    Check,
    Summary,
    summary,
)
from rotations.eligibility.immunity import check_immunity
from rotations.eligibility.papers import (
    SCHOOL_APPROVAL,
    check_documents,
    documents_due_on,
    last_days,
    shortfalls,
)
from rotations.eligibility.rules import check_listing
from rotations.eligibility.severity import forget_severities, severities
from rotations.eligibility.words import open_to

__all__ = [
    "LATE",
    "MET",
    "NOT_NEEDED",
    "SCHOOL_APPROVAL",
    "UNKNOWN",
    "UNMET",
    "Check",
    "Summary",
    "check_documents",
    "check_immunity",
    "check_listing",
    "documents_due_on",
    "forget_severities",
    "last_days",
    "open_to",
    "severities",
    "shortfalls",
    "summary",
]
