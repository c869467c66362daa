"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts.queries import is_demo_portal

THEMES = ("light", "dark")


def portal(request: HttpRequest) -> dict[str, Any]:
    theme = request.COOKIES.get("theme", "")
    return {
        "portal": settings.PORTAL,
        "site_url": settings.SITE_URL,
        "is_demo": is_demo_portal(),
        "theme": theme if theme in THEMES else "",
    }
