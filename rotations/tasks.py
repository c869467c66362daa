"""What a worker does for the catalogue while nobody looks."""

from celery import shared_task
from django.utils import timezone

from rotations.search import entries

BATCH = 500
# A minute's work at most; the next minute goes on.
MOST_BATCHES = 60


@shared_task(ignore_result=True)
def mend_catalogue() -> None:
    """Rewrite entries that changes or the calendar have made stale."""
    today = timezone.localdate()
    entries.mark_outlived(today=today)
    for _batch in range(MOST_BATCHES):
        if not entries.mend(today=today, most=BATCH):
            return
