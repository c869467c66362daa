"""Which mail tells whom. One function per mail; its key is the event that causes it."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.queries import office_of
from audit.models import Event
from outbox.actions import discard, enqueue, together
from placements.deadlines import UNDO
from placements.links import move_url, review_url, school_url, seat_url
from placements.models import (
    Application,
    HoursEntry,
    LateRequirement,
    LedgerEntry,
    Placement,
    RescheduleRequest,
    RuleChange,
    SchoolApproval,
    SeatDifference,
)
from placements.queries import place_on_waitlist
from placements.states import CancelledBy
from rotations.eligibility import Check
from rotations.queries import alternatives

COORDINATORS = "coordinators"
# So many weeks are named in a mail.
SHOWN = 20


def _absolute(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def _about(thing: Application | Placement, **more: Any) -> dict[str, Any]:
    """What every mail about a request or a placement may say."""
    listing = thing.listing
    return {
        "listing": listing,
        "site": listing.site,
        "booked": thing.block,
        "learner": thing.learner,
        "preceptor": listing.preceptor,
        "url": _absolute(thing.get_absolute_url()),
        **more,
    }


def _to_learner(name: str, application: Application, key: str, **more: Any) -> None:
    enqueue(
        f"placements/{name}",
        to=application.learner,
        key=key,
        context=_about(application, application=application, **more),
    )


def _to_office(name: str, application: Application, key: str, **more: Any) -> None:
    """To the preceptor, and to her delegates if she says so: each with a link of her own."""
    inbox = _absolute(reverse("placements:inbox"))
    host = application.listing.preceptor
    for reader in office_of(host):
        enqueue(
            f"placements/{name}",
            to=reader,
            key=key,
            context=_about(
                application,
                application=application,
                inbox_url=inbox,
                review_url=review_url(application, reader),
                is_delegate=reader != host.user,
                **more,
            ),
            secret=True,
        )


def _to_coordinators(name: str, thing: Application | Placement, key: str, **more: Any) -> None:
    """To the portal's own address: staff share one mailbox, and the work queue."""
    kind = "application" if isinstance(thing, Application) else "placement"
    admin = reverse(f"admin:placements_{kind}_change", args=[thing.pk])
    enqueue(
        f"placements/{name}",
        to=settings.PORTAL["email"],
        key=key,
        context=_about(thing, **{kind: thing}, admin_url=_absolute(admin), **more),
    )


def seats_differ(found: Sequence[SeatDifference]) -> None:
    """To the portal's own address: a bug, or a hand in the database."""
    enqueue(
        "placements/seats_differ",
        to=settings.PORTAL["email"],
        key=f"seats:{found[0].pk}",
        context={
            "found": found[:SHOWN],
            "more": len(found[SHOWN:]),
            "all": len(found),
            "admin_url": _absolute(reverse("admin:placements_seatdifference_changelist")),
        },
    )


def _placement(name: str, placement: Placement, to: User, key: str, **more: Any) -> None:
    enqueue(
        f"placements/{name}", to=to, key=key, context=_about(placement, placement=placement, **more)
    )


def _placement_office(name: str, placement: Placement, key: str, **more: Any) -> None:
    for reader in office_of(placement.preceptor):
        is_delegate = reader != placement.preceptor.user
        _placement(name, placement, reader, key, is_delegate=is_delegate, **more)


def _key(occasion: Event) -> str:
    return f"event:{occasion.pk}"


def _others(application: Application) -> dict[str, Any]:
    found = alternatives(application.listing, application.start_on)
    return {
        "alternatives": [
            {"listing": listing, "block": one.block, "url": _absolute(listing.get_absolute_url())}
            for listing, one in found
        ]
    }


def application_received(application: Application, *, occasion: Event) -> None:
    _to_learner("application_received", application, _key(occasion))


def application_screening(application: Application, *, occasion: Event) -> None:
    _to_coordinators("application_screening", application, _key(occasion))


def application_resubmitted(application: Application, *, occasion: Event) -> None:
    _to_coordinators("application_resubmitted", application, _key(occasion))


def review_request(application: Application, *, occasion: Event) -> None:
    _to_office("review_request", application, _key(occasion))


def review_reminder(application: Application, *, due: int) -> None:
    _to_office("review_reminder", application, f"due:{due}")


