from django.urls import path

from rotations.views import catalogue, editor, listing, listings, pairs, preceptors

app_name = "rotations"

urlpatterns = [
    path("", catalogue.home, name="home"),
    path("rotations/", catalogue.browse, name="catalogue"),
    path("rotations/<slug:slug>/", listing.listing, name="listing"),
    path("rotations/<slug:slug>/ask/", listing.ask, name="ask"),
    path("pairs/", pairs.show, name="pairs"),
    path("specialties/", catalogue.specialties, name="specialties"),
    path("specialties/<slug:slug>/", catalogue.specialty, name="specialty"),
    path("preceptors/<slug:slug>/", preceptors.preceptor, name="preceptor"),
    path("preceptors/<slug:slug>/photo/", preceptors.photo, name="preceptor_photo"),
    path("listings/", listings.my_listings, name="my_listings"),
    path("listings/new/", editor.new, name="new_listing"),
    path("listings/<slug:slug>/", editor.edit, name="edit_listing"),
    path("listings/<slug:slug>/edit/<slug:name>/", editor.step, name="listing_step"),
    path("listings/<slug:slug>/weeks/", editor.weeks, name="listing_weeks"),
    path("listings/<slug:slug>/back/", editor.take_back, name="take_back_listing"),
    path("listings/<slug:slug>/discard/", editor.discard, name="discard_listing"),
    path("listings/<slug:slug>/pause/", listings.pause, name="pause_listing"),
    path("listings/<slug:slug>/resume/", listings.resume, name="resume_listing"),
    path("listings/<slug:slug>/submit/", listings.submit, name="submit_listing"),
]
