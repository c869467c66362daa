"""The mailbox page: included in development only (``SHOW_MAILBOX``)."""

from django.urls import path

from outbox import views

app_name = "outbox"
urlpatterns = [
    path("", views.mailbox, name="mailbox"),
    path("<int:pk>/", views.message, name="message"),
    path("<int:pk>/html/", views.message_html, name="message_html"),
]
