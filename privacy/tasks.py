"""What workers do: make copies, delete files, forget people on their day, and clear each night."""

import tempfile
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from celery import shared_task
from django.conf import settings
from django.utils import timezone, translation

from clocks.actions import schedule
from clocks.models import Due
from clocks.tasks import timer
from privacy import archive
from privacy.actions.erasures import carry_out
from privacy.actions.exports import attach, count_try, expire_export
from privacy.actions.files import delete_file as delete
from privacy.actions.retention import delete_what_is_due
from privacy.models import Erasure, Export, FileToDelete
from privacy.queries import files_of, lists_of, readme

BATCH = 200
NOT_NOW = "no longer so"
# Small copies stay in memory; 300 MB of papers do not.
IN_MEMORY = 10_000_000
AT_NIGHT = timedelta(hours=3, minutes=17)


@shared_task(ignore_result=True, soft_time_limit=150, time_limit=170)
def make_export(export_id: int) -> None:
    """Make one copy. Run twice, or twice at once, one is kept."""
    export = count_try(export_id)
    if export is None:
        return
    owner = export.owner
    with (
        tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as target,
        translation.override(owner.language or settings.LANGUAGE_CODE),
    ):
        archive.write(target, lists_of(owner), files_of(owner), readme(owner))
        target.seek(0)
        attach(export, target)


@shared_task(ignore_result=True)
def make_exports() -> None:
    """Start every copy that is owed; beat runs this each minute."""
    for pk in Export.objects.owed().order_by("tries", "pk").values_list("pk", flat=True)[:BATCH]:
        make_export.delay(pk)


@shared_task(ignore_result=True)
def delete_file(row_id: int) -> None:
    row = FileToDelete.objects.filter(pk=row_id, at__lte=timezone.now()).first()
    if row is not None:
        delete(row)


@shared_task(ignore_result=True)
def delete_files() -> None:
    """Start the deletion of every file whose row is gone; beat runs this each minute."""
    owed = FileToDelete.objects.filter(at__lte=timezone.now())
    for pk in owed.values_list("pk", flat=True)[:BATCH]:
        delete_file.delay(pk)


@shared_task(ignore_result=True)
def plan_night() -> None:
    """Owe today's deletions, once; beat runs this each hour."""
    today = timezone.localdate(timezone=ZoneInfo(settings.TIME_ZONE))
    midnight = datetime.combine(today, datetime.min.time(), ZoneInfo(settings.TIME_ZONE))
    schedule("privacy.retention", int(f"{today:%Y%m%d}"), at=midnight + AT_NIGHT, occurrence="1")


@timer("privacy.retention")
def clear(due: Due) -> str:
    """A batch of what has been kept for long enough; the next one is owed while there is any."""
    day = datetime.strptime(str(due.subject_id), "%Y%m%d").date()  # noqa: DTZ007  a date
    deleted = delete_what_is_due(day)
    if deleted:
        occurrence = str(int(due.occurrence) + 1)
        schedule("privacy.retention", due.subject_id, at=timezone.now(), occurrence=occurrence)
    return f"{deleted} deleted"


@timer("privacy.export_expiry")
def end_export(due: Due) -> str:
    export = Export.objects.filter(pk=due.subject_id).first()
    return "deleted" if export is not None and expire_export(export) else NOT_NOW


@timer("privacy.erasure")
def erase(due: Due) -> str:
    erasure = Erasure.objects.select_related("person").get(pk=due.subject_id)
    return "erased" if carry_out(erasure) else NOT_NOW
