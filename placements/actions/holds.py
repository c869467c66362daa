"""A pause: the seat stays, hours of these days do not count."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import DocumentType, User
from placements import emails
from placements.actions.pending import end_hold
from placements.actions.placements import refresh_readiness
from placements.actions.readiness import ended_papers, watch_papers
from placements.actions.transition import TransitionNotAllowed, move_placement
from placements.models import Hold, Placement
from placements.states import HoldReason, PlacementStatus


@transaction.atomic
def hold_placement(
    placement: Placement,
    *,
    by: User | None,
    note: str = "",
    reason: HoldReason = HoldReason.OTHER,
) -> None:
    """Keep the seat while something is sorted out; hours do not count meanwhile."""
    placement.lock()
    event = move_placement(placement, PlacementStatus.ON_HOLD, by=by, note=note)
    Hold.objects.create(
        placement=placement,
        reason=reason,
        note=note,
        from_on=timezone.localdate(timezone=placement.listing.site.zone),
        held_by=by,
    )
    emails.placement_on_hold(placement, occasion=event)


@transaction.atomic
def resume_placement(placement: Placement, *, by: User | None) -> None:
    """Lift a hold: back to getting ready, or on site once the start has passed.

    What is over cannot go on; staff cancel it or close it as incomplete.
    """
    placement.lock()
    today = timezone.localdate(timezone=placement.listing.site.zone)
    on_site = placement.start_on <= today
    to = PlacementStatus.ACTIVE if on_site else PlacementStatus.ONBOARDING
    if today > placement.end_on:
        raise TransitionNotAllowed(placement, to)
    event = move_placement(placement, to, by=by, note="")
    end_hold(placement)
    emails.placement_resumed(placement, occasion=event)
    refresh_readiness(placement)
    watch_papers(placement)


@transaction.atomic
def hold_unready(placement: Placement) -> bool:
    """A week before the start it is not ready: staff decide, nothing is canceled by itself."""
    placement.lock()
    if placement.status != PlacementStatus.ONBOARDING:
        return False
    note = _("A week before the start not everything was there.")
    hold_placement(placement, by=None, reason=HoldReason.NOT_READY, note=note)
    return True


@transaction.atomic
def hold_expired(placement: Placement) -> bool:
    """A required document ended while it runs: clinical work stops at once."""
    placement.lock()
    ended = ended_papers(placement) if placement.status == PlacementStatus.ACTIVE else []
    if not ended:
        return False
    names = DocumentType.objects.filter(slug__in=ended).values_list("name", flat=True)
    note = _("Expired: %(papers)s.") % {"papers": ", ".join(names)}
    hold_placement(placement, by=None, reason=HoldReason.DOCUMENT_EXPIRED, note=note)
    return True


@transaction.atomic
def resume_renewed(placement: Placement) -> bool:
    """The document that had ended was verified again: it goes on by itself."""
    placement.lock()
    today = timezone.localdate(timezone=placement.listing.site.zone)
    waits = placement.holds.filter(to_on=None, reason=HoldReason.DOCUMENT_EXPIRED).exists()
    within = placement.start_on <= today <= placement.end_on
    held = placement.status == PlacementStatus.ON_HOLD
    if not (held and waits and within) or ended_papers(placement):
        return False
    resume_placement(placement, by=None)
    return True
