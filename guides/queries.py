"""A text as its page shows it; saved or not."""

from typing import Any

from django.utils.safestring import mark_safe

from guides.facts import facts
from guides.markdown import contents, fill_in, to_html
from guides.models import Guide, Page


def guide_in_full(guide: Guide) -> dict[str, Any]:
    """The guide, its contents, and the one to read next."""
    text = fill_in(guide.body, facts())
    following = (
        Guide.objects.filter(is_published=True, order__gt=guide.order)
        .only("slug", "title", "summary", "order")
        .first()
    )
    return {
        "guide": guide,
        "html": mark_safe(to_html(text)),  # noqa: S308  cleaned by nh3
        "contents": contents(text),
        "following": following,
    }


def page_in_full(page: Page) -> dict[str, Any]:
    html = to_html(fill_in(page.body, facts()))
    return {"page": page, "html": mark_safe(html)}  # noqa: S308  cleaned by nh3
