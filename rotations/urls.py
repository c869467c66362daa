from django.urls import path

from rotations.feeds import NewInSpecialty, NewInState, NewRotations, as_atom
from rotations.views import (
    alerts,
    catalogue,
    compare,
    editor,
    landing,
    listing,
    listings,
    pairs,
    preceptors,
    saved,
)

app_name = "rotations"

urlpatterns = [
    path("", catalogue.home, name="home"),
    path("rotations/", catalogue.browse, name="catalogue"),
    path("rotations/feed.rss", NewRotations(), name="feed"),
    path("rotations/feed.atom", as_atom(NewRotations), name="feed_atom"),
    path("rotations/<slug:slug>/", listing.listing, name="listing"),
    path("rotations/<slug:slug>/ask/", listing.ask, name="ask"),
    path("pairs/", pairs.show, name="pairs"),
    path("rotations/<slug:slug>/save/", saved.save, name="save_listing"),
    path("rotations/<slug:slug>/compare/", saved.compare, name="compare_listing"),
    path("saved/", saved.saved, name="saved"),
    path("saved/search/", alerts.search, name="save_search"),
    path("compare/", compare.compare, name="compare"),
    path("alerts/<str:key>/", alerts.alert, name="alert"),
    path("specialties/", landing.specialties, name="specialties"),
    path("specialties/<slug:slug>/", landing.specialty, name="specialty"),
    path("specialties/<slug:slug>/feed.rss", NewInSpecialty(), name="specialty_feed"),
    path("specialties/<slug:slug>/feed.atom", as_atom(NewInSpecialty), name="specialty_feed_atom"),
    path("states/", landing.states, name="states"),
    path("states/<slug:slug>/", landing.state, name="state"),
    path("states/<slug:slug>/feed.rss", NewInState(), name="state_feed"),
    path("states/<slug:slug>/feed.atom", as_atom(NewInState), name="state_feed_atom"),
    path("preceptors/<slug:slug>/", preceptors.preceptor, name="preceptor"),
    path("preceptors/<slug:slug>/photo/", preceptors.photo, name="preceptor_photo"),
    path("listings/", listings.my_listings, name="my_listings"),
    path("listings/new/", editor.new, name="new_listing"),
    path("listings/<slug:slug>/", editor.edit, name="edit_listing"),
    path("listings/<slug:slug>/edit/<slug:name>/", editor.step, name="listing_step"),
    path("listings/<slug:slug>/back/", editor.take_back, name="take_back_listing"),
    path("listings/<slug:slug>/discard/", editor.discard, name="discard_listing"),
    path("listings/<slug:slug>/pause/", listings.pause, name="pause_listing"),
    path("listings/<slug:slug>/resume/", listings.resume, name="resume_listing"),
    path("listings/<slug:slug>/submit/", listings.submit, name="submit_listing"),
]