def review_escalation(application: Application, *, due: int) -> None:
    _to_coordinators("review_escalation", application, f"due:{due}")


def changes_requested(application: Application, *, occasion: Event) -> None:
    _to_learner("changes_requested", application, _key(occasion))


def application_declined(application: Application, *, occasion: Event) -> None:
    _to_learner("application_declined", application, _key(occasion), **_others(application))


def application_ineligible(application: Application, *, occasion: Event) -> None:
    _to_learner("application_ineligible", application, _key(occasion), **_others(application))


def application_lapsed(application: Application, *, occasion: Event) -> None:
    _to_learner("application_lapsed", application, _key(occasion), **_others(application))
    _to_office("request_lapsed", application, _key(occasion))


def application_withdrawn(application: Application, *, occasion: Event) -> None:
    _to_office("application_withdrawn", application, _key(occasion))


def application_closed(application: Application, *, occasion: Event) -> None:
    _to_learner("application_closed", application, _key(occasion))


def draft_reminder(application: Application, *, due: int) -> None:
    _to_learner("draft_reminder", application, f"due:{due}")


def _offer_key(application: Application) -> str:
    return f"offer:{application.pk}:{application.offered_at:%Y%m%d%H%M%S%f}"


def offer_made(application: Application, *, occasion: Event, due_at: datetime) -> None:
    """Held back for the two minutes in which the confirm can be undone."""
    enqueue(
        "placements/offer_made",
        to=application.learner,
        key=_offer_key(application),
        context=_about(application, application=application, occasion=occasion),
        due_at=due_at,
    )


def application_waitlisted(application: Application, *, occasion: Event) -> None:
    place = place_on_waitlist(application)
    _to_learner("application_waitlisted", application, _key(occasion), place=place)


def waitlist_offer(application: Application, *, occasion: Event) -> None:
    """At once: nobody can undo what the clock did. Who accepts at once has a mail soon anyway."""
    enqueue(
        "placements/waitlist_offer",
        to=application.learner,
        key=_offer_key(application),
        context=_about(
            application,
            application=application,
            occasion=occasion,
            seat_url=seat_url(application),
        ),
        due_at=timezone.now() + UNDO if application.pre_accept else None,
        secret=True,
    )


def waitlist_kept(application: Application, *, rests_until: datetime, occasion: Event) -> None:
    place = place_on_waitlist(application)
    _to_learner("waitlist_kept", application, _key(occasion), place=place, rests_until=rests_until)


def take_back_offer(application: Application) -> None:
    """Discard the offer's mail if it has not left; once it has, nothing happens."""
    if application.offered_at is not None:
        discard(_offer_key(application))


def offer_reminder(application: Application, *, due: int) -> None:
    _to_learner("offer_reminder", application, f"due:{due}")


def offer_rescinded(application: Application, *, occasion: Event) -> None:
    _to_learner("offer_rescinded", application, _key(occasion))


def offer_declined(application: Application, *, occasion: Event) -> None:
    _to_office("offer_declined", application, _key(occasion))


def offer_expired(application: Application, *, occasion: Event) -> None:
    _to_learner("offer_expired", application, _key(occasion), **_others(application))
    _to_office("offer_expired_preceptor", application, _key(occasion))


def waitlist_expired(application: Application, *, occasion: Event) -> None:
    """The seat was offered from the waitlist, and she is off it now."""
    _to_learner("waitlist_expired", application, _key(occasion), **_others(application))
    _to_office("offer_expired_preceptor", application, _key(occasion))


def application_accepted(placement: Placement, *, occasion: Event) -> None:
    key, learner = _key(occasion), placement.learner
    with together():
        _placement("application_accepted", placement, learner, key)
        _placement_office("learner_accepted", placement, key)
        _to_coordinators("learner_accepted_coordinator", placement, key)


def placement_ready(placement: Placement, *, occasion: Event) -> None:
    _placement("placement_ready", placement, placement.learner, _key(occasion))
    _placement_office("learner_ready", placement, _key(occasion))


def placement_not_ready(placement: Placement, items: Iterable[Check], *, occasion: Event) -> None:
    key, items = _key(occasion), list(items)
    _placement("placement_not_ready", placement, placement.learner, key, items=items)
    _to_coordinators("placement_not_ready_coordinator", placement, key, items=items)


