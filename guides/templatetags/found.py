"""What a page says to search engines and to whoever shares it. Loaded everywhere."""

import json
from typing import Any

from django import template
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from guides.structured import absolute

register = template.Library()

# As in Django's own json_script: no text can end the element that it stands in.
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}
# Longer ones are cut off by those who show them.
DESCRIPTION = 200


@register.inclusion_tag("components/meta.html")
def meta(
    title: str,
    path: str,
    description: str = "",
    kind: str = "website",
    indexed: bool = True,  # noqa: FBT001, FBT002  a template's flag
) -> dict[str, Any]:
    """The page's one address and its card. A page without it is not for search engines."""
    return {
        "title": title,
        "url": absolute(path),
        "description": Truncator(" ".join(description.split())).chars(DESCRIPTION),
        "kind": kind,
        "indexed": indexed,
        "portal": settings.PORTAL,
        "image": absolute(static(settings.PORTAL["image"])),
    }


@register.simple_tag
def json_ld(facts: dict[str, Any]) -> SafeString:
    """Facts as a block of data: a browser runs nothing of it, so no policy has to allow it."""
    text = json.dumps(facts, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))
    return format_html(
        '<script type="application/ld+json">{}</script>',
        mark_safe(text.translate(ESCAPES)),  # noqa: S308  nothing of HTML is left in it
    )
