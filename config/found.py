"""What machines that look for pages ask for: the map of the site, and where not to go."""

from django.conf import settings
from django.contrib.sitemaps import views
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

from guides.sitemaps import GuidePages, NamedPages, OwedPages, PublicPages
from guides.structured import absolute
from rotations.sitemaps import ListingPages, PreceptorPages, SpecialtyPages, StatePages

HOUR = 3600
DAY = 24 * HOUR
SITEMAPS: dict[str, PublicPages] = {
    "pages": NamedPages(
        "rotations:home",
        "rotations:catalogue",
        "rotations:specialties",
        "rotations:states",
        "guides:index",
    ),
    "owed": OwedPages(),
    "guides": GuidePages(),
    "specialties": SpecialtyPages(),
    "states": StatePages(),
    "preceptors": PreceptorPages(),
    "listings": ListingPages(),
}
# What needs a sign-in, a key or a mail. Pages that are only not to be listed say so themselves.
PRIVATE = (
    "/accounts/",
    "/address/",
    "/admin/",
    "/applications/",
    "/calendar/",
    "/certificates/",
    "/dashboard/",
    "/earnings/",
    "/inbox/",
    "/invitations/",
    "/joined/",
    "/kept/",
    "/l/",
    "/learners/",
    "/letters/",
    "/listings/",
    "/messages/",
    "/office/",
    "/placements/",
    "/privacy/delete/",
    "/privacy/health/",
    "/privacy/keep/",
    "/privacy/who-looked/",
    "/privacy/your-data/",
    "/profile/",
    "/r/",
    "/report/",
    "/requests/",
    "/rotations/*/apply/",
    "/rotations/*/compare/",
    "/rotations/*/save/",
    "/saved/search/",
    "/w/",
    "/rotations/*/ask/",
    "/s/",
    "/stay/",
    "/theme/",
    "/wallet/",
)


@require_safe
@cache_control(public=True, max_age=HOUR)
@conditional_page
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """One entry for each ten thousand addresses. Django's own would name the host asked for."""
    items = [
        {
            "location": f"{absolute(reverse('sitemap', args=[section]))}{_page(number)}",
            "last_mod": pages.get_latest_lastmod(),
        }
        for section, pages in SITEMAPS.items()
        for number in pages.paginator.page_range
    ]
    return render(request, "sitemap_index.xml", {"sitemaps": items}, "application/xml")


def _page(number: int) -> str:
    return f"?p={number}" if number > 1 else ""


@require_safe
@cache_control(public=True, max_age=HOUR)
@conditional_page
def sitemap(request: HttpRequest, section: str) -> HttpResponse:
    # Rendered now: Django would only later, and a copy that is still good was never noticed.
    answer = views.sitemap(request, {**SITEMAPS}, section).render()
    return HttpResponse(answer.content, content_type="application/xml")


@require_safe
@cache_control(public=True, max_age=DAY)
@conditional_page
def robots(_request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE)]
    lines += ["", f"Sitemap: {absolute(reverse('sitemap_index'))}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
@cache_control(public=True, max_age=DAY)
@conditional_page
def manifest(_request: HttpRequest) -> JsonResponse:
    """What a phone shows when the portal is kept on its first screen."""
    sizes = {"icon-192.png": "192x192", "icon-512.png": "512x512"}
    icons = [
        {"src": static(f"icons/{name}"), "sizes": size, "type": "image/png"}
        for name, size in sizes.items()
    ]
    maskable = {**icons[-1], "src": static("icons/icon-maskable.png"), "purpose": "maskable"}
    facts = {
        "name": settings.PORTAL["name"],
        "short_name": settings.PORTAL["name"],
        "description": _("US clinical rotations with dates, seats and full prices."),
        "start_url": reverse("rotations:home"),
        "display": "minimal-ui",
        "background_color": "#faf7f1",
        "theme_color": settings.PORTAL["brand"] or "#0b3d4c",
        "icons": [*icons, maskable],
    }
    return JsonResponse(facts, content_type="application/manifest+json")
