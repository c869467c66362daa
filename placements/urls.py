from django.urls import path

from placements.views import (
    applications,
    drafts,
    earnings,
    evaluations,
    hours,
    inbox,
    money,
    offers,
    placements,
    review,
    schools,
    waitlist,
)

app_name = "placements"
urlpatterns = [
    # The learner's side.
    path("applications/", applications.my_applications, name="my_applications"),
    path("rotations/<slug:slug>/apply/", applications.apply, name="apply"),
    path("applications/<str:code>/", applications.application, name="application"),
    path("applications/<str:code>/dates/", drafts.dates, name="dates"),
    path("applications/<str:code>/about/", drafts.about, name="about"),
    path("applications/<str:code>/documents/", drafts.documents, name="documents"),
    path("applications/<str:code>/send/", drafts.send, name="send"),
    path("applications/<str:code>/sent/", applications.sent, name="sent"),
    path("applications/<str:code>/withdraw/", applications.withdraw, name="withdraw"),
    path("applications/<str:code>/offer/", offers.offer, name="offer"),
    path("applications/<str:code>/accept/", offers.accept, name="accept"),
    path("applications/<str:code>/decline-offer/", offers.decline, name="decline_offer"),
    path("applications/<str:code>/stay/", waitlist.stay, name="stay"),
    path("w/<str:token>/", waitlist.seat, name="seat"),
    path("applications/<str:code>/school/", schools.ask, name="school"),
    path("placements/<str:code>/", placements.placement, name="placement"),
    path("placements/<str:code>/calendar.ics", placements.calendar, name="calendar"),
    path("placements/<str:code>/hours/", placements.hours, name="hours"),
    path("placements/<str:code>/cancel/", placements.cancel, name="cancel"),
    path("placements/<str:code>/money/", money.money, name="money"),
    path("receipts/<str:code>/", money.receipt, name="receipt"),
    path("receipts/<str:code>/receipt.pdf", money.receipt_pdf, name="receipt_pdf"),
    # The preceptor's side.
    path("earnings/", earnings.earnings, name="earnings"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("learners/", inbox.learners, name="learners"),
    path("requests/<str:code>/", review.review, name="review"),
    path("requests/<str:code>/confirm/", review.confirm, name="confirm"),
    path("requests/<str:code>/undo/", review.undo, name="undo"),
    path("requests/<str:code>/decline/", review.decline, name="decline"),
    path("requests/<str:code>/waitlist/", review.waitlist, name="waitlist"),
    path("requests/<str:code>/reopen/", review.reopen, name="reopen"),
    path("r/<str:token>/", review.link, name="link"),
    # A school's official, without an account.
    path("s/<str:token>/", schools.link, name="school_link"),
    path("placements/<str:code>/sign/", hours.sign, name="sign_hours"),
    path("placements/<str:code>/arrived/", hours.arrived, name="arrived"),
    path("placements/<str:code>/evaluation/", evaluations.evaluation, name="evaluation"),
]
