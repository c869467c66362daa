"""Limits on learners at a time, decided under the locks: the weeks first, then the preceptor's row."""

from collections.abc import Collection
from datetime import date

from django.core.exceptions import ValidationError

from accounts.models import PreceptorProfile, User
from placements.limits import Reached, family_of, reached, stays
from placements.models import Application, Placement
from placements.permissions import is_learner_of
from rotations.queries import limits_on, own_limit, rules_on


class LimitReached(ValidationError):
    """One learner more than the preceptor, the listing or a rule allows; ``reached`` says which."""

    def __init__(self, found: Reached, *, names: bool) -> None:
        self.reached = found
        super().__init__(found.words if names else found.words_without_names, code="limit")


def refuse_beyond_limits(
    thing: Application | Placement, mondays: Collection[date], *, by: User | None
) -> None:
    """Before it takes these weeks, which the caller has locked. Refuses with ``LimitReached``.

    A learner reads no names of others.
    """
    if found := limit_reached(thing, mondays):
        raise LimitReached(found, names=by is None or not is_learner_of(by, thing))


def limit_reached(thing: Application | Placement, mondays: Collection[date]) -> Reached | None:
    """Which limit stands against it, with all who hold a seat counted.

    Where anything binds her, the preceptor's row is locked, so that two who book with her at
    once, at different listings, count each other.
    """
    listing, host = thing.listing, host_of(thing)
    limits = limits_on(listing, family_of(thing))
    if not mondays or not (limits or host.max_learners is not None):
        return None
    limits += own_limit(_lock(host))
    return reached(limits, stays([host.pk], mondays), mondays, learner=thing.learner_id)


def refuse_beyond_rules(thing: Application | Placement, mondays: Collection[date]) -> None:
    """Before a learner takes what was held for her. Refuses with ``LimitReached``.

    An offer is the preceptor's word, which her own limit and her listing's do not break; a rule
    that is not hers does, if it was made since. It counts who is confirmed: of two offers, the
    first to be accepted stands.
    """
    host, rules = host_of(thing), rules_on(thing.listing, family_of(thing))
    if not rules or not mondays:
        return
    _lock(host)
    there = stays([host.pk], mondays, offers=False)
    if found := reached(rules, there, mondays, learner=thing.learner_id):
        raise LimitReached(found, names=False)


def host_of(thing: Application | Placement) -> PreceptorProfile:
    return thing.preceptor if isinstance(thing, Placement) else thing.listing.preceptor


def _lock(host: PreceptorProfile) -> int | None:
    """Hold her row to the end of the transaction; her own limit as it now is."""
    rows = PreceptorProfile.objects.select_for_update(no_key=True, of=("self",))
    return rows.values_list("max_learners", flat=True).get(pk=host.pk)
