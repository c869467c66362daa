"""What people write to each other: sent once, told later, read, and closed in time."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actions import refuse_hoard
from accounts.kinds import Scan
from accounts.models import User
from accounts.permissions import principal
from accounts.uploads import CleanFile, scanning
from audit.actions import record
from clocks.actions import schedule
from outbox.actions import nudge
from placements.models import Application
from threads.deadlines import tell_at
from threads.kinds import Line, Side
from threads.models import Attachment, Mark, Message, Notice, Thread
from threads.permissions import side_of, takes_messages
from threads.queries import others_to_tell


class ThreadClosed(ValidationError):
    """It ended too long ago."""

    def __init__(self) -> None:
        super().__init__(
            _("This conversation is closed: you can read it, not write."), code="closed"
        )


class NoPartOfIt(ValidationError):
    """She was part of it when the page was drawn, and is no longer."""

    def __init__(self) -> None:
        super().__init__(_("You are no longer part of this conversation."), code="no_part")


@transaction.atomic
def send_message(
    application: Application,
    *,
    by: User,
    text: str,
    key: str,
    files: Iterable[CleanFile] = (),
    asks_staff: bool = False,
) -> Message:
    """Keep it and owe the others word of it. A form that comes twice is one message.

    Locks the writer where she sends files, then the thread. Refuses with ``ThreadClosed``,
    ``NoPartOfIt``, or ``Refused`` past her 100 files or 300 MB.
    """
    side, files = _side(by, application), list(files)
    if files and side != Side.STAFF:
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
    thread = _locked_thread(application)
    if sent := Message.objects.filter(author=by, key=key).first():
        return sent
    if files and side != Side.STAFF:  # what staff send is the portal's own
        refuse_hoard(by, *(file.size for file in files))
    if side == Side.STAFF:
        _join(thread, by)
    message = Message.objects.create(
        thread=thread,
        author=by,
        side=side,
        on_behalf_of=_principal(by, application),
        text=text,
        key=key,
        sent_at=timezone.now(),
    )
    for file in files:
        _attach(message, file)
    alone = side == Side.LEARNER and application.review_started_at is None
    _move_on(thread, message, wants_staff=side != Side.STAFF and (alone or asks_staff))
    record("message.sent", message, by=by, on_behalf_of=message.on_behalf_of, thread=thread.pk)
    _owe_word(message, application)
    return message


def _side(by: User, application: Application) -> Side:
    side = side_of(by, application)
    if side is None:
        raise NoPartOfIt
    if not takes_messages(application):
        raise ThreadClosed
    return side


def _principal(by: User, application: Application) -> User | None:
    """In whose name a delegate does it."""
    is_office = side_of(by, application) == Side.OFFICE
    return principal(by, application.listing.preceptor) if is_office else None


def _locked_thread(application: Application) -> Thread:
    thread, _created = Thread.objects.get_or_create(application=application)
    thread.lock()
    return thread


def _move_on(thread: Thread, message: Message, *, wants_staff: bool) -> None:
    """Who waits for a coordinator waits until one answers, whatever else is written."""
    answered = message.side == Side.STAFF
    thread.wants_staff = not answered and (wants_staff or thread.wants_staff)
    thread.last_at = message.sent_at
    thread.save(update_fields=["wants_staff", "last_at"])


def _join(thread: Thread, by: User) -> None:
    """A line that everybody sees, once for each coordinator."""
    line = Message(
        thread=thread, kind=Line.JOINED, author=by, side=Side.STAFF, sent_at=timezone.now()
    )
    Message.objects.bulk_create([line], ignore_conflicts=True)


def _attach(message: Message, file: CleanFile) -> None:
    """Row and file, both or neither."""
    attachment = Attachment(
        message=message,
        owner=message.author,
        name=file.name,
        content_type=file.content_type,
        size=file.size,
        sha256=file.sha256,
        scan=Scan.WAITING if scanning.is_configured() else Scan.UNSCANNED,
    )
    attachment.file.save("content", ContentFile(file.content), save=False)
    try:
        attachment.save()
    except Exception:
        attachment.file.delete(save=False)
        raise
    if not attachment.is_openable:
        nudge("threads.tasks.scan_attachment", attachment.pk)


def _owe_word(message: Message, application: Application) -> None:
    for person in others_to_tell(message, application):
        _open_notice(person).messages.add(message)


def _open_notice(person: User | None) -> Notice:
    """The one that has not left, locked: its mail waits for us, or we open the next."""
    while True:
        due_at = tell_at(timezone.now(), person.zone if person else ZoneInfo(settings.TIME_ZONE))
        new = Notice(person=person, due_at=due_at)
        Notice.objects.bulk_create([new], ignore_conflicts=True)
        rows = Notice.objects.filter(person=person, told_at=None)
        if notice := rows.select_for_update(no_key=True).first():
            schedule("notice.tell", notice.pk, at=notice.due_at)
            return notice


@transaction.atomic
def open_thread(thread: Thread, *, by: User, read_to: int, address: str | None) -> None:
    """Somebody looks at it. That staff do is remembered, and stands in it from the first time."""
    if side_of(by, thread.application) == Side.STAFF:
        record("thread.read", thread, by=by, address=address)
        _join(thread, by)
    mark_read(thread, by=by, read_to=read_to)


def mark_read(thread: Thread, *, by: User, read_to: int) -> None:
    """As far as the page showed it; an older page in another window takes nothing back."""
    now = timezone.now()
    mark = Mark(thread=thread, person=by, read_to=read_to, read_at=now)
    Mark.objects.bulk_create([mark], ignore_conflicts=True)
    Mark.objects.filter(thread=thread, person=by, read_to__lt=read_to).update(
        read_to=read_to, read_at=now
    )


@transaction.atomic
def keep_scan(attachment: Attachment, *, virus: str) -> None:
    """What the scanner said of its file. Said twice, it is one verdict; with a virus the file goes."""
    attachment.lock()
    if attachment.scan not in {Scan.UNSCANNED, Scan.WAITING}:
        return
    attachment.scan = Scan.INFECTED if virus else Scan.CLEAN
    attachment.virus = virus[:100]
    attachment.save(update_fields=["scan", "virus"])
    if virus:
        record("attachment.infected", attachment, by=None, virus=virus)
        name = attachment.file.name or ""
        transaction.on_commit(lambda: attachment.file.storage.delete(name))


def release_waiting() -> int:
    """The scanner was taken out of the settings: what waited for it is unscanned now."""
    return Attachment.objects.filter(scan=Scan.WAITING).update(scan=Scan.UNSCANNED)


@transaction.atomic
def read_attachment(attachment: Attachment, *, by: User, address: str | None) -> None:
    """Remember that somebody opened it, and for whose office (promise B8)."""
    application = attachment.message.thread.application
    record(
        "attachment.read",
        attachment,
        by=by,
        on_behalf_of=_principal(by, application),
        address=address,
    )
