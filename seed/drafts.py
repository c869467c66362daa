"""Listings that the demo's preceptors are still writing, made through their own editor's actions."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import DocumentType, PreceptorProfile, User
from clocks.calendar import next_monday
from rotations.actions.drafts import save_offer, save_words, start_listing
from rotations.actions.listings import return_listing, submit_listing
from rotations.actions.seats import plan_weeks
from rotations.blocks import WEEK
from rotations.kinds import HandsOn, RotationType
from rotations.models import Listing, Specialty
from rotations.queries import Wish
from seed.reading import structure
from seed.stage import acting_at

WEEKS_AHEAD = 40
CENTS = 100


def build_drafts(preceptors: dict[str, PreceptorProfile], staff: User) -> int:
    """Each left in the state that the content names; how many."""
    rows = structure("demo/drafts.json")
    for row in rows:
        with acting_at(timezone.now() - timedelta(days=row["days_ago"])):
            _build(row, preceptors[row["preceptor"]], staff)
    return len(rows)


def _build(row: dict[str, Any], preceptor: PreceptorProfile, staff: User) -> None:
    by, site = preceptor.user, preceptor.listings.earliest("pk").site
    listing = start_listing(
        preceptor,
        site,
        by=by,
        title=row["title"],
        specialty=Specialty.objects.get(slug=row["specialty"]),
        rotation_type=RotationType(row["rotation_type"]),
        hands_on=HandsOn(row["hands_on_level"]),
    )
    if row["state"] == "begun":
        return
    _write(listing, row, by)
    submit_listing(listing, by=by)
    if row["state"] == "returned":
        return_listing(listing, by=staff, note=row["note"])


def _write(listing: Listing, row: dict[str, Any], by: User) -> None:
    """Every step of the editor."""
    words = ("summary", "description", "activities", "objectives", "languages")
    for name in words:
        setattr(listing, name, row[name])
    save_words(listing, by=by, changed=words)
    listing.families, listing.fee_per_week = row["families"], row["fee_per_week_usd"] * CENTS
    kinds = DocumentType.objects.filter(slug__in=row["documents"])
    asked = {kind.pk: (None, False) for kind in kinds}
    save_offer(listing, by=by, changed=["families", "fee_per_week"], asked=asked)
    first = next_monday(timezone.localdate())
    mondays = [first + n * WEEK for n in range(WEEKS_AHEAD)]
    plan_weeks(listing, dict.fromkeys(mondays, Wish(1)), by=by)
