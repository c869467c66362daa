from rotations.models.listing import Listing, Requirement
from rotations.models.policy import CancellationPolicy
from rotations.models.question import Question
from rotations.models.site import Site, Specialty, State
from rotations.models.week import SeatWeek

__all__ = [
    "CancellationPolicy",
    "Listing",
    "Question",
    "Requirement",
    "SeatWeek",
    "Site",
    "Specialty",
    "State",
]
