"""Being told: searches kept, how often, and the mail with what opened."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from clocks.calendar import morning
from rotations import emails
from rotations.kinds import Often
from rotations.models import Alert, Opening, Told
from rotations.queries import news_of
from rotations.search import Search

MOST_SEARCHES = 20
LONGEST_QUERY = 2000
BREAK = timedelta(hours=24)
# So long a look is good for, whatever else opens.
PAUSE = timedelta(minutes=30)
# A transaction that opened something may commit after the clock has looked, and the catalogue's
# sets may be two minutes behind.
SLACK = timedelta(minutes=5)
# Longer than anybody waits for a mail; openings of before are forgotten.
OPENINGS_KEPT = timedelta(days=8)
MORNING_HOUR = 8


class SearchTooLong(ValidationError):
    """More filters than anybody means."""

    def __init__(self) -> None:
        super().__init__(_("This search has too many filters to keep. Remove some."), code="long")


class TooManySearches(ValidationError):
    """Twenty a person; the page offers to remove one."""

    def __init__(self) -> None:
        message = _("You have saved %(n)d searches. Remove one first.")
        super().__init__(message, code="too_many", params={"n": MOST_SEARCHES})


@transaction.atomic
def save_search(query: str, name: str, often: Often, *, by: User) -> Alert:
    """Saved twice, it is one, and the later wish counts. Refuses with ``TooManySearches``
    or ``SearchTooLong``.

    Her row is locked, so that two clicks do not make a twenty-first.
    """
    if len(query) > LONGEST_QUERY:
        raise SearchTooLong
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    found = Alert.objects.filter(owner=by, query=query).first()
    if found:
        set_often(found, often)
        return found
    if Alert.objects.filter(owner=by, query__isnull=False).count() >= MOST_SEARCHES:
        raise TooManySearches
    alert = Alert(owner=by, query=query, name=name, often=often)
    alert.look_at = _next_look(alert, alert.since)
    alert.save()
    return alert


def remove_search(alert: Alert) -> None:
    """With what it has told."""
    alert.delete()


@transaction.atomic
def set_often(alert: Alert, often: Often) -> None:
    """How often she is told. Who switches it on again hears of what opens from now on."""
    rows = Alert.objects.select_for_update(no_key=True, of=("self",))
    alert.refresh_from_db(from_queryset=rows)
    now = timezone.now()
    if not alert.is_on:
        alert.since = now
    alert.often = often
    alert.look_at = _next_look(alert, now)
    alert.save(update_fields=["often", "since", "look_at"])


@transaction.atomic
def tell_news(alert_id: int, search: Search | None) -> int:
    """Mail what opened since the last look; how many listings. Done twice, or twice at once, once.

    The row stays locked while the mail is written, so a second worker skips it; what was told
    is remembered by block.
    """
    rows = Alert.objects.due().select_for_update(skip_locked=True, no_key=True, of=("self",))
    alert = rows.select_related("owner").filter(pk=alert_id).first()
    if alert is None:
        return 0
    now = timezone.now()
    news = news_of(alert, search, until=now) if alert.owner.is_active else []
    if news:
        _tell(alert, news, now)
    alert.since = max(alert.since, now - SLACK)
    alert.look_at = max(_next_look(alert, now), now + PAUSE)
    alert.save(update_fields=["since", "look_at", "mailed_at"])
    return len(news)


def _tell(alert: Alert, news: list, now: datetime) -> None:
    Told.objects.bulk_create(
        Told(
            alert=alert, listing=one.listing, start_on=block.block.start_on, weeks=one.weeks, at=now
        )
        for one in news
        for block in one.blocks
    )
    emails.opened(alert, news, occasion=f"alert:{alert.pk}:{now:%Y%m%d%H%M%S%f}")
    alert.mailed_at = now


def _next_look(alert: Alert, now: datetime) -> datetime:
    """A day after the last mail at the earliest, or the next morning where she lives."""
    if alert.often == Often.DAILY:
        zone = alert.owner.zone
        today = now.astimezone(zone).date()
        at = morning(today, zone, MORNING_HOUR)
        return at if at > now else morning(today + timedelta(days=1), zone, MORNING_HOUR)
    return max(now, alert.mailed_at + BREAK) if alert.mailed_at else now


def forget_openings() -> int:
    """Those that no alert will look at any more; how many."""
    gone, _kinds = Opening.objects.filter(at__lt=timezone.now() - OPENINGS_KEPT).delete()
    return gone
