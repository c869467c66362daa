"""Saved listings: the buttons of a card, and the page where they are kept."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import Request, back
from accounts.models import User
from rotations.actions.saved import Kept
from rotations.models import Alert, Listing
from rotations.queries import upcoming_blocks, visible_listings
from rotations.views import shelf
from rotations.views.cards import Card, cards
from rotations.visitors import Visitor

PAGE_SIZE = 20
REMOVE = "remove"
SEVERAL = 2


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def save(request: Request, slug: str) -> HttpResponse:
    """A GET asks, for who has no form at hand; a POST saves or removes."""
    listing = _found(request, slug)
    is_saved = slug in shelf.saved_slugs(request)
    if request.method != "POST":
        return _ask(request, listing, is_on=is_saved, button="save_button")
    if request.POST.get("move") == REMOVE:
        shelf.take(request, listing)
        return _removed(request, listing)
    try:
        shelf.put(request, listing)
    except ValidationError as refusal:
        return _said(request, refusal.messages[0], listing, is_on=is_saved, button="save_button")
    said = _("Saved: %(title)s") % {"title": listing.title}
    return _said(request, said, listing, is_on=True, button="save_button")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def compare(request: Request, slug: str) -> HttpResponse:
    """Into the comparison, or out of it; the same way as saving."""
    listing = _found(request, slug)
    is_on = slug in shelf.compared_slugs(request)
    if request.method != "POST":
        return _ask(request, listing, is_on=is_on, button="compare_button")
    if request.POST.get("move") == REMOVE:
        shelf.stop_comparing(request, listing)
        said, is_on = _("Not compared any more: %(title)s"), False
    elif shelf.compare(request, listing):
        said, is_on = _("Added to your comparison: %(title)s"), True
    else:
        said = _("You compare %(n)d rotations already. Remove one first.")
    words = said % {"title": listing.title, "n": shelf.MOST_COMPARED}
    return _said(request, words, listing, is_on=is_on, button="compare_button")


def _found(request: Request, slug: str) -> Listing:
    """What may be seen may be saved; what is saved may be removed when it is hidden."""
    if request.method == "POST" and request.POST.get("move") == REMOVE:
        return get_object_or_404(Listing.objects.select_related("site__state"), slug=slug)
    return get_object_or_404(visible_listings(request.user), slug=slug)


def _ask(request: Request, listing: Listing, *, is_on: bool, button: str) -> HttpResponse:
    """htmx gets a form that sends itself: the tap that asked for it was the wish."""
    facts = {**_button(request, listing, is_on=is_on, button=button), "next": _came_from(request)}
    template = "rotations/button_asks.html" if request.htmx else "rotations/button_page.html"
    return render(request, template, facts)


def _said(
    request: Request, words: str, listing: Listing, *, is_on: bool, button: str
) -> HttpResponse:
    """The button as it is now, and a toast; without JavaScript, the page she came from."""
    if request.htmx:
        facts = {**_button(request, listing, is_on=is_on, button=button), "words": words}
        return render(request, "rotations/button_said.html", facts)
    messages.info(request, words)
    return redirect(_came_from(request) or listing.get_absolute_url())


def _button(request: Request, listing: Listing, *, is_on: bool, button: str) -> dict[str, object]:
    return {
        "listing": listing,
        "is_on": is_on,
        "button": button,
        "template": f"rotations/{button}.html",
        "is_known": isinstance(request.user, User),
        "compared": shelf.compared_slugs(request),
    }


def _removed(request: Request, listing: Listing) -> HttpResponse:
    """On the page of saved listings a row with Undo takes its place."""
    if request.htmx and "row" in request.POST:
        return render(request, "rotations/saved_removed.html", {"listing": listing})
    if request.htmx:
        said = _("Removed: %(title)s") % {"title": listing.title}
        return _said(request, said, listing, is_on=False, button="save_button")
    target = _came_from(request)
    if urlsplit(target).path in {"", reverse("rotations:saved")}:
        return redirect(f"{reverse('rotations:saved')}?{urlencode({'removed': listing.slug})}")
    return redirect(target)


def _came_from(request: Request) -> str:
    """A page of ours that she said, or that her browser says; never these pages themselves."""
    referer = request.headers.get("Referer", "")
    here = url_has_allowed_host_and_scheme(referer, allowed_hosts={request.get_host()})
    parts = urlsplit(referer) if referer and here else None
    target = back(request) or (parts and f"{parts.path}?{parts.query}".rstrip("?")) or ""
    return "" if urlsplit(target).path == request.path else target


@dataclass(frozen=True)
class Saved:
    """A row of the page: its card while it is on offer, and what changed since it was saved."""

    listing: Listing
    card: Card | None
    saved_at: object
    changes: list[str]


@require_safe
@never_cache
def saved(request: Request) -> HttpResponse:
    """What she keeps, the newest first, and the searches she hears of."""
    kept = shelf.saved_by(request)
    page = Paginator(kept, PAGE_SIZE).get_page(request.GET.get("page"))
    user = request.user if isinstance(request.user, User) else None
    alerts = list(Alert.objects.filter(owner=user)) if user else []
    removed = visible_listings(request.user).filter(slug=request.GET.get("removed", "")[:100])
    rows = _rows(request, list(page.object_list))
    context = {
        "rows": rows,
        "page": page,
        "searches": [alert for alert in alerts if alert.is_search],
        "openings": next((alert for alert in alerts if not alert.is_search), None),
        "removed": removed.first() if request.GET.get("removed") else None,
        "is_known": user is not None,
        "may_compare": sum(row.card is not None for row in rows) >= SEVERAL,
    }
    return render(request, "rotations/saved.html", context)


def _rows(request: Request, kept: list[Kept]) -> list[Saved]:
    today = timezone.localdate()
    keys = [one.listing_id for one in kept]
    shown = {
        card.listing.pk: card for card in cards(keys, Visitor.of_request(request), today=today)
    }
    hidden = Listing.objects.select_related("specialty", "site__state").defer("document")
    others = hidden.in_bulk([key for key in keys if key not in shown])
    free = _free_seats([card.listing for card in shown.values()], today)
    return [
        Saved(
            listing=shown[one.listing_id].listing
            if one.listing_id in shown
            else others[one.listing_id],
            card=shown.get(one.listing_id),
            saved_at=one.saved_at,
            changes=_changes(one, shown[one.listing_id], free[one.listing_id])
            if one.listing_id in shown
            else [],
        )
        for one in kept
        if one.listing_id in shown or one.listing_id in others
    ]


def _free_seats(listings: list[Listing], today: date) -> dict[int, dict[str, int]]:
    """How many seats are free now, by the listing and the first day of its blocks."""
    blocks = upcoming_blocks(listings, today=today)
    return {
        key: {f"{one.block.start_on}": one.free for one in found} for key, found in blocks.items()
    }


def _changes(kept: Kept, card: Card, free: dict[str, int]) -> list[str]:
    """“Mon, Mar 1, 2027: 1 seat left, was 3”, and another price."""
    found = []
    for day, was in kept.seats.items():
        now = free.get(day)
        if now is not None and now != was:
            left = ngettext("%(n)d seat left", "%(n)d seats left", now) % {"n": now}
            words = left if now else _("Full")
            found.append(
                _("%(day)s: %(now)s, was %(was)d")
                % {
                    "day": date_format(date.fromisoformat(day), "D, M j, Y"),
                    "now": words,
                    "was": was,
                }
            )
    if kept.total and card.listing.total() != kept.total:
        prices = {"now": card.listing.total() // 100, "was": kept.total // 100}
        found.append(
            _("Total now $%(now)s, was $%(was)s")
            % {name: f"{amount:,}" for name, amount in prices.items()}
        )
    return found
