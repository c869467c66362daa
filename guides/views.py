from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from guides.http import moved
from guides.models import Guide, GuideGroup, Page
from guides.queries import guide_in_full, page_in_full
from guides.structured import article, breadcrumbs, graph


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All guides by group, in the groups' order."""
    order = {group: n for n, group in enumerate(GuideGroup.values)}
    guides = sorted(
        Guide.objects.filter(is_published=True).defer("body"),
        key=lambda guide: (order.get(guide.group, len(order)), guide.order, guide.title),
    )
    groups = [
        (GuideGroup(name).label, list(rows)) for name, rows in groupby(guides, lambda g: g.group)
    ]
    return render(request, "guides/index.html", {"groups": groups})


@require_safe
def guide(request: HttpRequest, slug: str) -> HttpResponse:
    """One guide, with its contents beside it and the next one below."""
    published = Guide.objects.filter(is_published=True)
    found = published.filter(slug=slug).first()
    if found is None:
        return moved(request, published, slug)
    trail = [(_("Guides"), reverse("guides:index")), (found.title, found.get_absolute_url())]
    facts = {
        **guide_in_full(found),
        "trail": trail,
        "structured": graph(article(found), breadcrumbs(trail)),
    }
    return render(request, "guides/guide.html", facts)


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """One of the pages that a portal owes."""
    return render(request, "guides/page.html", page_in_full(get_object_or_404(Page, slug=slug)))
