"""What a card of the catalogue shows, worked out once, so that its template stays flat."""

import re
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from django.core.cache import caches
from django.db.models import prefetch_related_objects
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.http import Request
from rotations.blocks import Block, OpenBlock
from rotations.eligibility import Summary, open_to
from rotations.kinds import HandsOn
from rotations.models import Listing
from rotations.queries import upcoming_blocks
from rotations.queries.compiled import Compiled, of_any
from rotations.search import Row
from rotations.views.shelf import compared_slugs, saved_slugs
from rotations.visitors import Visitor

BLOCKS_ON_A_CARD = 3
MOST_PIPS = 8
TWO = 2
# Seconds; a card that changes gets another name at once.
DRAWN_FOR = 3600


@lru_cache
def pips(free: int, capacity: int) -> SafeString:
    """Filled for open seats; too many to count at a glance are left to the words."""
    if capacity > MOST_PIPS:
        return SafeString("")
    return SafeString("<i></i>" * free + "<s></s>" * (capacity - free))


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


@lru_cache(maxsize=4096)
def _date(one: OpenBlock, language: str | None) -> SafeString:
    """A block as a card shows it: many listings start on the same few Mondays."""
    return SafeString(render_to_string("rotations/card_date.html", {"one": Dates.of(one)}))


def _met(
    visitor: Visitor, listing: Listing, blocks: Iterable[OpenBlock], *, today: date
) -> Summary | None:
    """How she stands for the first block that she could still prepare."""
    earliest = listing.first_start(needs_visa=visitor.needs_visa, today=today)
    return visitor.summary(listing, first_free(blocks, earliest), today=today)


def _standing(
    visitor: Visitor, keys: list[int], *, today: date, weeks: int | None, since: date | None
) -> dict[int, Summary | None]:
    """How she stands for each of these listings; nothing of somebody unknown."""
    if visitor.profile is None:
        return {}
    listings = _listings(keys, visitor)
    blocks = _blocks(listings.values(), today=today, weeks=weeks, since=since)
    return {
        key: _met(visitor, listing, blocks[key], today=today) for key, listing in listings.items()
    }


@dataclass(frozen=True)
class Card:
    """A listing in a list. ``back`` leads from it to the search that found it."""

    listing: Listing
    icon: str
    price: int
    length: str
    place: str
    dates: Sequence[SafeString]
    met: Summary | None
    back: str = ""
    shelf: "Shelf | None" = None

    def __str__(self) -> str:
        """As templates show it: HTML that is safe."""
        return _dress(_face(self), back=self.back, met=self.met, shelf=self.shelf)


# What differs from visitor to visitor stands in a card's HTML as a mark, so that the rest can be kept.
BACK, MET = "\x02back\x03", "\x02met\x03"
ACT = re.compile(r"\x02(save|compare)\|([^|]*)\|([^|]*)\|([^\x03]*)\x03")
LINK = '<a{} href="{}" aria-label="{}: {}">{}</a>'


def _face(card: Card) -> str:
    marks = [
        f"\x02{name}|{card.listing.slug}|{url}|{escape(card.listing.title)}\x03"
        for name, url in (
            ("save", reverse("rotations:save_listing", args=[card.listing.slug])),
            ("compare", reverse("rotations:compare_listing", args=[card.listing.slug])),
        )
    ]
    facts = {"card": card, "back": BACK, "met": MET, "acts": SafeString("".join(marks))}
    return render_to_string("rotations/card_face.html", facts)


@dataclass(frozen=True)
class Shelf:
    """What a visitor has saved and compares, by slug."""

    saved: Set[str] = frozenset()
    compared: Set[str] = frozenset()

    @classmethod
    def of(cls, request: Request) -> "Shelf":
        return cls(saved_slugs(request), frozenset(compared_slugs(request)))

    def link(self, mark: re.Match[str]) -> str:
        """A link that JavaScript turns into a press; without it, a page that asks."""
        name, slug, url, title = mark.groups()
        is_on = slug in (self.saved if name == "save" else self.compared)
        if name == "save":
            word = _("Saved") if is_on else _("Save")
        else:
            word = _("Comparing") if is_on else _("Compare")
        return LINK.format(' class="is-on"' if is_on else "", url, word, title, word)


