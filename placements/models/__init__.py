from placements.models.application import Application, ApplicationDocument
from placements.models.earnings import Earning, PreceptorTerms
from placements.models.evaluation import Evaluation
from placements.models.hours import HoursEntry
from placements.models.ledger import LedgerEntry, Receipt
from placements.models.placement import Placement
from placements.models.school import SchoolAnswer, SchoolApproval
from placements.models.waitlist import WaitlistEntry

__all__ = [
    "Application",
    "ApplicationDocument",
    "Earning",
    "Evaluation",
    "HoursEntry",
    "LedgerEntry",
    "Placement",
    "PreceptorTerms",
    "Receipt",
    "SchoolAnswer",
    "SchoolApproval",
    "WaitlistEntry",
]
