"""Secret calendar addresses: made, replaced, switched off."""

from django.db import transaction
from django.utils import timezone

from accounts.codes import new_code
from accounts.models import User
from audit.actions import record
from placements.models import CalendarFeed, FeedSide


@transaction.atomic
def renew_feed(owner: User, side: FeedSide) -> CalendarFeed:
    """A new address; one that there was before opens nothing any more."""
    feed, _created = CalendarFeed.objects.update_or_create(
        owner=owner, side=side, defaults={"code": new_code(), "made_at": timezone.now()}
    )
    record("calendar.address_made", owner, by=owner, side=side)
    return feed


@transaction.atomic
def stop_feed(owner: User, side: FeedSide) -> None:
    """Switched off at once."""
    deleted, _rows = CalendarFeed.objects.filter(owner=owner, side=side).delete()
    if deleted:
        record("calendar.address_stopped", owner, by=owner, side=side)
