"""What a listing asks for has changed: the clock tells those who booked before (handbook 3.3)."""

from typing import Any

from accounts.models import User
from accounts.permissions import principal
from audit.actions import record
from clocks.actions import schedule
from rotations.eligibility import SCHOOL_APPROVAL
from rotations.models import Listing, Requirement

# By the slug of a paper: how it is asked for.
Terms = dict[str, dict[str, Any]]


def terms_of(listing: Listing) -> Terms:
    """How each paper is asked for, as it stands in the database."""
    rows = Requirement.objects.filter(listing=listing.pk).select_related("type")
    found = {
        row.type.slug: {
            "months": row.months,
            "least": None if row.least is None else str(row.least),
            "sees": row.site_sees_file,
            "note": row.note,
        }
        for row in rows
    }
    if Listing.objects.filter(pk=listing.pk, needs_school_approval=True).exists():
        found.setdefault(SCHOOL_APPROVAL, {})
    return found


def note_changes(listing: Listing, before: Terms, *, by: User) -> None:
    """Remember what is asked besides, or otherwise, since ``before``, and have those told whom it meets.

    Keys and numbers alone are remembered, no words. What is merely easier says nothing.
    """
    after = terms_of(listing)
    added = sorted(after.keys() - before.keys())
    pairs = {slug: _harder(before[slug], after[slug]) for slug in before.keys() & after.keys()}
    changed = {slug: pairs[slug] for slug in sorted(pairs) if pairs[slug]}
    if before == after or listing.published_at is None:
        return
    event = record(
        "listing.requirements_changed",
        listing,
        by=by,
        on_behalf_of=principal(by, listing.preceptor),
        added=added,
        changed=changed,
        dropped=sorted(before.keys() - after.keys()),
    )
    schedule("listing.requirements_changed", listing.pk, at=event.at, occurrence=str(event.pk))


def _harder(was: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """What is asked otherwise, as was and is; shorter ages, higher numbers, other words."""
    found: dict[str, Any] = {}
    if _is_shorter(was.get("months"), now.get("months")):
        found["months"] = [was.get("months"), now.get("months")]
    if _is_more(was.get("least"), now.get("least")):
        found["least"] = [was.get("least"), now.get("least")]
    if now.get("sees") and not was.get("sees"):
        found["sees"] = True
    if was.get("note", "") != now.get("note", ""):
        found["note"] = True
    return found


def _is_shorter(was: int | None, now: int | None) -> bool:
    """No number is the usual one, which may be either way."""
    return was != now and (was is None or now is None or now < was)


def _is_more(was: str | None, now: str | None) -> bool:
    return was != now and (was is None or now is None or float(now) > float(was))
