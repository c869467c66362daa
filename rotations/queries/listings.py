"""Who sees which listing, what one still lacks, and why one is closed."""

from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import BoardCertification, Licence, User
from rotations.models import Listing, Requirement
from rotations.queries.blocks import upcoming_blocks
from rotations.queries.compiled import Compiled, given
from rotations.queries.limits import rules_on
from rotations.queries.requests import BUSY


def visible_listings(user: User | AnonymousUser) -> QuerySet[Listing]:
    """What anybody may find; her own to a preceptor and her office, all of them to those who keep them."""
    listings = (
        Listing.objects.select_related("specialty", "site__state", "preceptor__user", "policy")
        .annotate(licensed_until=_licensed_until())
        .defer("document")
    )
    if user.is_staff and user.has_perm("rotations.view_listing"):
        return listings
    public = Q(status="published", preceptor__suspended_at=None)
    practices = user.practices if isinstance(user, User) else ()
    return listings.filter(public | Q(preceptor__in=practices))


def shown_listing(user: User | AnonymousUser, slug: str) -> Any:
    """A listing with all of its page that stands still, or None.

    Whose it is, what it asks for, and what ``_for_page`` adds.
    """
    is_public = not user.is_staff and not (isinstance(user, User) and user.practices)
    today = timezone.localdate()
    rows = (
        PUBLIC(slug=slug, today=today)
        if is_public
        else _for_page(visible_listings(user).filter(slug=slug), today)
    )
    found = next(iter(rows), None)
    if found is not None:
        # As ``prefetch_related`` would, by a statement that is worked out once.
        found._prefetched_objects_cache = {"requirements": ASKED(listing=found.pk)}  # noqa: SLF001
    return found


def _for_page(listings: QuerySet[Listing], today: Any) -> QuerySet[Listing]:
    """With the preceptor's boards, and whether it is worth asking for requests and co-preceptors."""
    boards = BoardCertification.objects.shown(today).filter(preceptor=OuterRef("preceptor"))
    same = Listing.objects.filter(pk=OuterRef("pk"))
    return listings.annotate(
        board_rows=boards.as_array(),
        is_asked=Exists(same.filter(applications__status__in=BUSY)),
        has_others=Exists(same.filter(co_preceptors__isnull=False)),
    )


PUBLIC = Compiled(
    lambda: _for_page(visible_listings(AnonymousUser()), given("today")).filter(slug=given("slug"))
)
ASKED = Compiled(
    lambda: Requirement.objects.filter(listing=given("listing")).select_related("type")
)


def gaps_of(listing: Listing) -> list[str]:
    """What keeps a listing from being published, in sentences (handbook 4.2)."""
    today = timezone.localdate(timezone=listing.site.zone)
    found = {
        _("The preceptor is not verified."): listing.preceptor.may_host,
        _("No license in %(state)s that staff have seen and that is still valid.")
        % {"state": listing.site.state.name}: has_licence(listing, today),
    }
    hers = [gap for gaps in own_gaps_of(listing).values() for gap in gaps]
    return [gap for gap, is_there in found.items() if not is_there] + hers


def own_gaps_of(listing: Listing) -> dict[str, list[str]]:
    """What its preceptor can mend, by the step of the editor where she does."""
    found: dict[str, dict[str, Any]] = {
        "work": {
            _("Say in one sentence what it is."): listing.summary,
            _("Describe the work."): listing.description,
            _("Say what learners will do: the activities are missing."): listing.activities,
        },
        "learners": {_("Say to whom it is open."): listing.families, **_not_allowed(listing)},
        "documents": {
            _("Say what learners must bring: no requirement is named."): (
                listing.requirements.exists()
            )
        },
        "terms": {_("There is no price."): listing.total() > 0},
        "dates": {
            _("No dates can be booked. Open weeks first."): upcoming_blocks([listing])[listing.pk]
        },
    }
    return {
        step: [gap for gap, is_there in facts.items() if not is_there]
        for step, facts in found.items()
    }


def _not_allowed(listing: Listing) -> dict[str, bool]:
    """Learners whom a rule lets nobody like its preceptor take: none could ever be confirmed."""
    rules = [rule for family in listing.families for rule in rules_on(listing, family)]
    return {f"{rule.words}. {rule.origin}": False for rule in rules if rule.most == 0}


def has_licence(listing: Listing, day: date) -> bool:
    """Whether staff have seen one of hers for the site's state that is valid on that day."""
    if not hasattr(listing, "licensed_until"):
        known = Listing.objects.filter(pk=listing.pk).annotate(until=_licensed_until())
        return _covers(known.values_list("until", flat=True).get(), day)
    return _covers(listing.licensed_until, day)


def _licensed_until() -> Subquery:
    """The last good day of the preceptor's licenses for the site's state."""
    seen = Licence.objects.with_last_day().filter(
        preceptor=OuterRef("preceptor"), state=OuterRef("site__state__abbr")
    )
    return Subquery(seen.order_by(F("last_day").desc(nulls_last=True)).values("last_day")[:1])  # type: ignore[misc]


def _covers(until: date | None, day: date) -> bool:
    return until is not None and until >= day


def why_closed(listing: Listing) -> str:
    """Why it takes no new requests now, in a sentence; empty if it does. Seats are another question."""
    preceptor, today = listing.preceptor, timezone.localdate(timezone=listing.site.zone)
    name = {"name": preceptor.address_as}
    if not (listing.is_published and preceptor.may_host):
        return _("This rotation does not take requests now.")
    if not preceptor.accepting:
        return _("%(name)s does not take new learners at the moment.") % name
    if preceptor.is_away(today):
        last = f"{preceptor.away_until:%a, %b %-d, %Y}"
        return _("%(name)s is away until %(day)s and takes requests after that.") % {
            **name,
            "day": last,
        }
    if not has_licence(listing, today):
        return _(
            "We have seen no license of %(name)s in %(state)s that is valid today. Requests open "
            "again when we have."
        ) % {**name, "state": listing.site.state.name}
    return ""
