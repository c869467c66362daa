"""The demo's places: sites, preceptors, listings and thirteen months of weeks."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count
from typing import Any

from allauth.account.models import EmailAddress
from django.utils import timezone
from django.utils.text import slugify

from accounts.actions import start_licence_clock
from accounts.kinds import Validity
from accounts.models import DocumentType, Licence, PreceptorProfile, User
from clocks.calendar import next_monday
from rotations.blocks import WEEK
from rotations.kinds import ListingStatus
from rotations.models import (
    CancellationPolicy,
    FamilyLimit,
    Listing,
    Requirement,
    SeatWeek,
    Site,
    Specialty,
    State,
)
from seed.reading import structure
from seed.stage import monday_of
from seed.vetting import vet

PASSWORD = "wardlight-demo"  # noqa: S105  printed on the screen: it opens invented accounts only
WEEKS_BACK, WEEKS_AHEAD = 52, 57
RHYTHM = {"every": 1, "second": 2, "fourth": 4}
CENTS = 100


def make_user(email: str, name: str, **fields: Any) -> User:
    """An invented person with a verified address; all have the demo's password."""
    user = User(email=email, name=name, is_demo=True, **fields)
    user.password = _password_hash()
    user.save()
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def _password_hash() -> str:
    """One hash for all: scrypt for sixty people would take a minute."""
    if not _HASHES:
        person = User()
        person.set_password(PASSWORD)
        _HASHES.append(person.password)
    return _HASHES[0]


_HASHES: list[str] = []


def build_sites() -> dict[str, Site]:
    states = {state.abbr: state for state in State.objects.all()}
    sites = {}
    for row in structure("demo/sites.json"):
        arrival = row["arrival"]
        sites[row["slug"]] = Site.objects.create(
            **{name: row[name] for name in ("slug", "name", "setting", "street", "city", "zip")},
            time_zone=row["time_zone"],
            phone=row["phone"],
            state=states[row["state"]],
            arrival="\n\n".join(
                arrival[part]
                for part in ("first_day", "dress", "parking", "housing")
                if arrival.get(part)
            ),
        )
    return sites


def build_preceptors(staff: User) -> dict[str, PreceptorProfile]:
    """Most of them verified, on a day so long ago as the content says."""
    now = timezone.now()
    taxonomies = dict(Specialty.objects.filter(nucc_confirmed=True).values_list("slug", "nucc"))
    preceptors = {}
    for row in structure("demo/preceptors.json"):
        user = make_user(row.get("login") or row["email"], row["name"])
        level, ago = row["verification"]["level"], row["verification"].get("days_ago", 30)
        seen = now - timedelta(days=ago)
        checked = level in {"verified", "identity"}
        preceptor = PreceptorProfile.objects.create(
            user=user,
            slug=slugify(row["name"]) or row["key"],
            credential=row["credential"],
            suffix=row["suffix"],
            role=row["role"],
            npi=row["npi"],
            affiliation=row.get("affiliation") or "",
            statement=row["statement"],
            languages=row["languages"],
            teaching_since=now.year - row["teaching_years"],
            max_learners=row.get("max_learners"),
            taxonomy=taxonomies.get(row["specialty"], ""),
            accepting=row.get("accepting", True),
            **_away(row),
            identity_checked_at=seen if checked else None,
            identity_checked_by=staff if checked else None,
            verified_at=seen if level == "verified" else None,
            verified_by=staff if level == "verified" else None,
        )
        _licence(preceptor, row["licence"], staff if level == "verified" else None)
        vet(preceptor, row)
        preceptors[row["key"]] = preceptor
    return preceptors


def _away(row: dict[str, Any]) -> dict[str, date]:
    away, today = row.get("away") or {}, timezone.localdate()
    return {
        f"away_{end}": today + timedelta(days=away[f"{end}_in_days"])
        for end in ("from", "until")
        if away
    }


def _licence(preceptor: PreceptorProfile, row: dict[str, Any], staff: User | None) -> None:
    """Seen with her, or entered anew since: then the earlier date is what staff saw."""
    today, renewed = timezone.localdate(), row.get("renewed_from_in_days")
    seen = staff if renewed is None else None
    licence = Licence.objects.create(
        preceptor=preceptor,
        state=row["state"],
        number=row["number"],
        expires_on=today + timedelta(days=row["expires_in_days"]),
        verified_at=preceptor.verified_at if seen else None,
        verified_by=seen,
        seen_until=None if renewed is None else today + timedelta(days=renewed),
    )
    start_licence_clock(licence)


