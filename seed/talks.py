"""The demo's conversations and reports: written, told, read and answered, each on its day."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.codes import new_code
from accounts.models import User
from accounts.uploads import CleanFile
from clocks.models import Due
from placements.models import Application
from seed.reading import structure
from seed.stage import acting_at, moment, sample_pdf
from threads.actions.messages import mark_read, send_message
from threads.actions.notices import tell
from threads.actions.reports import close_report, file_report, note_report, take_report
from threads.models import Notice

Row = dict[str, Any]


def play_talks(staff: User, delegates: dict[int, User]) -> None:
    """In the order of time over all conversations, so that mails fold as they would have."""
    talks = [(row, _application(row)) for row in structure("demo/talks.json")["conversations"]]
    said = [
        (_moment(line), application, line) for row, application in talks for line in row["lines"]
    ]
    for at, application, line in sorted(said, key=lambda one: one[0]):
        _tell_until(at)
        with acting_at(at):
            _say(application, line, _people(application, staff, delegates)[line["by"]])
    _tell_until(timezone.now())
    for row, application in talks:
        _read(row, application, _people(application, staff, delegates))


def _application(row: Row) -> Application:
    found = Application.objects.filter(listing__slug=row["listing"])
    profile = next(one for one in structure("demo/learners.json") if one["key"] == row["learner"])
    return found.select_related("listing__preceptor__user", "learner", "placement").get(
        learner__email=profile["email"]
    )


def _moment(line: Row) -> datetime:
    """On its day and hour; what would lie ahead of now was a moment ago."""
    hour, minute = line["at"].split(":")
    day = timezone.localdate() - timedelta(days=line["days_ago"])
    return min(moment(day, int(hour), int(minute)), timezone.now() - timedelta(minutes=30))


def _people(application: Application, staff: User, delegates: dict[int, User]) -> dict[str, User]:
    preceptor = application.listing.preceptor
    return {
        "learner": application.learner,
        "host": preceptor.user,
        "delegate": delegates.get(preceptor.pk, preceptor.user),
        "staff": staff,
    }


def _say(application: Application, line: Row, by: User) -> None:
    message = send_message(
        application,
        by=by,
        text=line["text"],
        key=new_code(),
        files=list(_files(line)),
        asks_staff=line.get("asks_staff", False),
    )
    mark_read(message.thread, by=by, read_to=message.pk)


def _files(line: Row) -> Iterator[CleanFile]:
    if name := line.get("file"):
        content = sample_pdf(name, ["Invented for the demo."])
        yield CleanFile(content, "application/pdf", name, 1)


def _tell_until(now: datetime) -> None:
    """The mails that had left by then."""
    for notice in Notice.objects.filter(told_at=None, due_at__lte=now).order_by("due_at"):
        due = Due.objects.get(kind="notice.tell", subject_id=notice.pk)
        with acting_at(notice.due_at):
            tell(notice, due=due.pk)
        Due.objects.filter(pk=due.pk).update(done_at=notice.due_at, outcome="told")


def _read(row: Row, application: Application, people: dict[str, User]) -> None:
    last = application.thread.messages.latest("pk")
    writers = {line["by"] for line in row["lines"]}
    for role in (writers | {"learner", "host"}) - set(row["unread_by"]):
        mark_read(application.thread, by=people[role], read_to=last.pk)


def play_reports(learners: dict[str, User], staff: User) -> None:
    today = timezone.localdate()
    for row in structure("demo/talks.json")["reports"]:
        application = _application(row) if row["listing"] else None
        by = learners[row["learner"]]
        with acting_at(moment(today - timedelta(days=row["days_ago"]), 20)):
            report = file_report(
                by=by,
                concern=row["concern"],
                text=row["text"],
                no_mail=row["no_mail"],
                application=application,
                address="203.0.113.61",
            )
        _answer(report, row, staff)


def _answer(report: Any, row: Row, staff: User) -> None:
    today = timezone.localdate()
    if "taken_days_ago" in row:
        with acting_at(moment(today - timedelta(days=row["taken_days_ago"]), 9)):
            take_report(report, by=staff)
            for note in row["notes"]:
                note_report(report, by=staff, text=note)
    if "closed_days_ago" in row:
        with acting_at(moment(today - timedelta(days=row["closed_days_ago"]), 15)):
            close_report(report, by=staff, text=row["result"])
