"""Every step of a placement, from the page of each actor and from the admin (handbook 4.2)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import Event
from outbox.models import Message
from placements.actions.endings import HasArrived, TooEarly, give_up_placement, mark_no_show
from placements.models import AttendanceNote, Hold, Placement
from placements.permissions import placement_moves
from placements.states import PLACEMENT_TRANSITIONS, PlacementStatus
from tests.factories.placements import (
    EvaluationFactory,
    HoursEntryFactory,
    PlacementFactory,
    log_all_hours,
)

pytestmark = pytest.mark.django_db
S = PlacementStatus
SAID = {"note": "It can't go on, says O'Hara."}
HOLD = {**SAID, "reason": "illness"}
OFF = {**SAID, "reason": "site_closed"}
L, P = "learner", "preceptor"
# By page: from where, to where it leads for each of the two sides; all else is refused.
PAGES = {
    ("hold", L): ({S.ONBOARDING, S.READY, S.ACTIVE}, S.ON_HOLD, HOLD),
    ("hold", P): ({S.ACTIVE}, S.ON_HOLD, HOLD),
    ("cancel", L): (
        {S.ONBOARDING, S.READY, S.ON_HOLD, S.ACTIVE},
        S.CANCELLED,
        {"reason": "illness", "note": "", "sure": "1"},
    ),
    ("call-off", P): ({S.ONBOARDING, S.READY, S.ON_HOLD, S.ACTIVE}, S.CANCELLED, OFF),
    ("no-show", P): ({S.ACTIVE}, S.NO_SHOW, SAID),
    ("stop", P): ({S.ACTIVE}, S.TERMINATED, {**SAID, "incident": "IR-7"}),
}
# A page that the other side has no business with.
CLOSED = [("call-off", L), ("no-show", L), ("stop", L), ("cancel", P)]
CASES = [(page, who, status) for (page, who) in PAGES for status in S]


def person(placement, who):
    return placement.learner if who == L else placement.preceptor.user


def press(client, placement, page, who, facts):
    client.force_login(person(placement, who))
    return client.post(f"{placement.get_absolute_url()}{page}/", facts)


def mails():
    pairs = Message.objects.values_list("recipient", "key")
    return [f"{key}" for _recipient, key in pairs]


@pytest.mark.parametrize(("page", "who", "status"), CASES)
def test_a_step_from_its_page(client, page, who, status):
    placement = PlacementFactory(status=status)
    if status == S.ACTIVE:
        start = placement.start_on - timedelta(weeks=0)
        assert start <= timezone.localdate()
    allowed, to, facts = PAGES[page, who]
    events = Event.objects.count()

    answer = press(client, placement, page, who, facts)

    placement.refresh_from_db()
    if status in allowed:
        assert (answer.status_code, placement.status) == (302, to)
        assert len(mails()) == len(set(mails())) >= 1
    else:
        assert (answer.status_code, placement.status) == (409, status)
        assert "it stands at" in answer.text
        assert (Message.objects.count(), Event.objects.count()) == (0, events)


@pytest.mark.parametrize(("page", "who"), CLOSED)
def test_a_page_of_the_other_side(client, page, who):
    placement = PlacementFactory(status=S.ACTIVE)

    assert press(client, placement, page, who, SAID).status_code == 403


@pytest.mark.parametrize("status", list(S))
@pytest.mark.parametrize("who", [L, P])
def test_buttons_are_a_part_of_the_table(status, who):
    placement = PlacementFactory(status=status)

    moves = placement_moves(person(placement, who), placement)

    assert moves <= PLACEMENT_TRANSITIONS.get(status, frozenset())


ADMIN = "/admin/placements/placement/"
# By action of the admin: from where, to where.
OFFICE = {
    "hold": ({S.ONBOARDING, S.READY, S.ACTIVE}, S.ON_HOLD, {**SAID, "reason": "visa"}),
    "no_show": ({S.ACTIVE}, S.NO_SHOW, SAID),
    "terminate": ({S.ACTIVE}, S.TERMINATED, SAID),
    "cancel": (
        {S.ONBOARDING, S.READY, S.ON_HOLD, S.ACTIVE},
        S.CANCELLED,
        {"cancelled_by": "site", "reason": "site_closed"},
    ),
    "resume": ({S.ON_HOLD}, S.READY, {}),
    "give_up": ({S.ON_HOLD}, S.INCOMPLETE, SAID),
}


@pytest.mark.parametrize("action", OFFICE)
@pytest.mark.parametrize("status", list(S))
def test_a_step_from_the_admin(client, dana, action, status):
    placement = PlacementFactory(status=status)
    allowed, to, facts = OFFICE[action]
    client.force_login(dana)

    client.post(
        ADMIN, {"action": action, "_selected_action": [placement.pk], "asked": "1", **facts}
    )

    placement.refresh_from_db()
    assert placement.status == (to if status in allowed else status)


def test_what_happened_meanwhile_is_said(client, dana):
    from placements.actions.holds import hold_placement  # noqa: PLC0415

    placement = PlacementFactory(status=S.ACTIVE)
    hold_placement(placement, by=dana, note="The site asks for a badge first.")

    answer = press(client, placement, "stop", P, SAID)

    assert answer.status_code == 409
    assert "by Dana Whitlock." in answer.text
    assert "Your coordinator lifts the hold" in answer.text


def test_a_hold_says_since_when_and_why_and_ends():
    from placements.actions.holds import hold_placement, resume_placement  # noqa: PLC0415

    placement = PlacementFactory(status=S.ACTIVE)
    hold_placement(placement, by=placement.learner, note="Ill", reason="illness")
    hold = Hold.objects.get()
    assert (hold.reason, hold.to_on) == ("illness", None)

    resume_placement(placement, by=placement.preceptor.user)

    hold.refresh_from_db()
    assert hold.to_on is not None
    assert placement.status == S.ACTIVE


def test_hours_of_a_day_on_hold_do_not_count():
    from placements.queries import hours_totals  # noqa: PLC0415

    placement = PlacementFactory(status=S.WRAP_UP)
    first = placement.start_on
    Hold.objects.create(
        placement=placement, reason="illness", from_on=first, to_on=first + timedelta(days=2)
    )
    for n in range(3):
        HoursEntryFactory(placement=placement, day=first + timedelta(days=n), signed=True)

    totals = hours_totals(placement)

    assert (totals.attested, totals.excluded, totals.waiting) == (8, 16, 0)


def test_nobody_is_a_no_show_on_the_first_days_or_after_her_arrival():
    placement = PlacementFactory(status=S.ACTIVE, start_on=monday_of_this_week())
    late = PlacementFactory(status=S.ACTIVE, arrived_at=timezone.now())

    with pytest.raises(HasArrived):
        mark_no_show(late, by=late.preceptor.user)
    Placement.objects.filter(pk=placement.pk).update(start_on=timezone.localdate())
    placement.refresh_from_db()
    with pytest.raises(TooEarly):
        mark_no_show(placement, by=placement.preceptor.user)


def monday_of_this_week():
    today = timezone.localdate()
    return today - timedelta(days=today.weekday())


def test_an_early_end_frees_the_weeks_ahead():
    from placements.actions.endings import terminate_placement  # noqa: PLC0415

    placement = PlacementFactory(status=S.ACTIVE)
    terminate_placement(placement, by=placement.preceptor.user, note="Left the ward")

    today = timezone.localdate()
    assert not placement.listing.weeks.filter(monday__gt=today, taken__gt=0).exists()


def test_incomplete_from_forty_two_days_after_the_end_and_completed_later(dana):
    from placements.actions.placements import complete_placement  # noqa: PLC0415

    placement = PlacementFactory(status=S.WRAP_UP)
    with pytest.raises(TooEarly):
        give_up_placement(placement, by=dana, note="No hours")
    day = timezone.localdate() - timedelta(days=42)
    start = day - timedelta(days=25)
    Placement.objects.filter(pk=placement.pk).update(start_on=start, end_on=day)
    placement.refresh_from_db()

    give_up_placement(placement, by=dana, note="No hours")
    assert placement.status == S.INCOMPLETE
    assert Message.objects.filter(template="placements/placement_incomplete").count() == 1

    log_all_hours(placement)
    EvaluationFactory(placement=placement, signed=True)
    complete_placement(placement, by=dana)
    assert placement.status == S.COMPLETED


def test_a_note_of_attendance_is_written_once_and_read_by_her(client, dana):
    from placements.actions.endings import issue_attendance_note  # noqa: PLC0415

    placement = PlacementFactory(status=S.INCOMPLETE)
    HoursEntryFactory(placement=placement, signed=True)
    page = f"{placement.get_absolute_url()}attendance/"
    client.force_login(placement.learner)
    assert client.get(page).status_code == 404

    issue_attendance_note(placement, by=dana)
    issue_attendance_note(placement, by=dana)

    assert AttendanceNote.objects.get().facts["hours"] == "8"
    assert "This is no certificate" in client.get(page).text


def test_a_host_who_cancels_leaves_three_others_and_no_word_to_herself(client):
    placement = PlacementFactory(status=S.READY)

    press(client, placement, "call-off", P, OFF)

    templates = set(Message.objects.values_list("template", flat=True))
    assert templates == {
        "placements/placement_cancelled_by_host",
        "placements/placement_cancelled_coordinator",
    }
    assert (
        "Look at all rotations"
        in Message.objects.get(template="placements/placement_cancelled_by_host").body
    )
