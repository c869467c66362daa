from django.urls import path

from privacy.views import copies, erasure, home

app_name = "privacy"

urlpatterns = [
    path("your-data/", home.your_data, name="home"),
    path("your-data/copy/", copies.ask, name="ask_copy"),
    path("your-data/copy/<str:code>/", copies.download, name="export"),
    path("who-looked/", home.who_looked, name="readings"),
    path("health/", home.health, name="health"),
    path("delete/", erasure.erase, name="erase"),
    path("delete/call-off/", erasure.call_off, name="call_off"),
    path("keep/<str:code>/", erasure.keep, name="keep"),
]
