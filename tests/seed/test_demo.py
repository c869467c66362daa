"""The demo portal, loaded for real: every state is there, and every rule holds."""

from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.kinds import Family
from accounts.models import LearnerProfile, PreceptorProfile, User
from clocks.actions import schedule
from clocks.models import Due
from letters.models import IssuedDocument, LetterRequest
from letters.states import LetterStatus
from outbox.models import Message
from placements.actions.counters import differences
from placements.models import Application, Placement
from placements.states import PlacementStatus, Status
from rotations.blocks import WEEK
from rotations.kinds import RotationType
from rotations.models import Listing, SeatWeek, Specialty, State
from seed.demo import move_to_next
from seed.people import current_codes
from tests.factories.placements import PlacementFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def _demo(django_db_setup, django_db_blocker) -> Iterator[None]:
    """Loaded once, in a transaction around those of the tests, which only roll back to it."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("demo", verbosity=0)
        with django_db_blocker.block():
            yield
        transaction.set_rollback(True)


def test_demo_is_whole():
    assert Specialty.objects.count() == 48
    assert State.objects.count() == 56
    assert PreceptorProfile.objects.exclude(verified_at=None).count() >= 24
    assert Listing.objects.published().count() >= 60
    assert set(Listing.objects.values_list("rotation_type", flat=True)) == set(RotationType)
    assert Listing.objects.values("site__state").distinct().count() >= 12
    learners = LearnerProfile.objects.filter(user__erased_at=None)
    assert set(learners.values_list("family", flat=True)) == set(Family)
    assert set(Application.objects.values_list("status", flat=True)) == set(Status)
    assert set(Placement.objects.values_list("status", flat=True)) == set(PlacementStatus)
    assert set(LetterRequest.objects.values_list("status", flat=True)) == set(LetterStatus)
    states = {document.state for document in IssuedDocument.objects.all()}
    assert states == {"valid", "replaced", "revoked"}


def test_demo_keeps_the_rules():
    assert not SeatWeek.objects.filter(taken__gt=F("capacity")).exists()
    assert differences() == {}


def test_demo_writes_to_nobody_for_what_is_past():
    assert not Message.objects.due().exists()
    assert not Due.objects.due().exists()


def test_demo_twice_is_refused_and_if_empty_does_nothing():
    before = User.objects.count()

    with pytest.raises(CommandError, match="people here already"):
        call_command("demo", verbosity=0)
    call_command("demo", if_empty=True, verbosity=0)

    assert User.objects.count() == before


def test_staffs_second_factor_can_be_had_without_a_phone():
    codes = current_codes()

    assert set(codes) == {"admin@demo.example", "coordinator@demo.example"}
    assert all(len(code) == 6 for code in codes.values())


def test_forward_moves_a_placement_and_its_timers_until_the_next_is_due():
    placement = Placement.objects.with_listing().filter(status=PlacementStatus.READY).first()

    move_to_next(placement)

    placement.refresh_from_db()
    due = Due.objects.due().filter(kind__startswith="placement.", subject_id=placement.pk)
    assert due.exists()
    assert all(one.occurrence.startswith(f"{placement.start_on}:") for one in due)
    assert placement.application.start_on == placement.start_on


def test_forward_says_which_rotation_of_hers_stands_in_the_way():
    first = Placement.objects.filter(status=PlacementStatus.READY).first()
    start = first.start_on + 26 * WEEK
    later = PlacementFactory(learner=first.learner, application__start_on=start)
    schedule("placement.begin", later.pk, at=timezone.now() + 26 * WEEK)

    with pytest.raises(CommandError, match=f"--forward {first.code}"):
        call_command("demo", forward=later.code, verbosity=0)

    later.refresh_from_db()
    assert later.start_on == start


def test_reset_spares_real_people():
    User.objects.create_user("somebody@example.org", name="Somebody Real")

    with pytest.raises(CommandError, match="not of the demo"):
        call_command("demo", reset=True, verbosity=0)

    assert User.objects.filter(email="somebody@example.org").exists()
