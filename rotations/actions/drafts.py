"""What a preceptor's office writes about its listings. Status moves in ``listings`` alone."""

from collections.abc import Collection, Mapping
from datetime import date
from itertools import chain, count
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import PreceptorProfile, User
from accounts.permissions import principal
from audit.actions import record
from rotations.actions.listings import lock_listing, return_listing
from rotations.actions.requirements import note_changes, terms_of
from rotations.actions.seats import plan_weeks
from rotations.kinds import HOSPITAL_SETTINGS, Letterhead, ListingStatus
from rotations.models import CancellationPolicy, Listing, Requirement, Site
from rotations.queries import Change, Wish, open_requests

STANDARD = "standard"
# What a document type asks of one listing: months, and whether the office opens the file.
Asked = Mapping[int, tuple[int | None, bool]]


class NotNow(ValidationError):
    """Its status, or what learners have asked for, does not let it change."""


@transaction.atomic
def start_listing(preceptor: PreceptorProfile, site: Site, *, by: User, **facts: Any) -> Listing:
    """A draft with the portal's usual terms; what is missing comes in later steps."""
    policies = CancellationPolicy.objects.all()
    policy = policies.filter(slug=STANDARD).first() or policies.earliest("pk")
    is_hospital = site.setting in HOSPITAL_SETTINGS
    listing = Listing.objects.create(
        preceptor=preceptor,
        site=site,
        setting=site.setting,
        slug=_free_slug(Listing, f"{facts['title']} {site.city}"),
        letterhead=Letterhead.HOSPITAL if is_hospital else Letterhead.PRIVATE_PRACTICE,
        families=[],
        fee_per_week=0,
        policy=policy,
        **facts,
    )
    _remember("listing.started", listing, by=by)
    return listing


def _free_slug(model: Any, words: str) -> str:
    stem = slugify(words)[:70] or "rotation"
    taken = set(model.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    numbered = (f"{stem}-{number}" for number in count(2))
    return next(slug for slug in chain([stem], numbered) if slug not in taken)


@transaction.atomic
def describe_site(site: Site, *, by: User) -> Site:
    """A place that the portal does not know yet."""
    site.slug = _free_slug(Site, f"{site.name} {site.city}")
    site.save()
    record("site.described", site, by=by)
    return site


@transaction.atomic
def save_words(listing: Listing, *, by: User, changed: Collection[str]) -> None:
    """What describes the work changes nothing of the offer, so a published listing shows it at once.

    Refuses with ``NotNow`` while staff look at it, and for good.
    """
    lock_listing(listing)
    if listing.status in {ListingStatus.IN_REVIEW, ListingStatus.ARCHIVED}:
        raise NotNow(_refusal(listing), code="status")
    _save(listing, changed)
    _remember("listing.edited", listing, by=by, fields=sorted(changed))


@transaction.atomic
def save_offer(
    listing: Listing, *, by: User, changed: Collection[str], asked: Asked | None = None
) -> None:
    """What is offered, to whom and for how much. Only a draft takes it.

    A paused listing becomes a draft by it, so staff look at it before learners do. Refuses with
    ``NotNow`` a published one, and one that learners have open requests for.
    """
    lock_listing(listing)
    if listing.status == ListingStatus.PAUSED:
        _refuse_requested(listing)
        return_listing(listing, by=by)
    if listing.status != ListingStatus.DRAFT:
        raise NotNow(_refusal(listing), code="status")
    before = terms_of(listing)
    _save(listing, changed)
    if asked is not None:
        _require(listing, asked)
    _remember("listing.edited", listing, by=by, fields=sorted(changed))
    note_changes(listing, before, by=by)


def _save(listing: Listing, changed: Collection[str]) -> None:
    """Only what was edited: another tab may have changed the rest meanwhile."""
    if changed:
        listing.save(update_fields=[*changed, "updated_at"])


def _refusal(listing: Listing) -> str:
    words = {
        ListingStatus.IN_REVIEW: _(
            "A coordinator looks at this listing now. Take it back to change it."
        ),
        ListingStatus.PUBLISHED: _(
            "Learners see this offer now. Pause the listing before you change what it offers."
        ),
    }
    return words.get(ListingStatus(listing.status), _("This listing is archived."))


def _refuse_requested(listing: Listing) -> None:
    if waiting := open_requests(listing):
        raise NotNow(
            ngettext(
                "%(n)d learner has asked for this rotation as it is. Answer the request first, or "
                "write to your coordinator.",
                "%(n)d learners have asked for this rotation as it is. Answer the requests first, "
                "or write to your coordinator.",
                waiting,
            )
            % {"n": waiting},
            code="requested",
        )


def _require(listing: Listing, asked: Asked) -> None:
    """Ask for these papers; a note that staff wrote stays with its paper."""
    listing.requirements.exclude(type__in=asked).delete()
    for kind, (months, sees) in asked.items():
        Requirement.objects.update_or_create(
            listing=listing, type_id=kind, defaults={"months": months, "site_sees_file": sees}
        )


@transaction.atomic
def set_rhythm(listing: Listing, *, every: int, anchor: date, by: User) -> None:
    """On which Mondays blocks start. Requests that are there keep their dates."""
    lock_listing(listing)
    wanted = (every, anchor if every > 1 else None)
    if wanted == (listing.starts_every, listing.anchor):
        return
    listing.starts_every, listing.anchor = wanted
    _save(listing, ["starts_every", "anchor"])
    _remember("listing.rhythm_set", listing, by=by, every=every, anchor=f"{anchor}")


@transaction.atomic
def open_pattern(
    listing: Listing, wishes: Mapping[date, Wish], *, every: int, anchor: date, by: User
) -> list[Change]:
    """Weeks and rhythm together, or neither. Refuses with ``SeatsTaken``."""
    found = plan_weeks(listing, wishes, by=by)
    set_rhythm(listing, every=every, anchor=anchor, by=by)
    return found


def _remember(verb: str, listing: Listing, *, by: User, **detail: Any) -> None:
    record(verb, listing, by=by, on_behalf_of=principal(by, listing.preceptor), **detail)
