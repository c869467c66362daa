from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("dashboard/", views.dashboard, name="dashboard"),
    path("profile/", views.profile, name="profile"),
    path("wallet/", views.wallet, name="wallet"),
    path("wallet/add/", views.document_add, name="document_add"),
    path("wallet/add/<slug:slug>/", views.document_add_type, name="document_add_type"),
    path("wallet/<str:code>/", views.document, name="document"),
    path("wallet/<str:code>/pages/<int:number>/", views.document_page, name="document_page"),
    path("wallet/<str:code>/dates/", views.document_dates, name="document_dates"),
    path("wallet/<str:code>/remove/", views.document_remove, name="document_remove"),
]
