from django.urls import path

from accounts.views import answers, credentials, documents, immunizations, joining, offices, own

app_name = "accounts"

urlpatterns = [
    path("dashboard/", own.dashboard, name="dashboard"),
    path("dashboard/as/<str:role>/", own.take_role, name="take_role"),
    path("profile/", own.profile, name="profile"),
    path(
        "profile/second-factor/later/",
        own.decline_second_factor,
        name="decline_second_factor",
    ),
    path("profile/sessions/<int:pk>/end/", own.end_session, name="end_session"),
    path("address/<str:key>/stop/", own.stop_address_change, name="stop_address_change"),
    path("profile/credentials/", credentials.credentials, name="credentials"),
    path("profile/licenses/add/", credentials.licence_add, name="licence_add"),
    path("profile/licenses/<str:state>/", credentials.licence, name="licence"),
    path("profile/licenses/<str:state>/remove/", credentials.licence_remove, name="licence_remove"),
    path("profile/boards/add/", credentials.board_add, name="board_add"),
    path("profile/boards/<int:pk>/", credentials.board, name="board"),
    path("profile/boards/<int:pk>/remove/", credentials.board_remove, name="board_remove"),
    path("profile/photo/", credentials.photo, name="photo"),
    path("profile/photo/remove/", credentials.photo_remove, name="photo_remove"),
    path("eligibility/", answers.questions, name="questions"),
    path("eligibility/clear/", answers.clear, name="clear_answers"),
    path("wallet/", documents.wallet, name="wallet"),
    path("wallet/immunizations/", immunizations.immunizations, name="immunizations"),
    path(
        "wallet/immunizations/<str:code>/remove/",
        immunizations.immunization_remove,
        name="immunization_remove",
    ),
    path("wallet/add/", documents.document_add, name="document_add"),
    path("wallet/add/several/", documents.documents_add, name="documents_add"),
    path("wallet/added/", documents.documents_check, name="documents_check"),
    path("wallet/add/<slug:slug>/", documents.document_add_type, name="document_add_type"),
    path("wallet/<str:code>/", documents.document, name="document"),
    path("wallet/<str:code>/pages/<int:number>/", documents.document_page, name="document_page"),
    path("wallet/<str:code>/dates/", documents.document_dates, name="document_dates"),
    path("wallet/<str:code>/remove/", documents.document_remove, name="document_remove"),
    path("offer-a-rotation/", joining.offer, name="offer"),
    path("offer-a-rotation/sent/", joining.offered, name="offered"),
    path("joined/", joining.joined, name="joined"),
    path("invitations/<str:code>/", joining.invitation, name="invitation"),
    path("office/", offices.delegates, name="delegates"),
    path("office/mail/", offices.office_mail, name="office_mail"),
    path("office/delegates/<str:code>/end/", offices.delegation_end, name="delegation_end"),
    path("office/invitations/<str:code>/again/", offices.invitation_again, name="invitation_again"),
    path(
        "office/invitations/<str:code>/revoke/", offices.invitation_revoke, name="invitation_revoke"
    ),
]
