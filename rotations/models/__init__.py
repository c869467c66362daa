from rotations.models.entry import Entry, Stale, Word
from rotations.models.listing import Listing, Requirement
from rotations.models.policy import CancellationPolicy
from rotations.models.question import Question
from rotations.models.rule import EligibilityRule
from rotations.models.site import Site, Specialty, State
from rotations.models.week import SeatWeek

__all__ = [
    "CancellationPolicy",
    "EligibilityRule",
    "Entry",
    "Listing",
    "Question",
    "Requirement",
    "SeatWeek",
    "Site",
    "Specialty",
    "Stale",
    "State",
    "Word",
]
