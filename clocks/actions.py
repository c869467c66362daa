"""Starting clocks, and doing what is due exactly once."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from clocks.models import Due

# What to do by its kind, when, and the occurrence that tells it from others of that kind.
Moment = tuple[str, datetime, str]


def schedule(kind: str, subject_id: int, *, at: datetime, occurrence: str = "") -> None:
    """Have the clock do it at that moment. Scheduled twice, it is done once."""
    schedule_all(subject_id, [(kind, at, occurrence)])


def schedule_all(subject_id: int, moments: Iterable[Moment]) -> None:
    """The same for all that is to be done to one subject, in one statement."""
    Due.objects.bulk_create(
        (
            Due(kind=kind, subject_id=subject_id, at=at, occurrence=occurrence)
            for kind, at, occurrence in moments
        ),
        ignore_conflicts=True,
    )


def attend(due_id: int, act: Callable[[Due], str | None]) -> None:
    """Do one due thing and mark it done, both or neither.

    A second worker skips the locked row; a worker that dies leaves it due. The
    try is counted first, so that one which always fails falls behind the others.
    """
    Due.objects.filter(pk=due_id, done_at=None).update(tries=F("tries") + 1)
    with transaction.atomic():
        due = Due.objects.due().select_for_update(skip_locked=True).filter(pk=due_id).first()
        if due is None:
            return
        outcome = act(due) or ""
        due.outcome = outcome[:200]
        due.done_at = timezone.now()
        due.save(update_fields=["outcome", "done_at"])


def pause_all(length: timedelta) -> int:
    """After an outage: every open deadline moves by its length (handbook 4.4.7)."""
    return Due.objects.filter(done_at=None).update(at=F("at") + length)
