"""Temporary: LETTERS replaces this file and views/requests.py."""

from django.urls import path

from letters.views import requests

app_name = "letters"
nothing = requests._nothing
urlpatterns = [
    path("verify/", nothing, name="verify"),
    path("verify/<str:code>/", nothing, name="verify_code"),
    path(".well-known/certificate-keys.json", nothing, name="certificate_keys"),
    path("certificates/<str:code>/", nothing, name="certificate"),
    path("letters/", nothing, name="requests"),
    path("letters/<str:code>/", nothing, name="request"),
    path("letters/<str:code>/request.pdf", nothing, name="request_pdf"),
    path("placements/<str:code>/letter/", nothing, name="ask"),
    path("l/<str:token>/", nothing, name="packet"),
]
