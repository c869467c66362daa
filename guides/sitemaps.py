from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import Max, QuerySet
from django.urls import reverse

from guides.models import Guide, Page

# Far below what the protocol allows, so that one file is quick to make.
ON_ONE_PAGE = 10_000


class PublicPages(Sitemap):
    """Addresses of rows that anybody may read, under the portal's one name."""

    limit = ON_ONE_PAGE

    def get_protocol(self, protocol: str | None = None) -> str:
        return urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: Any = None) -> str:
        return urlsplit(settings.SITE_URL).netloc

    def get_latest_lastmod(self) -> datetime | None:
        """By one statement: Django would read every row."""
        rows = self.items()
        if not isinstance(rows, QuerySet) or not hasattr(self, "lastmod"):
            return None
        latest: datetime | None = rows.order_by().aggregate(at=Max("updated_at"))["at"]
        return latest


class GuidePages(PublicPages):
    def items(self) -> QuerySet[Guide]:
        return Guide.objects.filter(is_published=True).only("slug", "updated_at").order_by("pk")

    def lastmod(self, guide: Guide) -> datetime:
        return guide.updated_at


class OwedPages(PublicPages):
    """Terms, privacy, fees and the like."""

    def items(self) -> QuerySet[Page]:
        return Page.objects.only("slug", "updated_at").order_by("pk")

    def lastmod(self, page: Page) -> datetime:
        return page.updated_at


class NamedPages(PublicPages):
    """Pages that are no row: by the names of their addresses."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def items(self) -> list[str]:
        return list(self.names)

    def location(self, item: str) -> str:
        return reverse(item)
