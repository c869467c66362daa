from itertools import groupby

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from guides.markdown import contents, fill_in, to_html
from guides.models import Guide, GuideGroup, Page


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
    following = (
        Guide.objects.filter(is_published=True, order__gt=article.order)
        .only("slug", "title", "summary", "order")
        .first()
    )
    facts = {
        "guide": article,
        "html": mark_safe(to_html(article.body)),  # noqa: S308  cleaned by nh3
        "contents": contents(article.body),
        "following": following,
    }
    return render(request, "guides/guide.html", facts)


@require_safe
def page(request: HttpRequest, slug: str) -> HttpResponse:
    """One of the pages that a portal owes."""
    owed = get_object_or_404(Page, slug=slug)
    html = mark_safe(to_html(fill_in(owed.body, settings.PORTAL)))  # noqa: S308  cleaned by nh3
    return render(request, "guides/page.html", {"page": owed, "html": html})
