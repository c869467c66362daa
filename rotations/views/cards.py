"""What a card of the catalogue shows, worked out once, so that its template stays flat."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.contrib.auth.models import AnonymousUser
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Document, LearnerProfile, User
from rotations.blocks import Block, OpenBlock
from rotations.eligibility import Summary, check_listing, open_to, summary
from rotations.kinds import HandsOn
from rotations.models import Listing
from rotations.queries import upcoming_blocks

BLOCKS_ON_A_CARD = 3
MOST_PIPS = 8
TWO = 2


@lru_cache
def pips(free: int, capacity: int) -> SafeString:
    """Filled for open seats; too many to count at a glance are left to the words."""
    if capacity > MOST_PIPS:
        return SafeString("")
    return format_html_join(
        "", '<span class="pip{}"></span>', [(" open" if n < free else "",) for n in range(capacity)]
    )


@dataclass(frozen=True)
class Dates:
    """A block with its seats, in the words and the tone of a card."""

    start_on: date
    end_on: date
    is_full: bool
    tone: str
    pips: SafeString
    words: str
    total: str

    @classmethod
    def of(cls, one: OpenBlock) -> "Dates":
        if one.is_full:
            tone, words = "", _("Full")
            total = ngettext("(%(n)d seat)", "(%(n)d seats)", one.capacity)
        else:
            tone = "ok" if one.free >= TWO else "warn"
            words = ngettext("%(n)d seat left", "%(n)d seats left", one.free) % {"n": one.free}
            total = _("of %(n)d")
        return cls(
            one.block.start_on,
            one.block.end_on,
            one.is_full,
            tone,
            SafeString("") if one.is_full else pips(one.free, one.capacity),
            words,
            total % {"n": one.capacity},
        )


@dataclass(frozen=True)
class Visitor:
    """Who looks, as far as rules know her: a profile and a wallet, or nothing."""

    profile: LearnerProfile | None = None
    documents: Sequence[Document] = ()

    @classmethod
    def of(cls, user: User | AnonymousUser) -> "Visitor":
        profile = getattr(user, "learner_profile", None)
        if profile is None:
            return cls()
        return cls(profile, list(profile.user.documents.current().select_related("type")))

    def summary(self, listing: Listing, block: Block | None, *, today: date) -> Summary | None:
        if self.profile is None or not self.profile.family:
            return None
        return summary(check_listing(listing, self.profile, block, self.documents, today=today))


@dataclass(frozen=True)
class Card:
    listing: Listing
    url: str
    icon: str
    price: int
    length: str
    place: str
    dates: Sequence[Dates]
    met: Summary | None

    @property
    def met_tone(self) -> str:
        return tone_of(self.met)

    @property
    def met_icon(self) -> str:
        return "circle-check" if self.met and self.met.is_whole else "circle-alert"

    @property
    def met_words(self) -> str:
        return words_of(self.met)


def tone_of(met: Summary | None) -> str:
    if met is None:
        return ""
    return "ok" if met.is_whole else "bad" if met.stops else "warn"


def words_of(met: Summary | None) -> str:
    """“You meet 5 of 7”."""
    if met is None:
        return ""
    if met.is_whole:
        return _("You meet all %(total)d") % {"total": met.total}
    return _("You meet %(met)d of %(total)d") % {"met": met.met, "total": met.total}


def first_free(blocks: Iterable[OpenBlock], earliest: date) -> Block | None:
    """The first that is not full and can still be prepared."""
    return next(
        (one.block for one in blocks if not one.is_full and one.block.start_on >= earliest), None
    )


def touch_icon(listing: Listing) -> str:
    if listing.is_hands_on:
        return "hand"
    return "monitor" if listing.hands_on == HandsOn.REMOTE else "eye"


def cards(
    keys: Iterable[int],
    visitor: Visitor,
    *,
    today: date,
    weeks: int | None = None,
    back: str = "",
) -> list[Card]:
    """The cards of these listings, in this order; ``back`` leads from there to the search."""
    listings = Listing.objects.published()
    if visitor.profile:
        listings = listings.prefetch_related("requirements__type")
    found = listings.in_bulk(list(keys))
    blocks = upcoming_blocks(found.values(), today=today, weeks=weeks)
    return [
        _card(found[key], blocks[key], visitor, today=today, weeks=weeks, back=back)
        for key in keys
        if key in found
    ]


def _card(
    listing: Listing,
    blocks: list[OpenBlock],
    visitor: Visitor,
    *,
    today: date,
    weeks: int | None,
    back: str,
) -> Card:
    needs_visa = bool(visitor.profile and visitor.profile.needs_visa)
    earliest = listing.first_start(needs_visa=needs_visa, today=today)
    first = first_free(blocks, earliest)
    length = weeks or listing.usual_weeks
    words = ngettext("total, %(n)d week (USD)", "total, %(n)d weeks (USD)", length)
    return Card(
        listing=listing,
        url=f"{listing.get_absolute_url()}{back}",
        icon=touch_icon(listing),
        price=listing.total(length),
        length=words % {"n": length},
        place=_("%(place)s · %(setting)s · open to %(families)s")
        % {
            "place": listing.site.place,
            "setting": listing.get_setting_display(),
            "families": open_to(listing.families),
        },
        dates=[Dates.of(one) for one in blocks[:BLOCKS_ON_A_CARD]],
        met=visitor.summary(listing, first, today=today),
    )
