from django.urls import path

from rotations.views import catalogue, listing, listings, preceptors

app_name = "rotations"

urlpatterns = [
    path("", catalogue.home, name="home"),
    path("rotations/", catalogue.browse, name="catalogue"),
    path("rotations/<slug:slug>/", listing.listing, name="listing"),
    path("rotations/<slug:slug>/ask/", listing.ask, name="ask"),
    path("specialties/", catalogue.specialties, name="specialties"),
    path("specialties/<slug:slug>/", catalogue.specialty, name="specialty"),
    path("preceptors/<slug:slug>/", preceptors.preceptor, name="preceptor"),
    path("preceptors/<slug:slug>/photo/", preceptors.photo, name="preceptor_photo"),
    path("listings/", listings.my_listings, name="my_listings"),
    path("listings/<slug:slug>/pause/", listings.pause, name="pause_listing"),
    path("listings/<slug:slug>/resume/", listings.resume, name="resume_listing"),
    path("listings/<slug:slug>/submit/", listings.submit, name="submit_listing"),
]
