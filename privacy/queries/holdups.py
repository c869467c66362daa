"""What must come to an end before somebody can be erased."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from letters.models import LetterRequest
from letters.states import LetterStatus
from placements.models import Application, LedgerEntry, Placement
from placements.states import LIVE, OPEN, PlacementStatus, Status

RUNNING = LIVE | {PlacementStatus.WRAP_UP}
ASKED = frozenset({LetterStatus.DRAFT, LetterStatus.REQUESTED, LetterStatus.AGREED})


@dataclass(frozen=True)
class Holdup:
    """One thing that is under way: what it is, and the page where it ends."""

    what: str | Promise
    name: str
    url: str
    way_out: str | Promise


def holdups(user: User) -> list[Holdup]:
    """Rotations that run, open applications and letter requests, money owed; on either side."""
    return [*_placements(user), *_applications(user), *_letters(user), *_money(user)]


def _placements(user: User) -> Iterator[Holdup]:
    hers = Q(learner=user) | Q(preceptor__user=user)
    for one in Placement.objects.filter(hers, status__in=RUNNING).with_listing():
        over = one.status == PlacementStatus.WRAP_UP
        yield Holdup(
            _("A rotation that is not completed") if over else _("A rotation that is under way"),
            one.listing.title,
            one.get_absolute_url(),
            _("Hours and evaluation come first") if over else _("Look at it, or cancel it"),
        )


def _applications(user: User) -> Iterator[Holdup]:
    sent = Q(listing__preceptor__user=user) & ~Q(status=Status.DRAFT)
    hers = Q(learner=user) | sent
    for one in Application.objects.filter(hers, status__in=OPEN).with_listing():
        mine = one.learner_id == user.pk
        yield Holdup(
            _("An open application") if mine else _("A request to you"),
            one.listing.title,
            one.get_absolute_url(),
            _("Withdraw it") if mine else _("Answer it"),
        )


def _letters(user: User) -> Iterator[Holdup]:
    asked = Q(placement__preceptor__user=user) & ~Q(status=LetterStatus.DRAFT)
    hers = Q(placement__learner=user) | asked
    for one in LetterRequest.objects.filter(hers, status__in=ASKED).with_placement():
        mine = one.placement.learner_id == user.pk
        yield Holdup(
            _("An open letter request") if mine else _("A letter that you were asked for"),
            one.placement.listing.title,
            one.get_absolute_url(),
            _("Take it back") if mine else _("Answer it"),
        )


def _money(user: User) -> Iterator[Holdup]:
    """What is to be paid back to her; what she earned as a preceptor and was not paid."""
    owed = LedgerEntry.objects.sums().filter(to_refund__gt=0).values("placement")
    for one in Placement.objects.filter(learner=user, pk__in=owed).with_listing():
        yield Holdup(
            _("A refund that you have not been sent"),
            one.listing.title,
            reverse("placements:money", args=[one.code]),
            _("Arrange it with your coordinator"),
        )
    if user.is_preceptor and user.preceptor_profile.earnings.account().owed > 0:
        yield Holdup(
            _("Earnings that were not paid out"),
            user.name,
            reverse("placements:earnings"),
            _("Arrange it with your coordinator"),
        )