def documents_due(placement: Placement, items: Iterable[Check], *, day: date, due: int) -> None:
    """Before the day, on it, and every few days after it."""
    _placement(
        "documents_due",
        placement,
        placement.learner,
        f"due:{due}",
        items=list(items),
        due_on=day,
        is_late=day < timezone.localdate(timezone=placement.listing.site.zone),
    )


def payment_due(placement: Placement, *, due: int) -> None:
    _about_money("payment_due", placement, f"due:{due}")


def payment_received(entry: LedgerEntry, *, occasion: Event) -> None:
    _about_money("payment_received", entry.placement, _key(occasion), entry=entry)


def payment_waived(entry: LedgerEntry, *, occasion: Event) -> None:
    _about_money("payment_waived", entry.placement, _key(occasion), entry=entry)


def payment_corrected(entry: LedgerEntry, *, occasion: Event) -> None:
    _about_money("payment_corrected", entry.placement, _key(occasion), entry=entry)


def refund_owed(entry: LedgerEntry, *, occasion: Event) -> None:
    _about_money("refund_owed", entry.placement, _key(occasion), entry=entry)


def refund_sent(entry: LedgerEntry, *, occasion: Event) -> None:
    _about_money("refund_sent", entry.placement, _key(occasion), entry=entry)


def _about_money(name: str, placement: Placement, key: str, **more: Any) -> None:
    url = _absolute(reverse("placements:money", args=[placement.code]))
    balance = placement.ledger.balance()
    _placement(name, placement, placement.learner, key, balance=balance, money_url=url, **more)


def start_reminder(placement: Placement, *, days: int, due: int) -> None:
    _placement("placement_starts", placement, placement.learner, f"due:{due}", days=days)


def host_reminder(placement: Placement, *, days: int, due: int) -> None:
    _placement_office("learner_arrives", placement, f"due:{due}", days=days)


def first_day(placement: Placement, *, occasion: Event) -> None:
    _placement("placement_first_day", placement, placement.learner, _key(occasion))
    _placement_office("first_day_preceptor", placement, _key(occasion))


def placement_on_hold(placement: Placement, *, occasion: Event) -> None:
    key = _key(occasion)
    _placement("placement_on_hold", placement, placement.learner, key)
    _placement_office("learner_on_hold", placement, key)
    if occasion.by is None or not occasion.by.is_staff:
        _to_coordinators("placement_on_hold_coordinator", placement, key)


def placement_resumed(placement: Placement, *, occasion: Event) -> None:
    _placement("placement_resumed", placement, placement.learner, _key(occasion))
    _placement_office("learner_resumed", placement, _key(occasion))


def placement_wrap_up(placement: Placement, *, occasion: Event) -> None:
    _placement("placement_wrap_up", placement, placement.learner, _key(occasion))


def evaluation_due(placement: Placement, *, due: int) -> None:
    _evaluation_mail("evaluation_due", placement, due)


def evaluation_reminder(placement: Placement, *, due: int) -> None:
    _evaluation_mail("evaluation_reminder", placement, due)


def _evaluation_mail(name: str, placement: Placement, due: int) -> None:
    url = _absolute(reverse("placements:evaluation", args=[placement.code]))
    _placement(name, placement, placement.preceptor.user, f"due:{due}", evaluation_url=url)


def evaluation_signed(placement: Placement, *, occasion: Event) -> None:
    _placement("evaluation_signed", placement, placement.learner, _key(occasion))


def hours_disputed(entry: HoursEntry, *, occasion: Event) -> None:
    placement = entry.placement
    _placement("hours_disputed", placement, placement.learner, _key(occasion), entry=entry)


def hours_to_sign(placement: Placement, *, waiting: Any, due: int) -> None:
    url = _absolute(reverse("placements:sign_hours", args=[placement.code]))
    _placement_office("hours_to_sign", placement, f"due:{due}", waiting=waiting, sign_url=url)


def placement_cancelled(placement: Placement, *, occasion: Event) -> None:
    """By the learner, all three hear; by a host, she reads what else is free."""
    key = _key(occasion)
    if placement.cancelled_by == CancelledBy.LEARNER:
        _placement("placement_cancelled", placement, placement.learner, key)
    else:
        others = _others(placement.application)
        _placement("placement_cancelled_by_host", placement, placement.learner, key, **others)
    if placement.cancelled_by != CancelledBy.PRECEPTOR:
        _placement_office("placement_cancelled_preceptor", placement, key)
    _to_coordinators("placement_cancelled_coordinator", placement, key)


