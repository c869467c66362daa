from django.http import HttpResponse
from django.urls import path

from bench.booking.floor import views

urlpatterns = [
    path("healthz", lambda _request: HttpResponse("ok")),
    path("book/<int:row>/", views.book),
]
