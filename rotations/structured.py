"""A rotation and a preceptor in schema.org's words. Only public ones are ever described."""

from collections.abc import Iterable, Sequence
from typing import Any

from accounts.models import PreceptorProfile
from guides.structured import Facts, absolute, publisher
from rotations.blocks import OpenBlock
from rotations.kinds import HandsOn
from rotations.models import Listing

# So many dates are named: the page has the others, and a page stays small.
INSTANCES = 2


def course(listing: Listing, blocks: Sequence[OpenBlock]) -> list[Facts]:
    """A rotation with its next blocks and its price; its place and preceptor stand beside once."""
    url = absolute(listing.get_absolute_url())
    facts: Facts = {
        "@type": "Course",
        "name": listing.title,
        "description": listing.summary,
        "url": url,
        "provider": publisher(),
        "about": listing.specialty.name,
        "offers": _offer(listing),
        "hasCourseInstance": [_instance(listing, one, url) for one in blocks[:INSTANCES]],
    }
    beside = [] if _is_remote(listing) else [_place(listing)]
    if listing.preceptor.may_host:
        beside.append({"@id": "#preceptor", **_named(listing.preceptor)})
    return [facts, *beside]


def _offer(listing: Listing, *, is_full: bool = False) -> Facts:
    """The full price of the usual length; what a learner pays us in all."""
    cents = listing.usual_total
    return {
        "@type": "Offer",
        "category": "Paid" if cents else "Free",
        "price": f"{cents / 100:.2f}",
        "priceCurrency": "USD",
        "availability": f"https://schema.org/{'SoldOut' if is_full else 'InStock'}",
    }


def _instance(listing: Listing, one: OpenBlock, url: str) -> Facts:
    remote = _is_remote(listing)
    facts: Facts = {
        "@type": ["CourseInstance", "EducationEvent"],
        "name": listing.title,
        "courseMode": "Online" if remote else "Onsite",
        "courseWorkload": f"PT{one.block.weeks * listing.hours_per_week}H",
        "startDate": one.block.start_on.isoformat(),
        "endDate": one.block.end_on.isoformat(),
        "location": {"@type": "VirtualLocation", "url": url} if remote else {"@id": "#site"},
        "remainingAttendeeCapacity": one.free,
        "offers": _offer(listing, is_full=one.is_full),
    }
    if listing.preceptor.may_host:
        facts["instructor"] = {"@id": "#preceptor"}
    return facts


def _is_remote(listing: Listing) -> bool:
    return listing.hands_on == HandsOn.REMOTE


def _place(listing: Listing) -> Facts:
    """The site as anybody may know it: its city, not the door."""
    site = listing.site
    return {
        "@type": "Place",
        "@id": "#site",
        "name": site.name,
        "address": {
            "@type": "PostalAddress",
            "addressLocality": site.city,
            "addressRegion": site.state.abbr,
            "addressCountry": "US",
        },
    }


def _named(preceptor: PreceptorProfile) -> Facts:
    return {
        "@type": "Person",
        "name": preceptor.user.name,
        "url": absolute(preceptor.get_absolute_url()),
    }


def person(
    preceptor: PreceptorProfile, fields: Iterable[str], *, boards: Iterable[str] = ()
) -> Facts:
    """A preceptor as her public page shows her."""
    facts: dict[str, Any] = {
        **_named(preceptor),
        "honorificSuffix": preceptor.suffix or preceptor.credential,
        "jobTitle": preceptor.get_role_display(),
        "hasCredential": [f"{preceptor.get_credential_display()}", *boards],
        "description": preceptor.statement,
        "knowsLanguage": list(preceptor.languages),
        "knowsAbout": list(fields),
        "affiliation": preceptor.affiliation
        and {"@type": "Organization", "name": preceptor.affiliation},
        "image": preceptor.photo_url and absolute(preceptor.photo_url),
    }
    return {name: value for name, value in facts.items() if value}
