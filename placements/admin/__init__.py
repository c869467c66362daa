from placements.admin.money import EarningAdmin, LedgerAdmin, TermsAdmin
from placements.admin.moves import (
    ApplicationAdmin,
    Asked,
    Asking,
    EvaluationAdmin,
    HoursEntryAdmin,
    PlacementAdmin,
    SchoolApprovalAdmin,
    timeline,
)

__all__ = [
    "ApplicationAdmin",
    "Asked",
    "Asking",
    "EarningAdmin",
    "EvaluationAdmin",
    "HoursEntryAdmin",
    "LedgerAdmin",
    "PlacementAdmin",
    "SchoolApprovalAdmin",
    "TermsAdmin",
    "timeline",
]
