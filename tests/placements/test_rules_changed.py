"""A listing asks for more after somebody booked it: she reads what, and may leave without a loss."""

from datetime import date

import pytest
import time_machine

from audit.models import Event
from clocks.models import Due
from outbox.models import Message
from placements.actions.ledger import refund_now
from placements.actions.placements import cancel_placement
from placements.kinds import Ground
from placements.models import RuleChange
from placements.states import CancelledBy, CancelReason, PlacementStatus
from rotations.actions.drafts import save_offer
from rotations.actions.listings import pause_listing
from rotations.actions.requirements import note_changes, terms_of
from rotations.models import Listing
from tests.factories.accounts import DocumentTypeFactory, StaffFactory
from tests.factories.placements import pay_in_full
from tests.factories.rotations import RequirementFactory
from tests.placements.changing import APRIL, at, listing_with, placed
from tests.placements.pages import main
from tests.placements.test_timers import run_due

pytestmark = pytest.mark.django_db
MARCH = date(2027, 3, 8)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(at(2, 15), tick=False) as moving:
        yield moving


@pytest.fixture
def tb():
    return DocumentTypeFactory(slug="tb", name="TB test", validity="months", validity_months=12)


@pytest.fixture
def flu():
    return DocumentTypeFactory(slug="mask", name="Mask fit test", validity="none")


@pytest.fixture
def listing(tb):
    found = listing_with(MARCH, APRIL, published_at=at(1, 1))
    RequirementFactory(listing=found, type=tb, months=12)
    return found


@pytest.fixture
def booked(listing):
    placement = placed(listing, MARCH)
    pay_in_full(placement, by=StaffFactory())
    Message.objects.all().delete()
    return placement


def change(listing, edit, by=None):
    """As the admin and the editor do it, and what the clock does next."""
    before = terms_of(listing)
    edit()
    note_changes(listing, before, by=by or StaffFactory())
    run_due()


def told():
    return list(Message.objects.filter(template="placements/rules_changed"))


def test_a_paper_added_and_one_made_stricter_open_a_window_with_a_diff(
    client, listing, booked, flu
):
    def edit():
        RequirementFactory(listing=listing, type=flu)
        listing.requirements.filter(type__slug="tb").update(months=3)

    change(listing, edit)

    row = RuleChange.objects.get()
    assert (row.placement, row.added) == (booked, ["mask"])
    assert row.changed == {"tb": {"months": [12, 3]}}
    assert row.free_until == at(2, 22, 23, 59)
    (mail,) = told()
    assert mail.recipient == booked.learner.email
    assert "Added: Mask fit test" in mail.body
    assert "Changed: TB test (not older than 3 months, before 12)" in mail.body
    assert "Mon, Feb 22" in mail.body
    client.force_login(booked.learner)
    page = main(client.get(booked.get_absolute_url()))
    assert "Added: Mask fit test" in page
    assert "Changed: TB test (not older than 3 months, before 12)" in page


def test_run_again_it_is_told_once(listing, booked, flu):
    change(listing, lambda: RequirementFactory(listing=listing, type=flu))
    Due.objects.filter(kind="listing.requirements_changed").update(done_at=None)

    run_due()

    assert RuleChange.objects.count() == len(told()) == 1


@pytest.mark.parametrize(
    "edit",
    [
        lambda listing: listing.requirements.update(months=18),
        lambda listing: listing.requirements.all().delete(),
        lambda listing: listing.requirements.update(months=12),
    ],
)
def test_what_became_easier_or_stayed_opens_none(listing, booked, edit):
    change(listing, lambda: edit(listing))

    assert not RuleChange.objects.exists()
    assert told() == []


def test_it_concerns_those_who_booked_before_and_are_not_there_yet(listing, booked, flu, clock):
    running = placed(listing, date(2027, 2, 1), status=PlacementStatus.ACTIVE, seats=False)
    change(listing, lambda: RequirementFactory(listing=listing, type=flu))
    clock.move_to(at(2, 16))
    later = placed(listing, APRIL)

    run_due()

    assert [row.placement for row in RuleChange.objects.all()] == [booked]
    assert not running.rule_changes.exists()
    assert not later.rule_changes.exists()


