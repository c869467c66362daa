from placements.admin.applications import ApplicationAdmin
from placements.admin.asking import Asked, Asking, timeline
from placements.admin.money import EarningAdmin, LedgerAdmin, TermsAdmin
from placements.admin.placements import PlacementAdmin
from placements.admin.records import EvaluationAdmin, HoursEntryAdmin, SchoolApprovalAdmin
from placements.admin.waiting import WaitlistEntryAdmin

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
    "WaitlistEntryAdmin",
    "timeline",
]
