from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from guides.models import Guide, GuideGroup, Page
from guides.queries import guide_in_full, page_in_full


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
    article = get_object_or_404(Guide, slug=slug, is_published=True)
    return render(request, "guides/guide.html", guide_in_full(article))


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """One of the pages that a portal owes."""
    return render(request, "guides/page.html", page_in_full(get_object_or_404(Page, slug=slug)))
