"""One include per app; what is public stands in ``tests/test_access.py``."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config import errors, found, health, kept, staying, theme

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("kept/", kept.kept, name="kept"),
    path("stay/", staying.stay, name="stay"),
    path("theme/", theme.choose, name="theme"),
    path("favicon.ico", theme.icon, name="favicon"),
    path("theme.css", theme.style_sheet, name="theme_css"),
    path("robots.txt", found.robots, name="robots"),
    path("sitemap.xml", found.sitemap_index, name="sitemap_index"),
    path("sitemap-<slug:section>.xml", found.sitemap, name="sitemap"),
    path("site.webmanifest", found.manifest, name="manifest"),
    path("accounts/", include("config.doors")),
    path("admin/", admin.site.urls),
    path("privacy/", include("privacy.urls")),
    path("", include("letters.urls")),
    path("", include("threads.urls")),
    path("", include("placements.urls")),
    path("", include("accounts.urls")),
    path("", include("guides.urls")),
    path("", include("rotations.urls")),
]
if settings.SHOW_MAILBOX:
    urlpatterns.insert(0, path("dev/mail/", include("outbox.urls")))

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.not_found
handler500 = errors.server_error
handler429 = errors.too_many  # asked for by allauth
