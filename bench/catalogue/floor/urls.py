from django.http import HttpResponse
from django.urls import path

from bench.catalogue.floor import views

urlpatterns = [
    path("healthz", lambda _request: HttpResponse("ok")),
    path("cards/", views.cards),
    path("detail/<slug:slug>/", views.detail),
]
