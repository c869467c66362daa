"""Acceptance stories A (7 and 8) and B (4 and 5) of the handbook, with their dates."""

from datetime import date

import pytest
import time_machine

from clocks.models import Due
from config.celery import app
from outbox.models import Message
from placements.actions.demands import waive_requirement
from placements.actions.holds import hold_placement
from placements.actions.hours import log_hours
from placements.actions.placements import documents_due_on, start_clocks
from placements.actions.readiness import open_requirements
from placements.actions.reschedules import approve_reschedule, ask_reschedule, offer_extension
from placements.queries import hours_totals
from placements.states import HoldReason, PlacementStatus, RescheduleReason
from rotations.blocks import Block
from tests.factories.accounts import (
    DocumentFactory,
    DocumentTypeFactory,
    LearnerFactory,
    StaffFactory,
    UserFactory,
)
from tests.factories.placements import pay_in_full
from tests.factories.rotations import RequirementFactory
from tests.placements.changing import APRIL, JUNE, MAY, at, listing_with, placed, taken

pytestmark = pytest.mark.django_db


def run_due():
    """What the clock does by now, without a worker."""
    app.loader.import_default_modules()
    for due in Due.objects.due().order_by("at", "pk"):
        app.tasks[due.kind](due.pk)


def told(name):
    return Message.objects.filter(template=f"placements/{name}").count()


def test_story_a_a_visa_that_comes_late():
    with time_machine.travel(at(2, 16), tick=False) as clock:
        listing = listing_with(APRIL, MAY, JUNE, hours_per_week=40)
        hipaa = DocumentTypeFactory(
            slug="hipaa", name="HIPAA training", validity="months", validity_months=12,
            through_end=True,
        )  # fmt: skip
        flu = DocumentTypeFactory(slug="flu", name="Influenza vaccine", validity="season")
        for kind in (hipaa, flu):
            RequirementFactory(listing=listing, type=kind)
        amara = UserFactory(name="Amara Okafor")
        LearnerFactory(user=amara, visa_plan="none_yet", citizenship="NG")
        DocumentFactory(owner=amara, type=hipaa, issued_on=date(2026, 6, 30))
        placement = placed(listing, APRIL, application__learner=amara)
        pay_in_full(placement, by=StaffFactory())

        # 7. Fri 9 Apr, 17 days ahead: a seat in June is held, the answer is due on 16 Apr.
        clock.move_to(at(4, 9, 11))
        hold_placement(
            placement, by=amara, reason=HoldReason.VISA, note="Administrative processing."
        )
        request = ask_reschedule(
            placement, Block(JUNE, 4), by=amara, reason=RescheduleReason.VISA, note="The slip."
        )
        assert request.answer_by == at(4, 16, 23, 59)
        assert sum(taken(listing).values()) == 8
        assert taken(listing)[JUNE] == 1

        clock.move_to(at(4, 13, 9))
        approve_reschedule(request, by=placement.preceptor.user)
        assert sorted(taken(listing)) == Block(JUNE, 4).mondays
        placement.refresh_from_db()
        assert (placement.start_on, placement.end_on) == (JUNE, date(2027, 7, 16))
        assert placement.paid_at is not None
        assert placement.ledger.balance().open == 0
        assert told("placement_rescheduled") == told("learner_rescheduled") == 1

        # 8. HIPAA training ends on 29 June, inside the term; no flu in June and July.
        assert [check.document for check in open_requirements(placement)] == ["hipaa"]
        assert placement.status == PlacementStatus.ONBOARDING
        assert documents_due_on(placement) == date(2027, 5, 7)
        assert placement.planned_hours == 152


def test_story_b_a_document_ends_and_the_rotation_is_extended():
    with time_machine.travel(at(2, 5), tick=False) as clock:
        listing = listing_with(date(2027, 3, 1), weeks=9, hours_per_week=20)
        bls = DocumentTypeFactory(slug="bls", name="BLS", validity="printed", through_end=True)
        RequirementFactory(listing=listing, type=bls)
        maria = UserFactory(name="Maria Santos")
        LearnerFactory(user=maria)
        DocumentFactory(owner=maria, type=bls, expires_on=date(2027, 3, 31))
        placement = placed(listing, date(2027, 3, 1), weeks=8, application__learner=maria)
        start_clocks(placement)
        staff = StaffFactory()
        waive_requirement(placement, bls, by=staff, note="Renewal is due", until=date(2027, 3, 31))
        pay_in_full(placement, by=StaffFactory())
        assert placement.status == PlacementStatus.READY

        clock.move_to(at(3, 1, 6))
        run_due()
        placement.refresh_from_db()
        assert placement.status == PlacementStatus.ACTIVE

        # 4. Not renewed: on hold on the morning of 1 April, and everybody told once.
        clock.move_to(at(4, 1, 6))
        run_due()
        run_due()
        placement.refresh_from_db()
        assert placement.status == PlacementStatus.ON_HOLD
        assert placement.holds.get().reason == HoldReason.DOCUMENT_EXPIRED
        for name in ("placement_on_hold", "learner_on_hold", "placement_on_hold_coordinator"):
            assert told(name) == 1
        clock.move_to(at(4, 2, 18))
        for day in (1, 2):
            log_hours(placement, by=maria, day=date(2027, 4, day), hours=8)
        assert hours_totals(placement).excluded == 16

        # The new one is accepted on Monday the 5th: it goes on by itself.
        clock.move_to(at(4, 5, 10))
        maria.documents.update(superseded_at=at(4, 5, 9))
        new = DocumentFactory(owner=maria, type=bls, expires_on=date(2029, 4, 3))
        assert new.verified_at
        Due.objects.create(
            kind="learner.documents_changed", subject_id=maria.pk, at=at(4, 5, 10), occurrence="new"
        )
        run_due()
        placement.refresh_from_db()
        assert placement.status == PlacementStatus.ACTIVE
        assert placement.holds.get().to_on == date(2027, 4, 5)

        # 5. To Tuesday, 27 April: she agrees, and 26 April counts.
        request = offer_extension(placement, date(2027, 4, 27), by=placement.preceptor.user)
        approve_reschedule(request, by=maria)
        placement.refresh_from_db()
        assert placement.end_on == date(2027, 4, 27)
        assert placement.planned_hours == 168
        assert sorted(taken(listing)) == Block(date(2027, 3, 1), 9).mondays
        assert told("placement_extended") == told("learner_extended") == 1
        clock.move_to(at(4, 26, 18))
        assert log_hours(placement, by=maria, day=date(2027, 4, 26), hours=6).pk
