"""Up to four listings side by side. Which ones stands in the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.http import Request
from rotations.blocks import OpenBlock
from rotations.eligibility import Summary, check_listing, summary
from rotations.models import Listing
from rotations.queries import upcoming_blocks
from rotations.views.cards import Dates, first_free, tone_of, touch_icon, words_of
from rotations.views.shelf import MOST_COMPARED, compared_slugs, saved_by
from rotations.visitors import Visitor

SUGGESTED = 5
CENTS = 100
# The lines of the table, as attributes of a column.
LINES = ("place", "kind", "dates", "length", "total", "per_week", "met_words", "lacking",
         "letterhead", "answers")  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One listing, line by line."""

    listing: Listing
    icon: str
    dates: Dates | None
    length: int
    total: int
    per_week: int
    met: Summary | None
    lacking: Sequence[str]
    without: str

    @property
    def place(self) -> str:
        return f"{self.listing.site.name}, {self.listing.site.place}"

    @property
    def kind(self) -> str:
        return self.listing.kind

    @property
    def letterhead(self) -> str:
        return str(self.listing.get_letterhead_display())

    @property
    def answers(self) -> tuple[str, str]:
        return (self.listing.preceptor.answers, self.listing.preceptor.answered_share)

    @property
    def met_words(self) -> str:
        return words_of(self.met)

    @property
    def met_tone(self) -> str:
        return tone_of(self.met)

    @property
    def met_icon(self) -> str:
        return "circle-check" if self.met and self.met.is_whole else "circle-alert"


@require_safe
@never_cache
def compare(request: Request) -> HttpResponse:
    """Without any in the address, those that were put beside each other last."""
    if "r" not in request.GET and (slugs := compared_slugs(request)):
        return redirect(_address(slugs))
    slugs = list(dict.fromkeys(request.GET.getlist("r")))
    listings = _listings(slugs)
    visitor, today = Visitor.of_request(request), timezone.localdate()
    blocks = upcoming_blocks(listings, today=today)
    shown = [one.slug for one in listings]
    columns = [_column(one, blocks[one.pk], visitor, today, shown) for one in listings]
    context = {
        "columns": columns,
        "differs": _differences(columns),
        "left_out": len(slugs) - len(columns),
        "is_known": any(column.met for column in columns),
        "suggested": _suggested(request, shown) if len(columns) < MOST_COMPARED else [],
        "here": request.get_full_path(),
    }
    return render(request, "rotations/compare.html", context)


def _address(slugs: Sequence[str]) -> str:
    query = urlencode([("r", slug) for slug in slugs])
    return f"{reverse('rotations:compare')}?{query}" if query else reverse("rotations:compare")


def _listings(slugs: list[str]) -> list[Listing]:
    """In the order of the address; what is not on offer, or beyond four, is left out."""
    found = Listing.objects.published().prefetch_related("requirements__type")
    wanted = [slug for slug in slugs if "\x00" not in slug][:MOST_COMPARED]
    by_slug = {one.slug: one for one in found.filter(slug__in=wanted)}
    return [by_slug[slug] for slug in wanted if slug in by_slug]


def _column(
    listing: Listing,
    blocks: list[OpenBlock],
    visitor: Visitor,
    today: date,
    shown: Sequence[str],
) -> Column:
    profile = visitor.profile
    earliest = listing.first_start(needs_visa=visitor.needs_visa, today=today)
    block = first_free(blocks, earliest)
    first = next((one for one in blocks if one.block == block), None)
    checks = (
        check_listing(listing, profile, block, visitor.documents, today=today)
        if visitor.is_known
        else []
    )
    return Column(
        listing=listing,
        icon=touch_icon(listing),
        dates=Dates.of(first) if first else None,
        length=listing.usual_weeks,
        total=listing.total(),
        # Whole dollars: the total says the cents.
        per_week=round(listing.total() / listing.usual_weeks / CENTS) * CENTS,
        met=summary(checks) if visitor.is_known else None,
        lacking=tuple(str(one.title) for one in checks if one.document and one.is_open),
        without=_address([slug for slug in shown if slug != listing.slug]),
    )


def _differences(columns: Sequence[Column]) -> dict[str, bool]:
    """Which lines do not say the same in every column."""
    return {line: len({getattr(one, line) for one in columns}) > 1 for line in LINES}


def _suggested(request: Request, shown: Sequence[str]) -> list[tuple[Listing, str]]:
    """Saved ones that are not in the table, each with the address that adds it."""
    keys = [kept.listing_id for kept in saved_by(request)]
    found = Listing.objects.published().exclude(slug__in=shown).in_bulk(keys)
    others = [found[key] for key in keys if key in found][:SUGGESTED]
    return [(other, _address([*shown, other.slug])) for other in others]
