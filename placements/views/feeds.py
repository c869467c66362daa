"""Somebody's own calendar reads from a secret address: made, replaced and switched off here."""

from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import Request, UserRequest
from accounts.models import User
from placements.actions.feeds import renew_feed, stop_feed
from placements.calendar import write_calendar
from placements.links import feed_path, read_feed
from placements.models import CalendarFeed, FeedSide
from placements.views.agenda import entries_of
from placements.views.review import unlisted

# Calendars of several devices, and no guessing.
READS = {"feed": "120/h/ip"}
SECONDS = 300
NAMES = {
    FeedSide.LEARNER: gettext_lazy("My rotations"),
    FeedSide.HOST: gettext_lazy("Learners who come"),
}


def sides_of(user: User) -> list[FeedSide]:
    """Which calendars are hers."""
    sides = [FeedSide.LEARNER] if user.is_learner or not user.practices else []
    return [*sides, FeedSide.HOST] if user.practices else sides


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def calendars(request: UserRequest) -> HttpResponse:
    """Her addresses, each with the way to another one and out."""
    sides = sides_of(request.user)
    if request.method == "POST":
        side = request.POST.get("side", "")
        if side not in sides:
            raise Http404
        return _change(request, FeedSide(side))
    feeds = {feed.side: feed for feed in CalendarFeed.objects.filter(owner=request.user)}
    rows = [(side, feeds.get(side), _address(feeds.get(side))) for side in sides]
    return render(request, "placements/calendars.html", {"rows": rows})


def _address(feed: CalendarFeed | None) -> str:
    return f"{settings.SITE_URL}{feed_path(feed)}" if feed else ""


def _change(request: UserRequest, side: FeedSide) -> HttpResponse:
    if "stop" in request.POST:
        stop_feed(request.user, side)
        messages.success(request, _("Switched off. The address opens nothing any more."))
    else:
        renew_feed(request.user, side)
        messages.success(request, _("Here is the address. An earlier one opens nothing any more."))
    return redirect("placements:calendars")


@require_safe
@unlisted
def feed(request: Request, token: str) -> HttpResponse:
    """The calendar itself, for whoever has the address; kept for some minutes."""
    if not ratelimit.consume(
        request, app="placements", action="feed", config=READS, limit_get=True
    ):
        return render(request, "429.html", status=429)
    found = read_feed(token)
    if found is None or found.side not in sides_of(found.owner):
        raise Http404
    content = cache.get_or_set(f"feed:{found.pk}:{found.code}", lambda: _write(found), SECONDS)
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = f"private, max-age={SECONDS}"
    response["Content-Disposition"] = 'inline; filename="rotations.ics"'
    return response


def _write(found: CalendarFeed) -> bytes:
    side = FeedSide(found.side)
    return write_calendar(*entries_of(found.owner, side), name=str(NAMES[side]))
