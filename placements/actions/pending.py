"""What a placement's early end does to its seats and to a request for other dates."""

from django.utils import timezone

from accounts.models import User
from placements.actions.transition import move_reschedule
from placements.models import Placement
from placements.queries import pending_request
from placements.states import RescheduleStatus
from rotations.blocks import Week


def free_ahead(placement: Placement) -> frozenset[Week]:
    """Its weeks that have not begun: whoever ends it gives them back."""
    today = timezone.localdate(timezone=placement.listing.site.zone)
    return frozenset(week for week in placement.seats if week[1] > today)


def drop_pending(placement: Placement, *, by: User | None) -> frozenset[Week]:
    """Take back the request that waits, with the placement locked; the weeks it held.

    The caller gives them back in the same statement as the placement's own.
    """
    request = pending_request(placement)
    if request is None:
        return frozenset()
    request.placement = placement
    move_reschedule(request, RescheduleStatus.CANCELLED, by=by)
    return request.held


def end_hold(placement: Placement) -> None:
    """The pause is over, in the caller's transaction; its days stay known."""
    today = timezone.localdate(timezone=placement.listing.site.zone)
    placement.holds.filter(to_on=None).update(to_on=today)
