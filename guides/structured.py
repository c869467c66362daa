"""What a page is about in schema.org's words, which search engines read."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.templatetags.static import static

from guides.models import Guide

Facts = dict[str, Any]
# What a page is called, and where it is.
Crumb = tuple[str, str]


def absolute(path: str) -> str:
    """The one address of a page, whatever host it was asked for by."""
    return path if path.startswith(("https://", "http://")) else f"{settings.SITE_URL}{path}"


def graph(*things: Facts) -> Facts:
    return {"@context": "https://schema.org", "@graph": list(things)}


def organization() -> Facts:
    """Whose portal this is."""
    portal = settings.PORTAL
    return {
        "@type": "Organization",
        "@id": f"{settings.SITE_URL}/#organization",
        "name": portal["name"],
        "url": absolute("/"),
        "logo": absolute(static("icons/icon-512.png")),
        "email": portal["email"],
        "telephone": portal["phone"],
    }


def publisher() -> Facts:
    """The portal in few words, where a page is about something else."""
    return {"@type": "Organization", "name": settings.PORTAL["name"], "url": absolute("/")}


def website(search: str) -> Facts:
    """The portal as a place to search; ``search`` ends where the words go."""
    return {
        "@type": "WebSite",
        "@id": f"{settings.SITE_URL}/#website",
        "name": settings.PORTAL["name"],
        "url": absolute("/"),
        "publisher": {"@id": f"{settings.SITE_URL}/#organization"},
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": f"{absolute(search)}{{search_term_string}}",
            },
            "query-input": "required name=search_term_string",
        },
    }


def breadcrumbs(trail: Sequence[Crumb]) -> Facts:
    return {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": n, "name": name, "item": absolute(path)}
            for n, (name, path) in enumerate(trail, start=1)
        ],
    }


def article(guide: Guide) -> Facts:
    facts: Facts = {
        "@type": "Article",
        "headline": guide.title,
        "description": guide.summary,
        "url": absolute(guide.get_absolute_url()),
        "mainEntityOfPage": absolute(guide.get_absolute_url()),
        "dateModified": guide.updated_at.isoformat(),
        "inLanguage": "en-US",
        "author": publisher(),
        "publisher": publisher(),
    }
    if guide.reviewed_by:
        facts["reviewedBy"] = {"@type": "Person", "name": guide.reviewed_by}
    return facts
