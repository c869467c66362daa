"""Questions about conversations that no single row answers."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.kinds import Scan
from accounts.models import User
from accounts.queries import office_of
from accounts.uploads import scanning
from placements.models import Application
from threads.kinds import Line, Side
from threads.models import Attachment, Message, Notice, Quiet, Thread
from threads.models.thread import reads_all

PAGE = 50


def unread_count(user: User) -> int:
    """For the header, in one query: her unread messages; for staff, who waits for them."""
    if reads_all(user):
        return Thread.objects.filter(wants_staff=True).count()
    threads = Thread.objects.visible_to(user).values("pk")
    return Message.objects.unread_by(user).filter(thread__in=threads).count()


def threads_of(user: User) -> QuerySet[Thread]:
    """Hers, newest first; for staff those first in which somebody waits for them."""
    found = Thread.objects.visible_to(user).with_application().with_unread(user)
    return found.order_by("-wants_staff", "-last_at", "-pk") if reads_all(user) else found


@dataclass(frozen=True)
class Talk:
    """A page of a conversation: its latest messages, or those before one of them."""

    lines: list[Message]
    earlier: int | None

    @property
    def last(self) -> int:
        return self.lines[-1].pk if self.lines else 0

    @property
    def newest_text(self) -> Message | None:
        return next((line for line in reversed(self.lines) if line.is_text), None)


def talk(thread: Thread | None, *, before: int | None = None) -> Talk:
    if thread is None:
        return Talk([], None)
    rows = thread.messages.all() if before is None else thread.messages.filter(pk__lt=before)
    found = list(_with_people(rows).order_by("-pk")[: PAGE + 1])
    lines = found[:PAGE][::-1]
    return Talk(lines, lines[0].pk if len(found) > PAGE else None)


def lines_after(thread: Thread, pk: int) -> list[Message]:
    return list(_with_people(thread.messages.filter(pk__gt=pk)))


def _with_people(rows: QuerySet[Message]) -> QuerySet[Message]:
    people = ("author__preceptor_profile", "on_behalf_of__preceptor_profile")
    return rows.select_related(*people).prefetch_related("attachments")


def others_to_tell(message: Message, application: Application) -> list[User | None]:
    """Who hears of it: all who are part of it but its writer; ``None`` is the office of the
    portal, which hears where somebody waits for it.
    """
    people = [application.learner]
    if application.review_started_at:
        people += office_of(application.listing.preceptor)
    quiet = set(Quiet.objects.filter(person__in=people).values_list("person", flat=True))
    quiet.add(message.author_id)
    told = {person.pk: person for person in people if person.pk not in quiet and person.is_active}
    asked = message.thread.wants_staff and message.side != Side.STAFF
    # In one order, so that two messages never wait for each other's notices in a circle.
    return [*(told[pk] for pk in sorted(told)), *([None] if asked else [])]


@dataclass(frozen=True)
class News:
    """What is new in one conversation: who wrote, and how many messages."""

    thread: Thread
    writers: list[str]
    number: int


def news_of(notice: Notice) -> list[News]:
    """What its mail tells now: of threads that she is still part of, what she has not read since."""
    person = notice.person
    rows = notice.messages.filter(kind=Line.TEXT)
    if person is None:
        rows = rows.filter(thread__wants_staff=True)
    elif not person.is_active or Quiet.objects.filter(person=person).exists():
        return []
    else:
        threads = Thread.objects.visible_to(person).values("pk")
        rows = rows.unread_by(person).filter(thread__in=threads)
    return _by_thread(_with_people(rows).order_by("thread", "pk"))


def _by_thread(rows: Iterable[Message]) -> list[News]:
    found: dict[int, list[Message]] = {}
    for row in rows:
        found.setdefault(row.thread_id, []).append(row)
    threads = Thread.objects.with_application().in_bulk(found)
    return [
        News(threads[pk], list(dict.fromkeys(line.by_line for line in lines)), len(lines))
        for pk, lines in found.items()
    ]


def attachments_to_scan() -> QuerySet[Attachment]:
    """What the scanner has not seen; in no order, so that none holds up the others."""
    if not scanning.is_configured():
        return Attachment.objects.none()
    return Attachment.objects.filter(scan__in=[Scan.WAITING, Scan.UNSCANNED]).order_by("-scan", "?")