def test_what_her_family_is_never_asked_opens_none(listing, booked):
    profile = booked.learner.learner_profile
    other = "np_student" if profile.family != "np_student" else "img_graduate"
    kind = DocumentTypeFactory(slug="rn", name="RN license", validity="none", families=[other])

    change(listing, lambda: RequirementFactory(listing=listing, type=kind))

    assert not RuleChange.objects.exists()


def test_in_the_window_all_of_the_fee_comes_back_and_its_ground_says_why(
    client, clock, listing, booked, flu
):
    clock.move_to(at(2, 27))  # nine days ahead: the policy gives nothing
    assert refund_now(booked) == 0
    change(listing, lambda: RequirementFactory(listing=listing, type=flu))

    assert refund_now(booked) == booked.fee
    client.force_login(booked.learner)
    page = main(client.get(f"{booked.get_absolute_url()}cancel/"))
    assert "If you cancel today, $" in page
    assert "More was asked for after you accepted" in page
    assert "Cancel until" in page
    cancel_placement(
        booked,
        by=booked.learner,
        cancelled_by=CancelledBy.LEARNER,
        reason=CancelReason.OTHER,
    )
    owed = booked.ledger.get(kind="refund_due")
    assert (owed.cents, owed.ground) == (booked.fee, Ground.RULES)


def test_the_window_closes_on_the_morning_she_comes(clock, listing, booked, flu):
    clock.move_to(at(3, 5))
    change(listing, lambda: RequirementFactory(listing=listing, type=flu))

    assert RuleChange.objects.get().free_until == at(3, 8, 6)
    clock.move_to(at(3, 8, 7))
    assert refund_now(booked) == 0


def test_the_page_lists_the_policy_from_the_day_after_the_window(client, listing, booked, flu):
    change(listing, lambda: RequirementFactory(listing=listing, type=flu))
    client.force_login(booked.learner)

    page = " ".join(main(client.get(f"{booked.get_absolute_url()}cancel/")).split())

    table = page[page.index("<tbody>") : page.index("</tbody>")]
    assert table.index("Cancel until") < table.index("Tue, Feb 23, 2027")
    assert "Today" not in table


def test_the_office_changes_what_it_asks_and_the_learner_is_told(listing, booked, tb, flu):
    office = listing.preceptor.user
    pause_listing(listing, by=office)

    save_offer(
        listing,
        by=office,
        changed=(),
        asked={tb.pk: (12, False), flu.pk: (None, True)},
    )
    run_due()

    event = Event.objects.get(verb="listing.requirements_changed")
    assert (event.by, event.detail["added"]) == (office, ["mask"])
    assert RuleChange.objects.get().added == ["mask"]


def test_a_school_s_word_asked_for_late_is_a_change(listing, booked):
    profile = booked.learner.learner_profile
    profile.family = "us_md_do_student"
    profile.save()
    DocumentTypeFactory(slug="school-approval", name="School approval", validity="block")

    change(listing, lambda: Listing.objects.update(needs_school_approval=True))

    assert RuleChange.objects.get().added == ["school-approval"]


def test_a_draft_that_nobody_saw_remembers_nothing(flu):
    draft = listing_with(MARCH, status="draft", published_at=None)

    change(draft, lambda: RequirementFactory(listing=draft, type=flu))

    assert not Event.objects.filter(verb="listing.requirements_changed").exists()


def test_staff_read_in_the_admin_whom_it_concerns(client, dana, listing, booked, flu):
    change(listing, lambda: RequirementFactory(listing=listing, type=flu))
    client.force_login(dana)

    page = client.get("/admin/placements/rulechange/")

    assert page.status_code == 200
    assert booked.learner.name in page.text
    assert "mask" in page.text
