"""Who gets a seat that came free: the first on the waitlist whom it fits, one at a time.

Those whose host canceled on them come before the others.
"""

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.codes import new_code
from audit.actions import record
from clocks.actions import schedule
from placements import deadlines, emails
from placements.actions.limits import LimitReached
from placements.actions.offers import PreceptorCannotHost, hold_seat, make_offer
from placements.models import WaitlistEntry
from placements.queries import has_overlap
from placements.states import EntryStatus, PassedOver
from rotations.actions.seats import SeatsGone
from rotations.models import Listing, SeatWeek

# How the occurrence of a look begins that follows somebody served, and of one at a listing
# beside the one that a seat came free at.
AFTER, BESIDE = "after:", "beside:"


@transaction.atomic
def promote_next(listing: Listing, *, occasion: str = "") -> str:
    """Offer one free seat to the first who waits and can have it; what came of it, in words.

    Whoever is served makes the next look due, so that each transaction holds one
    application and its weeks, in the order of locks; such a look (``occasion``) finding no
    seat left is no news. Where nobody is served, a limit on learners at a time may have room
    now, so the preceptor's other listings are looked at. Two workers at once: the second waits for the first's row and
    finds it served. Run again, it finds no seat and changes nothing.
    """
    entries = WaitlistEntry.objects.waiting().in_order()
    entries = entries.filter(application__listing=listing).select_related("application__learner")
    # Read once: a seat that comes free meanwhile must not pass the first by and serve the second.
    free = dict(SeatWeek.objects.filter(listing=listing).values_list("monday", "free"))
    is_later = occasion.startswith((AFTER, BESIDE))
    reasons: dict[str, str] = {}
    for entry in entries:
        why = _try(entry, listing, free)
        if why == PassedOver.FULL:
            free |= dict.fromkeys(entry.block.mondays, 0)
        if why is None:
            _look_again(entry)
            return f"offered to application {entry.application_id}"
        if why and not (is_later and why == PassedOver.FULL):
            reasons[str(entry.application_id)] = why
            _remember(entry, why)
    if not occasion.startswith(BESIDE):
        _look_beside(listing)
    if not reasons:
        return "nobody else to serve" if is_later else "nobody waits"
    record("listing.nobody_promoted", listing, by=None, reasons=reasons)
    return "nobody promoted: " + ", ".join(f"{pk} {why}" for pk, why in reasons.items())


def _look_again(entry: WaitlistEntry) -> None:
    application = entry.application
    schedule(
        "listing.seats_freed",
        application.listing_id,
        at=timezone.now(),
        occurrence=f"{AFTER}{application.pk}:{application.offered_at:%Y%m%d%H%M%S%f}",
    )


def _look_beside(listing: Listing) -> None:
    """At the other listings of its preceptor for which somebody waits."""
    waiting = WaitlistEntry.objects.waiting().filter(
        application__listing__preceptor=listing.preceptor_id
    )
    others = waiting.exclude(application__listing=listing)
    for pk in others.order_by().values_list("application__listing", flat=True).distinct():
        schedule("listing.seats_freed", pk, at=timezone.now(), occurrence=f"{BESIDE}{new_code()}")


def _remember(entry: WaitlistEntry, why: str) -> None:
    WaitlistEntry.objects.filter(pk=entry.pk).update(passed_over=why, passed_over_at=timezone.now())


def _try(
    entry: WaitlistEntry, listing: Listing, free: Mapping[date, int]
) -> PassedOver | str | None:
    """Offer it the seat. None if that was done, empty if it waits no longer, else why not."""
    entry.application.listing = listing
    why = _why_not(entry, free)
    if why is None:
        entry.application.lock()
        entry.refresh_from_db(fields=["status", "rests_until"])
        if entry.status != EntryStatus.WAITING:
            return ""
        why = _why_not(entry, free) or _offer(entry)
    return why


def _why_not(entry: WaitlistEntry, free: Mapping[date, int]) -> PassedOver | None:
    """What can be known without a lock; the seats and the limit are decided under theirs."""
    listing, now = entry.application.listing, timezone.now()
    if entry.rests_until and entry.rests_until > now:
        return PassedOver.RESTING
    ahead = entry.start_on - timezone.localdate(timezone=listing.site.zone)
    if ahead.days < listing.promotion_lead_days:
        return PassedOver.NEAR
    if any(free.get(monday, 0) < 1 for monday in entry.block.mondays):
        return PassedOver.FULL
    if has_overlap(entry.application.learner, entry.block):
        return PassedOver.ELSEWHERE
    return None


def _offer(entry: WaitlistEntry) -> PassedOver | None:
    """A refusal undoes, and so unlocks, what the attempt took."""
    application, now = entry.application, timezone.now()
    window = deadlines.waitlist_window(now, entry.start_on, application.listing.site.zone)
    try:
        with transaction.atomic():
            hold_seat(application, by=None)
            event = make_offer(
                application,
                by=None,
                at=now,
                window=window,
                reminders=deadlines.WAITLIST_REMINDERS,
            )
    except SeatsGone:
        return PassedOver.FULL
    except LimitReached:
        return PassedOver.LIMIT
    except PreceptorCannotHost:
        return PassedOver.HOST
    if canceled := getattr(entry, "first_because", None):
        # For staff: why she came before those who waited longer.
        record("application.served_first", application, by=None, host_canceled=canceled)
    emails.waitlist_offer(application, occasion=event)
    return None
