"""The demo portal: loaded, cleared, and played forward."""

from datetime import timedelta
from math import ceil

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from accounts.models import Document, PreceptorProfile
from clocks.models import Due
from letters.models import IssuedDocument, LetterRequest
from outbox.actions import forget
from outbox.models import Message
from placements.actions.ledger import charge
from placements.models import Placement, Receipt
from placements.states import LIVE
from privacy.models import Export, FileToDelete
from rotations.actions.seats import move_seats, set_capacity
from rotations.blocks import WEEK
from rotations.models import SeatWeek
from seed.cast import play_cast
from seed.drafts import build_drafts
from seed.keeping import play_keeping
from seed.offices import build_offices
from seed.people import build_address_changes, build_learners, build_staff
from seed.reference import load_reference
from seed.saved import play_saved
from seed.scenery import build_listings, build_preceptors, build_sites
from seed.talks import play_reports, play_talks
from seed.traffic import build_traffic
from threads.models import Attachment


@transaction.atomic
def load_demo() -> str:
    """Everything, in one transaction; what was loaded, in a sentence.

    Mails of the past count as sent and timers of the past as done, so that
    nobody invented is written to for what happened before today.
    """
    load_reference()
    coordinator, admin = build_staff()
    sites = build_sites()
    preceptors = build_preceptors(coordinator)
    listings = build_listings(sites, preceptors)
    drafts = build_drafts(preceptors, coordinator)
    learners = build_learners(coordinator)
    build_address_changes(list(learners.values())[-3:])
    staff = {"coordinator": coordinator, "admin": admin}
    delegates = build_offices(preceptors, staff)
    _take_stock()
    stories = play_cast(listings, learners, coordinator, delegates)
    play_talks(coordinator, delegates)
    play_reports(learners, coordinator)
    _take_stock()
    build_traffic(preceptors)
    play_saved(listings, learners)
    play_keeping(learners, coordinator, admin)
    _settle_the_past()
    return (
        f"Demo: {len(listings) + drafts} listings at {len(sites)} sites, {len(preceptors)} preceptors, "
        f"{len(learners)} learners, {stories} stories."
    )


def _take_stock() -> None:
    """Let the database count: in the transaction that loads it all it knows no sizes, and plans
    as if its tables were empty.
    """
    tables = ", ".join(model._meta.db_table for model in apps.get_models() if _is_ours(model))
    with connection.cursor() as cursor:
        cursor.execute(f"analyze {tables}")


def _is_ours(model: type[Model]) -> bool:
    return model._meta.managed and not model.__module__.startswith(
        ("django.", "allauth.", "pghistory.")
    )


def _settle_the_past() -> None:
    now = timezone.now()
    for message in Message.objects.owed():
        Message.objects.filter(pk=message.pk).update(sent_at=message.created_at)
    forget(Message.objects.filter(fleeting=True), addressee=True)
    Due.objects.filter(done_at=None, at__lte=now).update(done_at=now, outcome="staged")


def clear_portal() -> None:
    """Delete every row and every private file; migrations stay."""
    names = [
        name
        for model in (Export, IssuedDocument, LetterRequest, Receipt)
        for name in model._default_manager.exclude(file="").values_list("file", flat=True)
    ]
    names += Attachment.objects.values_list("file", flat=True)
    names += [name for document in Document.objects.all() for name in document.file_names]
    names += FileToDelete.objects.values_list("name", flat=True)
    names += PreceptorProfile.objects.exclude(photo="").values_list("photo", flat=True)
    call_command("flush", interactive=False, verbosity=0)
    for name in names:
        storages["private"].delete(name)


@transaction.atomic
def move_to_next(placement: Placement) -> str:
    """Move a placement and its timers by whole weeks, so that its next timer is due now."""
    due = Due.objects.filter(
        kind__startswith="placement.", subject_id=placement.pk, done_at=None
    ).first()
    if due is None:
        return "Nothing more is due for this placement by itself."
    weeks = max(ceil((due.at - timezone.now()) / WEEK), 0)
    if weeks:
        _refuse_overlap(placement, weeks * WEEK)
        _move(placement, weeks)
    first = f"{placement.start_on:%a, %b} {placement.start_on.day}, {placement.start_on.year}"
    return f"Moved {weeks} weeks: it starts on {first} now; {due.kind} is due at the next tick."


def _refuse_overlap(placement: Placement, back: timedelta) -> None:
    """A learner has one rotation at a time: the one before it goes first."""
    others = placement.learner.placements.filter(
        status__in=LIVE,
        start_on__lte=placement.end_on - back,
        end_on__gte=placement.start_on - back,
    )
    if other := others.exclude(pk=placement.pk).first():
        raise ValidationError(
            f"{placement.learner.name} would be at {other.listing.site.name} on the same days. "
            f"Move that placement until it is over, then this one: demo --forward {other.code}"
        )


def _move(placement: Placement, weeks: int) -> None:
    back = weeks * WEEK
    before = f"{placement.start_on}:{placement.end_on}"
    _move_seats(placement, back)
    placement.start_on -= back
    placement.end_on -= back
    placement.sequence += 1
    placement.save(update_fields=["start_on", "end_on", "sequence", "updated_at"])
    charge(placement, by=None)
    application = placement.application
    application.start_on = placement.start_on
    application.starts = [day - back for day in application.starts]
    application.save(update_fields=["start_on", "starts", "updated_at"])
    after = f"{placement.start_on}:{placement.end_on}"
    for due in Due.objects.filter(
        kind__startswith="placement.", subject_id=placement.pk, done_at=None
    ):
        due.at -= back
        due.occurrence = due.occurrence.replace(before, after, 1)
        due.save(update_fields=["at", "occurrence"])


def _move_seats(placement: Placement, back: timedelta) -> None:
    """Make room in the weeks it moves to, then move its seat through the usual door."""
    there = {(listing, monday - back) for listing, monday in placement.seats}
    for listing, monday in there:
        SeatWeek.objects.get_or_create(listing_id=listing, monday=monday, defaults={"capacity": 1})
    rows = SeatWeek.objects.lock(there)
    for week in there - placement.seats:
        row = rows[week]
        if row.free < 1:
            set_capacity(placement.listing, [row.monday], capacity=row.taken + 1, by=None)
    move_seats(take=there, give=placement.seats)
