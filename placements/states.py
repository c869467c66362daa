"""The statuses of applications and placements, and which may follow which (handbook 4.2).

Read this first. The table feeds guards, buttons, tests and ``docs/domain.md``.
"""

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    """Of an application."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Sent")
    CHANGES_REQUESTED = "changes_requested", _("Answer asked for")
    UNDER_REVIEW = "under_review", _("Waiting for the preceptor")
    WAITLISTED = "waitlisted", _("Waitlist")
    OFFERED = "offered", _("Offer made")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    OFFER_DECLINED = "offer_declined", _("Offer declined")
    OFFER_EXPIRED = "offer_expired", _("Offer ended")
    NO_RESPONSE = "no_response", _("No answer came")
    INELIGIBLE = "ineligible", _("Not eligible")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    CLOSED = "closed", _("Closed")


_ENDS_BY_ITSELF = frozenset({Status.WITHDRAWN, Status.CLOSED})

TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.SUBMITTED}) | _ENDS_BY_ITSELF,
    Status.SUBMITTED: frozenset({Status.UNDER_REVIEW, Status.CHANGES_REQUESTED, Status.INELIGIBLE})
    | _ENDS_BY_ITSELF,
    Status.CHANGES_REQUESTED: frozenset({Status.SUBMITTED, Status.UNDER_REVIEW}) | _ENDS_BY_ITSELF,
    Status.UNDER_REVIEW: frozenset(
        {
            Status.CHANGES_REQUESTED,
            Status.OFFERED,
            Status.WAITLISTED,
            Status.DECLINED,
            Status.NO_RESPONSE,
        }
    )
    | _ENDS_BY_ITSELF,
    Status.WAITLISTED: frozenset({Status.OFFERED, Status.UNDER_REVIEW, Status.DECLINED})
    | _ENDS_BY_ITSELF,
    Status.OFFERED: frozenset(
        {
            Status.ACCEPTED,
            Status.OFFER_DECLINED,
            Status.OFFER_EXPIRED,
            Status.WAITLISTED,
            Status.UNDER_REVIEW,
        }
    )
    | _ENDS_BY_ITSELF,
}

OPEN = frozenset(TRANSITIONS)
HOLDS_A_SEAT = frozenset({Status.OFFERED})
# Of the ranked dates, one is in play.
SETTLED_ON_A_BLOCK = frozenset({Status.WAITLISTED, Status.OFFERED, Status.ACCEPTED})
ENDED = frozenset(Status) - OPEN


class EntryStatus(TextChoices):
    """Of a place on the waitlist."""

    WAITING = "waiting", _("Waiting")
    OFFERED = "offered", _("Offered a seat")
    CONVERTED = "converted", _("Took the seat")
    PASSED = "passed", _("Passed")
    EXPIRED = "expired", _("Did not answer")
    REMOVED = "removed", _("Taken off")


ENTRY_TRANSITIONS: Mapping[EntryStatus, frozenset[EntryStatus]] = {
    EntryStatus.WAITING: frozenset({EntryStatus.OFFERED, EntryStatus.REMOVED}),
    EntryStatus.OFFERED: frozenset(EntryStatus) - {EntryStatus.OFFERED},
}
ENTRY_OPEN = frozenset(ENTRY_TRANSITIONS)
# An entry has no will of its own: where its application goes decides. Anywhere else takes it off.
ENTRY_FOLLOWS: Mapping[Status, EntryStatus] = {
    Status.WAITLISTED: EntryStatus.WAITING,
    Status.OFFERED: EntryStatus.OFFERED,
    Status.ACCEPTED: EntryStatus.CONVERTED,
    Status.OFFER_DECLINED: EntryStatus.PASSED,
    Status.OFFER_EXPIRED: EntryStatus.EXPIRED,
}


class PassedOver(TextChoices):
    """Why somebody who waits was not offered a seat that came free."""

    FULL = "full", _("A week of these dates is still full")
    NEAR = "near", _("The start is too near for an offer by the clock")
    RESTING = "resting", _("The same dates were offered and passed less than a week ago")
    ELSEWHERE = "elsewhere", _("A confirmed rotation lies on these days")
    LIMIT = "limit", _("A limit on learners at a time is reached on these dates")
    HOST = "host", _("The preceptor cannot make offers now")


class PlacementStatus(TextChoices):
    ONBOARDING = "onboarding", _("Getting ready")
    READY = "ready", _("Ready")
    ACTIVE = "active", _("On site")
    ON_HOLD = "on_hold", _("On hold")
    WRAP_UP = "wrap_up", _("Finished, waiting for hours and evaluation")
    COMPLETED = "completed", _("Completed")
    INCOMPLETE = "incomplete", _("Incomplete")
    CANCELLED = "cancelled", _("Canceled")
    NO_SHOW = "no_show", _("Did not arrive")
    TERMINATED = "terminated", _("Ended early")


PLACEMENT_TRANSITIONS: Mapping[PlacementStatus, frozenset[PlacementStatus]] = {
    PlacementStatus.ONBOARDING: frozenset(
        {PlacementStatus.READY, PlacementStatus.ON_HOLD, PlacementStatus.CANCELLED}
    ),
    PlacementStatus.READY: frozenset(
        {
            PlacementStatus.ONBOARDING,
            PlacementStatus.ACTIVE,
            PlacementStatus.ON_HOLD,
            PlacementStatus.CANCELLED,
        }
    ),
    PlacementStatus.ON_HOLD: frozenset(
        {
            PlacementStatus.ONBOARDING,
            PlacementStatus.ACTIVE,
            PlacementStatus.CANCELLED,
            PlacementStatus.INCOMPLETE,
        }
    ),
    PlacementStatus.ACTIVE: frozenset(
        {
            PlacementStatus.NO_SHOW,
            PlacementStatus.ON_HOLD,
            PlacementStatus.CANCELLED,
            PlacementStatus.TERMINATED,
            PlacementStatus.WRAP_UP,
        }
    ),
    PlacementStatus.WRAP_UP: frozenset({PlacementStatus.COMPLETED, PlacementStatus.INCOMPLETE}),
    PlacementStatus.INCOMPLETE: frozenset({PlacementStatus.COMPLETED}),
}

# These keep a learner's dates: no two of them may overlap, and each holds its seats.
LIVE = frozenset(
    {
        PlacementStatus.ONBOARDING,
        PlacementStatus.READY,
        PlacementStatus.ACTIVE,
        PlacementStatus.ON_HOLD,
    }
)
# Hours can be logged and signed.
LOGGING = frozenset(
    {
        PlacementStatus.ACTIVE,
        PlacementStatus.ON_HOLD,
        PlacementStatus.WRAP_UP,
        PlacementStatus.INCOMPLETE,
    }
)


class DeclineReason(TextChoices):
    FULL = "full", _("The dates are full")
    DATES = "dates", _("The dates do not suit")
    REQUIREMENTS = "requirements", _("A requirement is missing")
    LEVEL = "level", _("The level of training does not fit")
    FIT = "fit", _("The specialty does not fit")
    AWAY = "away", _("I am away")
    OTHER = "other", _("Another reason")


class CancelledBy(TextChoices):
    LEARNER = "learner", _("Learner")
    PRECEPTOR = "preceptor", _("Preceptor")
    SITE = "site", _("Site")
    PORTAL = "portal", _("Portal")


class CancelReason(TextChoices):
    VISA_DENIED = "visa_denied", _("Visa denied")
    VISA_DELAY = "visa_delay", _("Visa delayed")
    ILLNESS = "illness", _("Illness")
    ACADEMIC = "academic", _("Academic reasons")
    SITE_CLOSED = "site_closed", _("The site closed")
    PRECEPTOR_LEFT = "preceptor_left", _("The preceptor left")
    REQUIREMENT_UNMET = "requirement_unmet", _("A requirement was not met")
    OTHER = "other", _("Another reason")


class RescheduleStatus(TextChoices):
    PENDING = "pending", _("Waiting for an answer")
    APPROVED = "approved", _("Agreed")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Ended without an answer")
    CANCELLED = "cancelled", _("Taken back")


# Of a request for other dates; while it is pending, its new weeks hold a seat.
RESCHEDULE_TRANSITIONS: Mapping[RescheduleStatus, frozenset[RescheduleStatus]] = {
    RescheduleStatus.PENDING: frozenset(RescheduleStatus) - {RescheduleStatus.PENDING}
}


class RescheduleKind(TextChoices):
    MOVE = "move", _("Other dates")
    EXTENSION = "extension", _("A later last day")


class RescheduleReason(TextChoices):
    WISH = "wish", _("My plans changed")
    VISA = "visa", _("Visa delayed")
    ILLNESS = "illness", _("Illness")
    SITE = "site", _("The site asks for it")


class HoldReason(TextChoices):
    VISA = "visa", _("Visa delayed")
    ILLNESS = "illness", _("Illness")
    SITE = "site", _("The site or the preceptor")
    NOT_READY = "not_ready", _("Not ready a week before the start")
    DOCUMENT_EXPIRED = "document_expired", _("A document expired")
    OTHER = "other", _("Another reason")
