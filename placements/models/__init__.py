from placements.models.application import Application, ApplicationDocument
from placements.models.change import Hold, RescheduleRequest
from placements.models.demand import AttendanceNote, LateRequirement, RuleChange
from placements.models.difference import SeatDifference
from placements.models.earnings import Earning, PreceptorTerms
from placements.models.evaluation import Evaluation
from placements.models.feed import CalendarFeed, FeedSide
from placements.models.hours import HoursEntry
from placements.models.ledger import LedgerEntry, Receipt
from placements.models.placement import Placement
from placements.models.school import SchoolAnswer, SchoolApproval
from placements.models.statement import SIGNED_HERE, Declaration, SignedDeclaration
from placements.models.waitlist import WaitlistEntry

__all__ = [
    "SIGNED_HERE",
    "Application",
    "ApplicationDocument",
    "AttendanceNote",
    "CalendarFeed",
    "Declaration",
    "Earning",
    "Evaluation",
    "FeedSide",
    "Hold",
    "HoursEntry",
    "LateRequirement",
    "LedgerEntry",
    "Placement",
    "PreceptorTerms",
    "Receipt",
    "RescheduleRequest",
    "RuleChange",
    "SchoolAnswer",
    "SchoolApproval",
    "SeatDifference",
    "SignedDeclaration",
    "WaitlistEntry",
]
