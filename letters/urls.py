from django.urls import path

from letters.views import documents, packets, planner, requests, verify

app_name = "letters"

urlpatterns = [
    path("verify/", verify.verify, name="verify"),
    path("verify/<str:code>/", verify.verify_code, name="verify_code"),
    path("verify/<str:code>/file/", verify.compare, name="compare"),
    path("VERIFY/<str:code>", verify.verify_capitals),
    path("VERIFY/<str:code>/", verify.verify_capitals, name="verify_capitals"),
    path(".well-known/certificate-keys.json", verify.keys, name="certificate_keys"),
    path("certificates/<str:code>/", documents.certificate, name="certificate"),
    path("planner/", planner.planner, name="planner"),
    path("letters/", requests.letters, name="requests"),
    path("letters/<str:code>/", requests.request_page, name="request"),
    path("letters/<str:code>/request.pdf", requests.request_pdf, name="request_pdf"),
    path("placements/<str:code>/letter/", requests.ask, name="ask"),
    path("l/<str:token>/", packets.packet, name="packet"),
    path("l/<str:token>/request.pdf", packets.packet_pdf, name="packet_pdf"),
]
