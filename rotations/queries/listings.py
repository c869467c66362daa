"""Who sees which listing, and what one still lacks."""

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from rotations.models import Listing
from rotations.queries.blocks import upcoming_blocks


def visible_listings(user: User | AnonymousUser) -> QuerySet[Listing]:
    """What anybody may find; her own to a preceptor and her office, all of them to those who keep them."""
    listings = Listing.objects.select_related(
        "specialty", "site__state", "preceptor__user", "policy"
    ).defer("document")
    if user.is_staff and user.has_perm("rotations.view_listing"):
        return listings
    public = Q(status="published", preceptor__suspended_at=None)
    practices = user.practices if isinstance(user, User) else ()
    return listings.filter(public | Q(preceptor__in=practices))


def gaps_of(listing: Listing) -> list[str]:
    """What keeps a listing from being published, in sentences (handbook 4.2)."""
    today = timezone.localdate(timezone=listing.site.zone)
    state = listing.site.state
    licences = listing.preceptor.licences.filter(state=state.abbr)
    found = {
        _("The preceptor is not verified."): listing.preceptor.may_host,
        _("No license in %(state)s that staff have seen and that is still valid.")
        % {"state": state.name}: any(licence.is_good_on(today) for licence in licences),
        _("No dates can be booked. Open weeks first."): upcoming_blocks([listing])[listing.pk],
        _("There is no price."): listing.total() > 0,
        _("Say to whom it is open."): listing.families,
        _("Say what learners will do: the activities are missing."): listing.activities,
        _("Say what learners must bring: no requirement is named."): listing.requirements.exists(),
    }
    return [gap for gap, is_there in found.items() if not is_there]
