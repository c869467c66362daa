from django.urls import path

from threads.views import reports, threads

app_name = "threads"
urlpatterns = [
    path("messages/", threads.threads, name="threads"),
    path("messages/mails/", threads.mails, name="mails"),
    path("messages/mails/<str:token>/", threads.quiet_link, name="quiet_link"),
    path("messages/files/<str:code>/", threads.attachment, name="attachment"),
    path("applications/<str:code>/messages/", threads.thread, name="thread"),
    path("placements/<str:code>/messages/", threads.of_placement, name="of_placement"),
    path("report/", reports.report, name="report"),
    path("report/<str:code>/", reports.own_report, name="own_report"),
]
