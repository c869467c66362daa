from rotations.models.entry import Entry, Stale, Word
from rotations.models.limit import FamilyLimit, Ratio
from rotations.models.listing import Listing, Requirement
from rotations.models.policy import CancellationPolicy
from rotations.models.question import Question
from rotations.models.rule import EligibilityRule
from rotations.models.saved import Alert, Opening, SavedListing, Told
from rotations.models.site import Site, Specialty, State
from rotations.models.week import SeatWeek

__all__ = [
    "Alert",
    "CancellationPolicy",
    "EligibilityRule",
    "Entry",
    "FamilyLimit",
    "Listing",
    "Opening",
    "Question",
    "Ratio",
    "Requirement",
    "SavedListing",
    "SeatWeek",
    "Site",
    "Specialty",
    "Stale",
    "State",
    "Told",
    "Word",
]
