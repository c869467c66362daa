"""Which mail tells whom of messages and reports. None of them says what was written."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from audit.models import Event
from outbox.actions import enqueue
from threads.kinds import Concern
from threads.links import quiet_url
from threads.models import Report
from threads.queries import News

OFFICE = "office"


def _absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def message_new(person: User | None, news: list[News], *, due: int) -> None:
    """Who wrote, in which conversations, and a link to each; to the portal's address for staff."""
    stop = quiet_url(person) if person else ""
    rows = [
        {
            "news": one,
            "listing": one.thread.application.listing,
            "learner": one.thread.application.learner,
            "url": _absolute(one.thread.get_absolute_url()),
        }
        for one in news
    ]
    enqueue(
        "threads/message_new",
        to=person or settings.PORTAL["email"],
        key=f"due:{due}",
        context={
            "rows": rows,
            "number": sum(one.number for one in news),
            "all_url": _absolute(reverse("threads:threads")),
            "stop_url": stop,
        },
        # Whoever has the link can end her mails.
        secret=bool(stop),
        unsubscribe=stop,
    )


def report_filed(report: Report, *, occasion: Event) -> None:
    """Staff share one mailbox; what is about one of them goes to the administrators, each at her
    own address, and its reporter is not written to: staff can see that a mail went.
    """
    admin = reverse("admin:threads_report_change", args=[report.pk])
    context = {"report": report, "admin_url": _absolute(admin)}
    key = f"event:{occasion.pk}"
    if report.concern == Concern.STAFF:
        for person in User.objects.filter(is_superuser=True, is_active=True).order_by("pk"):
            enqueue("threads/report_for_admin", to=person, key=key, context=context, secret=True)
        return
    enqueue("threads/report_filed", to=settings.PORTAL["email"], key=key, context=context)
    _to_reporter("report_received", report, key)


def report_taken(report: Report, *, occasion: Event) -> None:
    _to_reporter("report_taken", report, f"event:{occasion.pk}")


def report_closed(report: Report, *, occasion: Event) -> None:
    _to_reporter("report_closed", report, f"event:{occasion.pk}")


def _to_reporter(name: str, report: Report, key: str) -> None:
    """Not where she asked for none, or where those who see what mails go should not know of it."""
    if report.no_mail or report.concern == Concern.STAFF:
        return
    context: dict[str, Any] = {"report": report, "url": _absolute(report.get_absolute_url())}
    enqueue(f"threads/{name}", to=report.reporter, key=key, context=context, secret=True)
