"""How a preceptor answers requests: what counts as an answer, and the figures made of it.

The definitions stand in ``docs/domain.md``; here they are written once.
"""

from datetime import datetime, timedelta
from math import ceil
from typing import Any

from django.db import transaction
from django.db.models import Aggregate, Count, DurationField, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Delegation, PreceptorProfile, User
from placements.models import Application
from placements.states import Status

FIGURES = ("median_answer_hours", "answered_percent", "requests_counted")
# The day on which figures were last looked at is written anew once a day, not each hour.
STAMP_LASTS = timedelta(hours=23)
BATCH = 500


def first_answer(
    application: Application, *, by: User | None, at: datetime | None = None
) -> dict[str, Any]:
    """What a transition writes when the preceptor answers. Only the first answer counts.

    What staff ask before she has it is not hers.
    """
    if application.asked_at is None or application.answered_at:
        return {}
    return {"answered_at": at or timezone.now(), "answered_by": by}


def take_back_answer(application: Application) -> dict[str, Any]:
    """Undoing a confirm undoes the answer, if it was the first."""
    if application.answered_at != application.offered_at:
        return {}
    return {"answered_at": None, "answered_by": None}


class Median(Aggregate):
    function, output_field = "percentile_cont", DurationField()
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


def counted_requests() -> QuerySet[Application]:
    """Those that say something about their preceptor: answered by her office, or lapsed.

    What is still waiting, what ended before an answer, and what a coordinator answered in her
    place say nothing.
    """
    office = Delegation.objects.filter(
        preceptor=OuterRef("listing__preceptor"), person=OuterRef("answered_by")
    )
    hers = Q(answered_by=F("listing__preceptor__user")) | Q(answered_by=None) | Exists(office)
    lapsed = Q(status=Status.NO_RESPONSE)
    return Application.objects.filter(Q(answered_at__isnull=False) & hers | lapsed).exclude(
        asked_at=None
    )


def _figures() -> dict[int, tuple[int | None, int | None, int]]:
    """Median hours, percent answered and number of requests, by the preceptor's key.

    One statement. Hours round up and percent rounds down: neither flatters.
    """
    answered = ~Q(status=Status.NO_RESPONSE)
    rows = (
        counted_requests()
        .order_by()
        .values("listing__preceptor")
        .annotate(
            median=Median(F("answered_at") - F("asked_at"), filter=answered),
            answered=Count("pk", filter=answered),
            counted=Count("pk"),
        )
    )
    return {
        row["listing__preceptor"]: (
            None if row["median"] is None else max(1, ceil(row["median"].total_seconds() / 3600)),
            100 * row["answered"] // row["counted"],
            row["counted"],
        )
        for row in rows
    }


@transaction.atomic
def count_answers() -> int:
    """Write every preceptor's figures as her requests stand now; how many changed."""
    now, found = timezone.now(), _figures()
    known = Q(requests_counted__gt=0) | Q(pk__in=found)
    changed = []
    for preceptor in PreceptorProfile.objects.filter(known).only(*FIGURES):
        figures = found.get(preceptor.pk, (None, None, 0))
        if figures != tuple(getattr(preceptor, name) for name in FIGURES):
            for name, figure in zip(FIGURES, figures, strict=True):
                setattr(preceptor, name, figure)
            changed.append(preceptor)
    PreceptorProfile.objects.bulk_update(changed, FIGURES, batch_size=BATCH)
    stale = Q(answers_counted_at=None) | Q(answers_counted_at__lt=now - STAMP_LASTS)
    PreceptorProfile.objects.filter(stale | Q(pk__in=[one.pk for one in changed])).update(
        answers_counted_at=now
    )
    return len(changed)
