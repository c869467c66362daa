from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("dashboard/", views.dashboard, name="dashboard"),
    path("dashboard/as/<str:role>/", views.take_role, name="take_role"),
    path("profile/", views.profile, name="profile"),
    path(
        "profile/second-factor/later/",
        views.decline_second_factor,
        name="decline_second_factor",
    ),
    path("profile/sessions/<int:pk>/end/", views.end_session, name="end_session"),
    path("address/<str:key>/stop/", views.stop_address_change, name="stop_address_change"),
    path("wallet/", views.wallet, name="wallet"),
    path("wallet/add/", views.document_add, name="document_add"),
    path("wallet/add/<slug:slug>/", views.document_add_type, name="document_add_type"),
    path("wallet/<str:code>/", views.document, name="document"),
    path("wallet/<str:code>/pages/<int:number>/", views.document_page, name="document_page"),
    path("wallet/<str:code>/dates/", views.document_dates, name="document_dates"),
    path("wallet/<str:code>/remove/", views.document_remove, name="document_remove"),
]
