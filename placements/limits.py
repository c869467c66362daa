"""Who holds a seat with a preceptor, week by week, and which limit on that is reached."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from outbox.templatetags.plain import srange
from placements.models import Application, Placement, RescheduleRequest
from placements.states import TRANSITIONS, Status
from rotations.blocks import WEEK, Block
from rotations.queries import Limit, limits_on, own_limit

# Where each kind of row keeps whose preceptor, at which listing, who, when and for how long.
_WHO = ("listing_id", "learner_id", "learner__name", "learner__learner_profile__family")
OFFERED = ("listing__preceptor_id", *_WHO, "start_on", "weeks")
PLACED = ("preceptor_id", *_WHO, "start_on", "application__weeks")
MOVING = (*(f"placement__{name}" for name in PLACED[:-2]), "start_on", "weeks")


MAY_BE_OFFERED = frozenset(one for one, to in TRANSITIONS.items() if Status.OFFERED in to)


@dataclass(frozen=True)
class Stay:
    """Somebody with a seat: confirmed, offered, or held while other dates are decided."""

    preceptor: int
    listing: int
    learner: int
    name: str
    family: str
    block: Block

    def counts_for(self, limit: Limit) -> bool:
        of_family = not limit.family or self.family == limit.family
        return of_family and limit.listing in {None, self.listing}


@dataclass(frozen=True)
class Reached:
    """A limit, and those who fill it on the dates asked about."""

    limit: Limit
    there: tuple[Stay, ...]

    @property
    def words(self) -> str:
        """With names, for the preceptor's side and staff."""
        names = ", ".join(f"{stay.name} ({srange(stay.block)})" for stay in self.there)
        rule = f"{self.limit.words}: {names}." if names else f"{self.limit.words}."
        return f"{rule} {self.limit.origin}".rstrip()

    @property
    def words_without_names(self) -> str:
        """For a learner."""
        rule = self.limit.words
        if self.there:
            rule = _("%(rule)s, and that is reached on these dates") % {"rule": rule}
        return f"{rule}. {self.limit.origin}".rstrip()


def stays(
    preceptors: Collection[int], mondays: Collection[date], *, offers: bool = True
) -> list[Stay]:
    """Who holds a seat with these preceptors in some of the weeks between, in one statement.

    Confirmed placements, the dates that requests for other ones hold, and offers.
    """
    first, last = min(mondays), max(mondays)
    placed = Placement.objects.live().filter(preceptor__in=preceptors, end_on__gte=first)
    offered = Application.objects.filter(listing__preceptor__in=preceptors, status=Status.OFFERED)
    moving = RescheduleRequest.objects.pending().filter(placement__preceptor__in=preceptors)
    kinds = [_until(last, moving, MOVING)]
    if offers:
        kinds.append(_until(last, offered, OFFERED))
    rows = _until(last, placed, PLACED).union(*kinds, all=True)
    wanted = Block(first, (last - first) // WEEK + 1)
    found = [
        Stay(preceptor, listing, learner, name, family or "", Block(start_on, weeks))
        for preceptor, listing, learner, name, family, start_on, weeks in rows.order_by(
            "start_on", "learner_id"
        )
    ]
    return [stay for stay in found if stay.block.overlaps(wanted)]


def _until(last: date, rows: QuerySet[Any], facts: Iterable[str]) -> QuerySet[Any, Any]:
    return rows.filter(start_on__lte=last).order_by().values_list(*facts)


def reached(
    limits: Iterable[Limit], there: Iterable[Stay], mondays: Iterable[date], *, learner: int
) -> Reached | None:
    """The first of these limits that has no room for one more in one of these weeks.

    People are counted, not seats: whoever has two with her is one learner, and the one
    who is to come does not stand in her own way.
    """
    others = [stay for stay in there if stay.learner != learner]
    for limit in limits:
        for monday in mondays:
            filling = {
                stay.learner: stay
                for stay in others
                if stay.counts_for(limit) and monday in stay.block.mondays
            }
            if len(filling) >= limit.most:
                return Reached(limit, tuple(filling.values()))
    return None


def limits_before(applications: Collection[Application]) -> dict[tuple[int, Block], Reached]:
    """For requests that may be offered a seat: which of their choices a limit stands against.

    One statement, besides the listings' own limits where they are not loaded. Read without a
    lock, to be shown; offering decides again under it.
    """
    waiting = [one for one in applications if one.status in MAY_BE_OFFERED]
    bound = {one.pk: _limits_of(one) for one in waiting}
    asked = [one for one in waiting if bound[one.pk]]
    mondays = {monday for one in asked for block in one.choices for monday in block.mondays}
    if not mondays:
        return {}
    there = stays({one.listing.preceptor_id for one in asked}, mondays)
    found = {}
    for one in asked:
        hers = [stay for stay in there if stay.preceptor == one.listing.preceptor_id]
        for block in one.choices:
            full = reached(bound[one.pk], hers, block.mondays, learner=one.learner_id)
            if full:
                found[one.pk, block] = full
    return found


def _limits_of(application: Application) -> list[Limit]:
    listing = application.listing
    own = own_limit(listing.preceptor.max_learners)
    return [*limits_on(listing, family_of(application)), *own]


def family_of(thing: Application | Placement) -> str:
    profile = getattr(thing.learner, "learner_profile", None)
    return profile.family if profile else ""
