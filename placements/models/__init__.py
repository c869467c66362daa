from placements.models.application import Application, ApplicationDocument
from placements.models.evaluation import Evaluation
from placements.models.hours import HoursEntry
from placements.models.placement import Placement
from placements.models.school import SchoolAnswer, SchoolApproval

__all__ = [
    "Application",
    "ApplicationDocument",
    "Evaluation",
    "HoursEntry",
    "Placement",
    "SchoolAnswer",
    "SchoolApproval",
]
