"""A person's copy of her data: asked for, made by a worker, deleted after a week."""

from datetime import timedelta
from typing import IO

from django.core.exceptions import ValidationError
from django.core.files import File
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from clocks.actions import schedule
from outbox.actions import nudge
from privacy import emails
from privacy.actions.files import owe_deletion
from privacy.models import Export, FileToDelete
from privacy.models.copy import MOST_TRIES, export_path
from privacy.queries import days_of
from privacy.terms import Term

# No copy takes so long to make; what lies there after it belongs to a worker that died.
LONGEST = timedelta(hours=1)
# Making one takes a while and 300 MB of storage; nobody needs two in an hour.
FRESH = timedelta(hours=1)


class Erased(ValidationError):
    """There is nobody to give a copy to."""


@transaction.atomic
def request_export(owner: User, *, by: User) -> Export:
    """Ask for a copy. One in the making, or made within the hour, is given again."""
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    if owner.erased_at:
        raise Erased(_("This account is deleted."))
    lately = Q(ready_at__gt=timezone.now() - FRESH) & ~Q(file="")
    mine = Export.objects.filter(owner=owner)
    if there := (mine.owed() | mine.filter(lately)).first():
        return there
    export = Export.objects.create(owner=owner, requested_at=timezone.now())
    record("privacy.copy_asked", export, by=by)
    nudge("privacy.tasks.make_export", export.pk)
    return export


def count_try(export_id: int) -> Export | None:
    """Count a try before it begins; ``None`` if there is nothing to do, or it was given up now."""
    owed = Export.objects.owed().filter(pk=export_id)
    for export in owed.filter(tries__gte=MOST_TRIES):
        give_up(export)
    if owed.update(tries=F("tries") + 1):
        return owed.select_related("owner").get()
    return None


@transaction.atomic
def give_up(export: Export) -> None:
    """It failed too often: she is told, and staff see it."""
    if Export.objects.owed().filter(pk=export.pk).update(failed_at=timezone.now()):
        event = record("privacy.copy_failed", export, by=None)
        emails.export_failed(export, occasion=event)


def attach(export: Export, content: IO[bytes]) -> None:
    """Keep the finished copy and tell its owner. Made twice at once, it is kept once.

    The file's name is written down as one to delete before it is stored: a worker that dies
    in between leaves no copy that nobody knows of.
    """
    storage = export.file.storage
    name = export_path(export, "")
    owed = FileToDelete.objects.create(name=name, at=timezone.now() + LONGEST)
    stored = storage.save(name, File(content))
    with transaction.atomic():
        rows = Export.objects.owed().select_for_update(of=("self",)).select_related("owner")
        mine = rows.filter(pk=export.pk).first()
        if mine is None:
            FileToDelete.objects.filter(pk=owed.pk).update(at=timezone.now())
            return
        mine.ready_at = timezone.now()
        mine.expires_at = mine.ready_at + days_of(Term.COPIES)
        mine.file, mine.size = stored, storage.size(stored)
        mine.save(update_fields=["ready_at", "expires_at", "file", "size"])
        owed.delete()
        event = record("privacy.copy_ready", mine, by=None)
        emails.export_ready(mine, occasion=event)
        schedule("privacy.export_expiry", mine.pk, at=mine.expires_at)


@transaction.atomic
def take_export(export: Export, *, by: User, address: str | None) -> None:
    """Remember that it was downloaded."""
    record("privacy.copy_taken", export, by=by, address=address)


@transaction.atomic
def expire_export(export: Export) -> bool:
    """Delete the file of a copy whose week is over; whether it went now."""
    rows = Export.objects.select_for_update(of=("self",))
    export.refresh_from_db(from_queryset=rows)
    if not export.file or export.expires_at is None or export.expires_at > timezone.now():
        return False
    owe_deletion([str(export.file.name)])
    export.file = ""
    export.save(update_fields=["file"])
    return True
