from django.urls import path, re_path

from guides import views

app_name = "guides"
PAGES = "terms|privacy|fees|contact|accessibility|no-dark-patterns"

urlpatterns = [
    path("guides/", views.index, name="index"),
    path("guides/<slug:slug>/", views.guide, name="guide"),
    re_path(rf"^(?P<slug>{PAGES})/$", views.page, name="page"),
]
