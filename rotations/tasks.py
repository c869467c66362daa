"""What a worker does for the catalogue while nobody looks."""

from celery import shared_task
from django.utils import timezone

from rotations.actions.alerts import forget_openings, tell_news
from rotations.forms.alerts import read_search
from rotations.models import Alert
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


@shared_task(ignore_result=True)
def look_for_news() -> None:
    """Hand every alert whose time has come to its own task, those that waited longest first."""
    for pk in Alert.objects.due().order_by("look_at", "pk").values_list("pk", flat=True)[:BATCH]:
        tell.delay(pk)


@shared_task(ignore_result=True)
def tell(alert_id: int) -> None:
    """Read the search as the catalogue would, and mail what is new in it."""
    alert = Alert.objects.filter(pk=alert_id).first()
    if alert:
        tell_news(alert.pk, None if alert.query is None else read_search(alert.query).search)


@shared_task(ignore_result=True)
def forget_old_openings() -> None:
    forget_openings()
