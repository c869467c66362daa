"""Who talks in which conversation, as what, and until when. No side effects."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from clocks.queries import length
from placements.models import Application
from placements.models.application import ApplicationQuerySet
from placements.permissions import is_learner_of, is_office_of
from placements.states import PLACEMENT_TRANSITIONS, PlacementStatus
from threads.deadlines import WRITING
from threads.kinds import Side
from threads.models import Attachment, Thread
from threads.models.thread import reads_all

# From these a rotation goes on; "incomplete" can still be completed, but it is over.
GOES_ON = frozenset(PLACEMENT_TRANSITIONS) - {PlacementStatus.INCOMPLETE}


def applications_of(user: User) -> ApplicationQuerySet:
    """Those whose conversation she is part of now."""
    rows: ApplicationQuerySet = Application.objects.all()
    return rows if reads_all(user) else rows.of_party(user)


def side_of(user: User, application: Application) -> Side | None:
    """As what she writes there; ``None`` if she is no part of it."""
    if is_learner_of(user, application):
        return Side.LEARNER
    if is_office_of(user, application) and application.review_started_at:
        return Side.OFFICE
    return Side.STAFF if reads_all(user) else None


def writing_ends(application: Application) -> datetime | None:
    """When it closes for writing; ``None`` while the request or the rotation goes on."""
    ended = _ended_at(application)
    return ended + length(WRITING) if ended else None


def _ended_at(application: Application) -> datetime | None:
    placement = getattr(application, "placement", None)
    if placement is None:
        return application.ended_at
    if placement.status in GOES_ON:
        return None
    midnight = datetime.combine(placement.end_on, datetime.min.time(), placement.listing.site.zone)
    return placement.ended_at or midnight + timedelta(days=1)


def takes_messages(application: Application) -> bool:
    ends = writing_ends(application)
    return ends is None or timezone.now() < ends


def attachments_visible_to(user: User) -> QuerySet[Attachment]:
    """Files of conversations that she is part of; none that a scanner has yet to see."""
    threads = Thread.objects.visible_to(user).values("pk")
    return Attachment.objects.openable().filter(message__thread__in=threads)