def build_listings(
    sites: dict[str, Site], preceptors: dict[str, PreceptorProfile]
) -> dict[str, Listing]:
    specialties = {one.slug: one for one in Specialty.objects.all()}
    policies = {one.slug: one for one in CancellationPolicy.objects.all()}
    types = {one.slug: one for one in DocumentType.objects.all()}
    this_monday = monday_of(timezone.localdate())
    told = _told_weeks()
    listings = {}
    for row in structure("demo/listings.json"):
        listing = Listing.objects.create(
            **_own(row),
            specialty=specialties[row["specialty"]],
            site=sites[row["site"]],
            preceptor=preceptors[row["preceptor"]],
            policy=policies[row["policy"]],
            **_rhythm(row),
            **_publication(row),
        )
        listing.co_preceptors.set(preceptors[key] for key in row.get("co_preceptors", []))
        _require(listing, row["requirements"], types)
        FamilyLimit.objects.bulk_create(
            FamilyLimit(listing=listing, family=family, most=most)
            for family, most in row.get("limits", {}).items()
        )
        _open(listing, row["capacity"], this_monday, told.get(row["slug"], frozenset()))
        listings[listing.slug] = listing
    return listings


def _own(row: dict[str, Any]) -> dict[str, Any]:
    """The columns that a listing's row fills by itself."""
    same = ("slug", "title", "rotation_type", "setting", "families", "summary", "description",
            "activities", "objectives", "typical_day", "languages", "letterhead", "usual_weeks",
            "min_weeks", "max_weeks", "step_weeks", "hours_per_week", "apply_lead_days",
            "apply_lead_days_visa", "screening", "needs_school_approval")  # fmt: skip
    minimums = row.get("minimums", {})
    within = minimums.get("graduated_within_years")
    return {
        **{name: row[name] for name in same},
        "hands_on": row["hands_on_level"],
        "letterhead_note": row.get("letterhead_text", ""),
        "not_included": row.get("not_included", ""),
        "fee_per_week": row["fee_per_week_usd"] * CENTS,
        "service_fee": row["service_fee_usd"] * CENTS,
        "needs_step1": bool(minimums.get("step1")),
        "needs_step2": bool(minimums.get("step2")),
        "min_graduation_year": timezone.localdate().year - within if within else None,
    }


def _rhythm(row: dict[str, Any]) -> dict[str, Any]:
    """Counted from the same Monday as the weeks of the stories."""
    every = RHYTHM[row["starts"]]
    anchor = next_monday(timezone.localdate()) + row.get("anchor_weeks", 0) * WEEK
    return {"starts_every": every, "anchor": anchor if every > 1 else None}


def _publication(row: dict[str, Any]) -> dict[str, Any]:
    status = ListingStatus(row["status"])
    was_public = status in {ListingStatus.PUBLISHED, ListingStatus.PAUSED}
    ago = timedelta(days=row.get("published_days_ago") or 30)
    return {"status": status, "published_at": timezone.now() - ago if was_public else None}


def _require(listing: Listing, rows: list[dict[str, Any]], types: dict[str, DocumentType]) -> None:
    Requirement.objects.bulk_create(
        Requirement(
            listing=listing,
            type=types[row["type"]],
            months=row.get("months"),
            note=row.get("note", ""),
            least=row.get("least"),
            site_sees_file=row.get("site_sees_file", False),
        )
        for row in rows
        if types[row["type"]].validity != Validity.PLACEMENT
    )


def _open(
    listing: Listing, capacity: int, this_monday: date, told: frozenset[date] | set[date]
) -> None:
    """A year back, for what has been, and thirteen months ahead.

    The week of Christmas is closed, except where a story runs through it.
    """
    SeatWeek.objects.bulk_create(
        SeatWeek(
            listing=listing,
            monday=monday,
            capacity=0 if _closed(monday) and monday not in told else capacity,
        )
        for monday in _mondays(this_monday)
    )


def _told_weeks() -> dict[str, set[date]]:
    """The weeks that the stories need of each listing, whatever day the demo is loaded."""
    first_monday = next_monday(timezone.localdate())
    weeks: dict[str, set[date]] = {}
    told = structure("demo/cast.json")
    freed = told["freed_seat"]
    asked = [(story, [story["start_week"]]) for story in told["stories"]]
    for row, start_weeks in [*asked, (freed, freed["start_weeks"])]:
        for start_week in start_weeks:
            if start_week is not None:
                start = first_monday + start_week * WEEK
                weeks.setdefault(row["listing"], set()).update(
                    start + n * WEEK for n in range(row["weeks"])
                )
    return weeks


def _mondays(this_monday: date) -> Iterator[date]:
    for n in count(-WEEKS_BACK):
        if n > WEEKS_AHEAD:
            return
        yield this_monday + n * WEEK


def _closed(monday: date) -> bool:
    """The week that holds Christmas Day."""
    return monday <= date(monday.year, 12, 25) < monday + WEEK
