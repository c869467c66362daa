"""The least that a list and a listing's page can cost: rows by an index, and a flat template."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from rotations.models import Entry, Listing

CARDS = 20
DATES = 12


def cards(request: HttpRequest) -> HttpResponse:
    """Twenty rows in the order of an index, with what a card names, in one statement."""
    rows = (
        Entry.objects.filter(is_listed=True)
        .select_related("listing__specialty", "listing__site__state")
        .defer("search", "free", "listing__document", "listing__description")
        .order_by("next_start", "price_per_week", "listing")[:CARDS]
    )
    return render(request, "cards.html", {"rows": rows})


def detail(request: HttpRequest, slug: str) -> HttpResponse:
    """One listing with its joins, its requirements and its next weeks."""
    listing = get_object_or_404(Listing.objects.published().select_related("policy"), slug=slug)
    context = {
        "listing": listing,
        "requirements": listing.requirements.select_related("type"),
        "weeks": listing.weeks.filter(monday__gte=timezone.localdate())[:DATES],
    }
    return render(request, "detail.html", context)
