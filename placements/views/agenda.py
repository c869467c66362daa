"""What stands in somebody's calendar: rotations in whole days, deadlines at their minute.

No addresses of learners, and nothing about health: a phone shows it to whoever looks on.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from clocks.calendar import end_of_day
from placements.calendar import Entry
from placements.models import Application, FeedSide, Placement
from placements.states import LIVE, PlacementStatus, Status
from placements.templatetags.placement_facts import documents_due, payment_due

# What has ended stays in the calendar for a while, struck out if it was canceled.
KEPT = timedelta(days=180)
SHOWN = LIVE | {PlacementStatus.WRAP_UP, PlacementStatus.COMPLETED, PlacementStatus.CANCELLED}


def _host() -> str:
    return settings.SITE_URL.split("://", 1)[-1].split("/", 1)[0].split(":", 1)[0]


def rotation(placement: Placement, *, for_learner: bool) -> Entry:
    """The rotation itself; imported again, the entry moves or is struck out."""
    listing, site = placement.listing, placement.listing.site
    names = {"city": site.city, "learner": placement.learner.name}
    summary = (
        _("Rotation in %(city)s") if for_learner else _("%(learner)s, rotation in %(city)s")
    ) % names
    told = [listing.title, placement.preceptor.title, site.arrival]
    return Entry(
        uid=f"placement-{placement.code}@{_host()}",
        sequence=placement.sequence,
        changed_at=placement.updated_at,
        start_on=placement.start_on,
        end_on=placement.end_on,
        summary=summary,
        location=f"{site.name}, {site.street}, {site.city}, {site.state.abbr} {site.zip}",
        description="\n".join(filter(None, told)),
        url=f"{settings.SITE_URL}{placement.get_absolute_url()}",
        cancelled=placement.status == PlacementStatus.CANCELLED,
    )


def _deadline(
    name: str, thing: Application | Placement, at: datetime, summary: str, path: str = ""
) -> Entry:
    site = thing.listing.site
    at = at.astimezone(site.zone)
    day: date = at.date()
    return Entry(
        uid=f"{name}-{thing.code}@{_host()}",
        sequence=thing.sequence if isinstance(thing, Placement) else 0,
        changed_at=thing.updated_at,
        start_on=day,
        end_on=day,
        summary=summary,
        location="",
        description=f"{thing.listing.title}, {site.city}",
        url=f"{settings.SITE_URL}{path or thing.get_absolute_url()}",
        at=at,
    )


def entries_of(user: User, side: FeedSide) -> list[Entry]:
    """The soonest first; the same rows give the same entries."""
    found = list(_as_learner(user) if side == FeedSide.LEARNER else _as_host(user))
    return sorted(found, key=lambda entry: (entry.start_on, entry.uid))


def _placements(which: Q) -> list[Placement]:
    since = timezone.localdate() - KEPT
    rows = Placement.objects.filter(which, status__in=SHOWN, end_on__gte=since)
    return list(rows.with_listing())


def _as_learner(user: User) -> Iterator[Entry]:
    for placement in _placements(Q(learner=user)):
        yield rotation(placement, for_learner=True)
        yield from _hers_to_do(placement)
    waiting = Application.objects.filter(learner=user, status=Status.OFFERED).with_listing()
    for application in waiting:
        if application.offer_expires_at:
            said = _("Answer the offer for %(city)s") % {"city": application.listing.site.city}
            page = reverse("placements:offer", args=[application.code])
            yield _deadline("offer", application, application.offer_expires_at, said, page)


def _hers_to_do(placement: Placement) -> Iterator[Entry]:
    city = {"city": placement.listing.site.city}
    if placement.status not in {PlacementStatus.ONBOARDING, PlacementStatus.ON_HOLD}:
        return
    said = _("Documents for %(city)s are due") % city
    yield _deadline("documents", placement, documents_due(placement), said)
    if placement.paid_at is None:
        at = end_of_day(payment_due(placement), placement.listing.site.zone)
        yield _deadline("payment", placement, at, _("Payment for %(city)s is due") % city)


def _as_host(user: User) -> Iterator[Entry]:
    practices = user.practices
    for placement in _placements(Q(preceptor__in=practices)):
        yield rotation(placement, for_learner=False)
    waiting = Application.objects.filter(
        listing__preceptor__in=practices, status=Status.UNDER_REVIEW
    ).with_listing()
    for application in waiting:
        if application.reply_by:
            names = {"learner": application.learner.name}
            said = _("Answer the request of %(learner)s") % names
            page = reverse("placements:review", args=[application.code])
            yield _deadline("reply", application, application.reply_by, said, page)
