from placements.admin.applications import ApplicationAdmin
from placements.admin.asking import Asked, Asking, timeline
from placements.admin.changes import (
    LateRequirementAdmin,
    RescheduleRequestAdmin,
    RuleChangeAdmin,
)
from placements.admin.declarations import DeclarationAdmin, SignedDeclarationAdmin
from placements.admin.differing import SeatDifferenceAdmin
from placements.admin.money import EarningAdmin, LedgerAdmin, TermsAdmin
from placements.admin.placements import PlacementAdmin
from placements.admin.records import EvaluationAdmin, HoursEntryAdmin, SchoolApprovalAdmin
from placements.admin.waiting import WaitlistEntryAdmin

__all__ = [
    "ApplicationAdmin",
    "Asked",
    "Asking",
    "DeclarationAdmin",
    "EarningAdmin",
    "EvaluationAdmin",
    "HoursEntryAdmin",
    "LateRequirementAdmin",
    "LedgerAdmin",
    "PlacementAdmin",
    "RescheduleRequestAdmin",
    "RuleChangeAdmin",
    "SchoolApprovalAdmin",
    "SeatDifferenceAdmin",
    "SignedDeclarationAdmin",
    "TermsAdmin",
    "WaitlistEntryAdmin",
    "timeline",
]