def _dress(face: str, *, back: str, met: Summary | None, shelf: Shelf | None) -> SafeString:
    standing = ""
    if met is not None:
        standing = render_to_string(
            "rotations/met.html",
            {
                "tone": tone_of(met),
                "icon": "circle-check" if met.is_whole else "circle-alert",
                "words": words_of(met),
            },
        )
    # All are ours or escaped: the marks cannot come from a text, which has no control characters.
    face = face.replace(BACK, escape(back)).replace(MET, standing)
    return SafeString(ACT.sub(shelf.link if shelf else "", face))


def faces(
    request: Request,
    rows: Sequence[Row],
    *,
    today: date,
    weeks: int | None = None,
    since: date | None = None,
    back: str = "",
) -> list[SafeString]:
    """The cards of these rows as HTML, from memory where nothing has changed since they were drawn."""
    language = get_language()
    names = {
        row.pk: f"card.{row.pk}.{row.version}.{today}.{weeks}.{since}.{language}" for row in rows
    }
    known = caches["local"].get_many(names.values())
    missing = [row.pk for row in rows if names[row.pk] not in known]
    if missing:
        drawn = {
            names[card.listing.pk]: _face(card)
            for card in cards(missing, Visitor(), today=today, weeks=weeks, since=since)
        }
        caches["local"].set_many(drawn, DRAWN_FOR)
        known |= drawn
    visitor, shelf = Visitor.of_request(request), Shelf.of(request)
    met = _standing(visitor, [row.pk for row in rows], today=today, weeks=weeks, since=since)
    return [
        _dress(known[names[row.pk]], back=back, met=met.get(row.pk), shelf=shelf)
        for row in rows
        if names[row.pk] in known
    ]


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
    since: date | None = None,
    shelf: Shelf | None = None,
) -> list[Card]:
    """The cards of these listings, in this order, with their next dates, or those from a day on.

    With a ``shelf`` they can be saved and compared.
    """
    keys = list(keys)
    found = _listings(keys, visitor)
    blocks = _blocks(found.values(), today=today, weeks=weeks, since=since)
    return [
        replace(
            _card(found[key], blocks[key], visitor, today=today, weeks=weeks),
            shelf=shelf,
        )
        for key in keys
        if key in found
    ]


# With what a card shows.
LISTINGS = Compiled(
    lambda: Listing.objects.published().filter(of_any("rotations_listing.id", "keys"))
)


def _listings(keys: list[int], visitor: Visitor) -> dict[int, Listing]:
    found = list(LISTINGS(keys=keys))
    if visitor.profile:
        prefetch_related_objects(found, "requirements__type")
    return {listing.pk: listing for listing in found}


def _blocks(
    listings: Iterable[Listing], *, today: date, weeks: int | None, since: date | None
) -> dict[int, list[OpenBlock]]:
    found = upcoming_blocks(listings, today=today, weeks=weeks)
    if since is None:
        return found
    return {
        key: [one for one in blocks if one.block.start_on >= since] for key, blocks in found.items()
    }


def _card(
    listing: Listing,
    blocks: list[OpenBlock],
    visitor: Visitor,
    *,
    today: date,
    weeks: int | None,
) -> Card:
    length = weeks or listing.usual_weeks
    words = ngettext("total, %(n)d week (USD)", "total, %(n)d weeks (USD)", length)
    dates = blocks[:BLOCKS_ON_A_CARD] if listing.preceptor.accepting else []
    return Card(
        listing=listing,
        icon=touch_icon(listing),
        price=listing.total(length),
        length=words % {"n": length},
        place=_("%(place)s · %(setting)s · open to %(families)s")
        % {
            "place": listing.site.place,
            "setting": listing.get_setting_display(),
            "families": open_to(listing.families),
        },
        dates=[_date(one, get_language()) for one in dates],
        met=_met(visitor, listing, blocks, today=today),
    )
