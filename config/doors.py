"""The library's pages of accounts; those for other providers only where one is configured."""

from allauth.urls import build_provider_urlpatterns
from django.conf import settings
from django.urls import include, path

from config.devices import devices

urlpatterns = [
    path("", include("allauth.account.urls")),
    path("2fa/", include("allauth.mfa.urls")),
    path("sessions/", devices, name="usersessions_list"),
]
if settings.SOCIALACCOUNT_PROVIDERS:
    urlpatterns += [
        path("3rdparty/", include("allauth.socialaccount.urls")),
        *build_provider_urlpatterns(),
    ]
