"""What still keeps a placement from being ready, and which paper ends while it runs."""

from datetime import date, timedelta

from django.utils import timezone

from clocks.actions import schedule
from clocks.calendar import morning
from placements import deadlines
from placements.models import Placement
from placements.queries import besides, current_documents, school_approves
from placements.states import PlacementStatus
from rotations.blocks import Block
from rotations.eligibility import Check, check_documents, last_days


def requirement_checks(placement: Placement, block: Block | None = None) -> list[Check]:
    """All that is asked of her, held to these dates: by the listing, late, or to be signed here."""
    terms = besides(placement)
    checks = check_documents(
        placement.listing,
        block or placement.block,
        current_documents(placement.learner),
        profile=getattr(placement.learner, "learner_profile", None),
        school_approves=school_approves(placement, block),
        extra=terms.extra,
    )
    return terms.settle(checks)


def asked_at_all(placement: Placement) -> list[Check]:
    """What is asked of her by her listing, whatever she has; needless papers left out."""
    profile = getattr(placement.learner, "learner_profile", None)
    checks = check_documents(placement.listing, placement.block, [], profile=profile)
    return [check for check in checks if check.is_open]


def open_requirements(placement: Placement) -> list[Check]:
    """The papers that still keep it from being ready: missing, not accepted or too short."""
    return [check for check in requirement_checks(placement) if check.is_open]


def papers_end(placement: Placement) -> dict[str, date]:
    """Accepted papers that end before the last day, by slug: after which day each stops counting.

    One that staff let pass to a day counts to that day at least; let pass for good, for ever.
    """
    terms = besides(placement)
    ends = last_days(
        placement.listing,
        placement.block,
        current_documents(placement.learner),
        profile=getattr(placement.learner, "learner_profile", None),
        extra=terms.extra,
    )
    for slug, until in terms.waived.items():
        if slug in ends:
            ends[slug] = max(ends[slug], until or date.max)
    return {slug: last for slug, last in ends.items() if last < placement.end_on}


def ended_papers(placement: Placement) -> list[str]:
    """Those that ended by today at the site: clinical work stops at once (handbook 3.3)."""
    today = timezone.localdate(timezone=placement.listing.site.zone)
    return [slug for slug, last in papers_end(placement).items() if last < today]


def watch_papers(placement: Placement) -> None:
    """Have the clock look again on the morning after each paper's last day."""
    if placement.status != PlacementStatus.ACTIVE:
        return
    zone = placement.listing.site.zone
    for slug, last in papers_end(placement).items():
        schedule(
            "placement.paper_ended",
            placement.pk,
            at=morning(last + timedelta(days=1), zone, deadlines.START_HOUR),
            occurrence=f"{slug}:{last}",
        )
