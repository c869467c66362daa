"""What the tests of alerts do again and again."""

from rotations.actions.saved import as_it_stands, save_listing
from rotations.actions.seats import move_seats
from rotations.models import Alert
from rotations.tasks import tell


def saved(listing, by):
    """She saves it; her alert of openings."""
    save_listing(as_it_stands(listing), by=by)
    return Alert.objects.get(owner=by, query=None)


def fill(listing, mondays):
    """Every week of these is full; what opens them again."""
    weeks = {(listing.pk, monday) for monday in mondays}
    move_seats(take=weeks)
    return lambda: move_seats(give=weeks)


def look():
    """The clock's minute: every alert that is due."""
    for pk in Alert.objects.due().values_list("pk", flat=True):
        tell(pk)
