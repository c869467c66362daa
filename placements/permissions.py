"""Who may do what with an application or a placement. No side effects."""

from collections.abc import Callable, Mapping

from accounts.models import User
from placements.models import Application, Placement
from placements.states import (
    LIVE,
    PLACEMENT_TRANSITIONS,
    TRANSITIONS,
    PlacementStatus,
    Status,
)
from rotations.models import Listing
from rotations.permissions import edits_listings

Predicate = Callable[[User, Application | Placement], bool]


def is_learner_of(user: User, thing: Application | Placement) -> bool:
    return thing.learner_id == user.pk


def is_office_of(user: User, thing: Application | Placement) -> bool:
    """The preceptor of record or a delegate of hers, now: somebody who left has no say from the
    next request on. Nobody decides about herself.
    """
    return thing.listing.preceptor_id in user.practices and not is_learner_of(user, thing)


def is_coordinator(user: User, _thing: Application | Placement | None = None) -> bool:
    return user.is_staff and user.has_perm("placements.change_application")


def sees_who_is_where(user: User) -> bool:
    """Staff who may read of any learner when she is at which site."""
    return user.is_staff and user.has_perms(["placements.view_placement", "rotations.view_listing"])


def may_open_weeks(user: User, listing: Listing) -> bool:
    """Open and close a listing's weeks, on the one page that shows who is where."""
    keeps = edits_listings(user) and sees_who_is_where(user)
    return listing.preceptor_id in user.practices or keeps


def is_host(user: User, thing: Application | Placement) -> bool:
    """The preceptor's office, or staff on her behalf."""
    return is_office_of(user, thing) or is_coordinator(user)


def is_guest(user: User, thing: Application | Placement) -> bool:
    """The learner, or staff on her behalf."""
    return is_learner_of(user, thing) or is_coordinator(user)


# Who makes the move; the clock, which no page asks for, is nobody here (handbook 4.2).
RULES: Mapping[Status, Predicate] = {
    Status.SUBMITTED: is_guest,
    Status.CHANGES_REQUESTED: is_host,
    Status.UNDER_REVIEW: is_host,
    Status.WAITLISTED: is_host,
    Status.OFFERED: is_host,
    Status.ACCEPTED: is_guest,
    Status.DECLINED: is_host,
    Status.OFFER_DECLINED: is_guest,
    Status.INELIGIBLE: is_coordinator,
    Status.WITHDRAWN: is_guest,
    Status.CLOSED: is_coordinator,
}


def may(user: User, application: Application, to: Status) -> bool:
    """Whether this person makes such moves at all; the table says whether it can be made now."""
    rule = RULES.get(to)
    return bool(rule and rule(user, application))


def moves(user: User, application: Application) -> frozenset[Status]:
    """What she can do with it now: the page draws its buttons from this."""
    possible = TRANSITIONS.get(Status(application.status), frozenset())
    return frozenset(to for to in possible if may(user, application, to))


def may_log_hours(user: User, placement: Placement) -> bool:
    return placement.takes_hours and is_learner_of(user, placement)


def may_attest(user: User, placement: Placement) -> bool:
    """Sign hours, which her office can do from its own book."""
    return placement.preceptor_id in user.practices and not is_learner_of(user, placement)


def may_evaluate(user: User, placement: Placement) -> bool:
    """What she thinks of a learner is the preceptor's alone."""
    return placement.preceptor.user_id == user.pk and not is_learner_of(user, placement)


# From "ready" on somebody may have to call for her; after her last day nobody has to.
EXPECTED = frozenset({PlacementStatus.READY, PlacementStatus.ACTIVE})


def may_see_emergency_contact(user: User, placement: Placement) -> bool:
    """Hers, the coordinator’s, and that of her preceptor’s office while she may stand before it."""
    if is_guest(user, placement):
        return True
    return is_office_of(user, placement) and placement.status in EXPECTED


# Who asks for a step of a placement; the clock, which no page asks for, is nobody here. Staff
# make every step from the admin (handbook 4.2).
BY_LEARNER: Mapping[PlacementStatus, frozenset[PlacementStatus]] = {
    PlacementStatus.ON_HOLD: frozenset({PlacementStatus.ONBOARDING, PlacementStatus.READY})
    | {PlacementStatus.ACTIVE},
    PlacementStatus.CANCELLED: LIVE,
}
BY_HOST: Mapping[PlacementStatus, frozenset[PlacementStatus]] = {
    PlacementStatus.ON_HOLD: frozenset({PlacementStatus.ACTIVE}),
    PlacementStatus.CANCELLED: LIVE,
    PlacementStatus.NO_SHOW: frozenset({PlacementStatus.ACTIVE}),
    PlacementStatus.TERMINATED: frozenset({PlacementStatus.ACTIVE}),
}


def may_make(user: User, placement: Placement, to: PlacementStatus) -> bool:
    """Whether this person makes such steps at all, from wherever it stands."""
    if is_coordinator(user, placement):
        return True
    if is_learner_of(user, placement):
        return to in BY_LEARNER
    return is_office_of(user, placement) and to in BY_HOST


def placement_moves(user: User, placement: Placement) -> frozenset[PlacementStatus]:
    """What she can do with it now: the page draws its buttons from this."""
    now = PlacementStatus(placement.status)
    possible = PLACEMENT_TRANSITIONS.get(now, frozenset())
    if is_learner_of(user, placement):
        table = BY_LEARNER
    elif is_office_of(user, placement):
        table = BY_HOST
    else:
        return possible if is_coordinator(user, placement) else frozenset()
    return frozenset(to for to in possible if now in table.get(to, frozenset()))


def may_cancel(user: User, placement: Placement) -> bool:
    return PlacementStatus.CANCELLED in placement_moves(user, placement)
