"""Limits on learners at a time: a listing's own, and what becomes of those who wait when one is raised."""

from collections.abc import Mapping

from django.db import transaction

from accounts.models import User
from accounts.permissions import principal
from audit.actions import record
from rotations.actions.listings import lock_listing
from rotations.actions.seats import owe_promotion
from rotations.models import FamilyLimit, Listing


@transaction.atomic
def save_limits(listing: Listing, most: Mapping[str, int], *, by: User) -> None:
    """Take so many learners of each family in a week, at any time; who has a seat keeps it.

    Whoever waits is looked at, because one more may fit now.
    """
    lock_listing(listing)
    listing.family_limits.exclude(family__in=most).delete()
    for family, number in most.items():
        FamilyLimit.objects.update_or_create(
            listing=listing, family=family, defaults={"most": number}
        )
    owe_promotion([listing.pk])
    record(
        "listing.limits_set",
        listing,
        by=by,
        on_behalf_of=principal(by, listing.preceptor),
        limits=dict(most),
    )


def look_at_all_waitlists() -> None:
    """A rule of others changed, in the caller's transaction: whoever waits may fit now."""
    # An application's status is known by its name here: its app lies further up.
    waits = Listing.objects.filter(applications__status="waitlisted")
    owe_promotion(set(waits.values_list("pk", flat=True)))