def school_asked(approval: SchoolApproval, *, occasion: Event) -> None:
    """To somebody without an account: the link is all she needs."""
    enqueue(
        "placements/school_asked",
        to=approval.official_email,
        key=_key(occasion),
        context={"approval": approval, "facts": approval.facts, "url": school_url(approval)},
        secret=True,
    )


def school_answered(approval: SchoolApproval, *, occasion: Event) -> None:
    _to_learner("school_answered", approval.application, _key(occasion), approval=approval)


def placement_at_risk(placement: Placement, items: Iterable[Check], *, due: int) -> None:
    key, items = f"due:{due}", list(items)
    _placement("placement_at_risk", placement, placement.learner, key, items=items)
    _to_coordinators("placement_at_risk_coordinator", placement, key, items=items)


def placement_no_show(placement: Placement, *, occasion: Event) -> None:
    _placement("placement_no_show", placement, placement.learner, _key(occasion))
    _placement_office("learner_no_show", placement, _key(occasion))


def placement_terminated(placement: Placement, *, occasion: Event, incident: str) -> None:
    key = _key(occasion)
    _placement("placement_terminated", placement, placement.learner, key)
    _to_coordinators("placement_terminated_coordinator", placement, key, incident=incident)


def placement_incomplete(placement: Placement, *, occasion: Event) -> None:
    _placement("placement_incomplete", placement, placement.learner, _key(occasion))


def attendance_noted(placement: Placement, *, occasion: Event) -> None:
    _placement("attendance_noted", placement, placement.learner, _key(occasion))


def requirement_added(row: LateRequirement, *, occasion: Event) -> None:
    placement = row.placement
    _placement("requirement_added", placement, placement.learner, _key(occasion), requirement=row)


def rules_changed(row: RuleChange, *, occasion: Event) -> None:
    placement = row.placement
    _placement("rules_changed", placement, placement.learner, _key(occasion), change=row)


def _ask_for_dates(name: str, request: RescheduleRequest, key: str) -> None:
    """To whoever answers it, each with a link of her own."""
    placement = request.placement
    readers = [placement.learner] if request.is_extension else office_of(placement.preceptor)
    for reader in readers:
        enqueue(
            f"placements/{name}",
            to=reader,
            key=key,
            context=_about(
                placement, placement=placement, request=request, move_url=move_url(request, reader)
            ),
            secret=True,
        )


def reschedule_requested(request: RescheduleRequest, *, occasion: Event) -> None:
    _ask_for_dates("reschedule_requested", request, _key(occasion))


def extension_offered(request: RescheduleRequest, *, occasion: Event) -> None:
    _ask_for_dates("extension_offered", request, _key(occasion))


def reschedule_reminder(request: RescheduleRequest, *, due: int) -> None:
    name = "extension_offered" if request.is_extension else "reschedule_requested"
    _ask_for_dates(name, request, f"due:{due}")


def placement_moved(request: RescheduleRequest, *, occasion: Event) -> None:
    placement, key = request.placement, _key(occasion)
    word = "extended" if request.is_extension else "rescheduled"
    with together():
        _placement(f"placement_{word}", placement, placement.learner, key, request=request)
        _placement_office(f"learner_{word}", placement, key, request=request)


def reschedule_declined(request: RescheduleRequest, *, occasion: Event) -> None:
    placement, key = request.placement, _key(occasion)
    if request.is_extension:
        _placement_office("extension_declined", placement, key, request=request)
    else:
        _placement("reschedule_declined", placement, placement.learner, key, request=request)


def reschedule_taken_back(request: RescheduleRequest, *, occasion: Event) -> None:
    placement, key = request.placement, _key(occasion)
    if request.is_extension:
        _placement("extension_taken_back", placement, placement.learner, key, request=request)
    else:
        _placement_office("reschedule_taken_back", placement, key, request=request)


def reschedule_expired(request: RescheduleRequest, *, occasion: Event) -> None:
    placement, key = request.placement, _key(occasion)
    _placement("reschedule_expired", placement, placement.learner, key, request=request)
    _placement_office("reschedule_expired", placement, key, request=request)
