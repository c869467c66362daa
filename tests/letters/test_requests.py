"""A letter is asked for, and the request corrected."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.kinds import ConsentKind
from accounts.models import Consent
from audit.models import Event
from clocks.models import Due
from letters import tasks
from letters.actions.requests import (
    Incomplete,
    NotTwice,
    TooEarly,
    change_letter,
    request_letter,
    save_letter,
)
from letters.actions.transition import LetterMoved, move_letter
from letters.models import LetterRequest
from letters.states import TRANSITIONS, LetterStatus
from outbox.models import Message
from placements.states import PlacementStatus
from tests.factories.letters import LetterRequestFactory
from tests.factories.placements import PlacementFactory
from tests.letters.requests import author_of, completed, draft, learner_of, mails

pytestmark = pytest.mark.django_db

# The table


@pytest.mark.parametrize("was", LetterStatus)
@pytest.mark.parametrize("to", LetterStatus)
def test_move_letter_allows_what_the_table_has(was, to):
    letter = LetterRequestFactory(status=was)
    allowed = to in TRANSITIONS.get(was, ())
    # What an asked one must have is no matter of the move.
    changes = {} if was != LetterStatus.DRAFT else {"requested_at": timezone.now()}

    if allowed:
        move_letter(letter, to, by=None, **changes)
        assert Event.objects.filter(verb=f"letter.{to}").exists()
    else:
        with pytest.raises(LetterMoved):
            move_letter(letter, to, by=None)
    letter.refresh_from_db()
    assert letter.status == (to if allowed else was)


# When she may ask


@pytest.mark.parametrize(
    "status", [PlacementStatus.WRAP_UP, PlacementStatus.COMPLETED, PlacementStatus.INCOMPLETE]
)
def test_a_letter_can_be_asked_for_when_it_is_over(status):
    placement = PlacementFactory(status=status)
    assert save_letter(placement, by=placement.learner).status == LetterStatus.DRAFT


@pytest.mark.parametrize(
    "status",
    [
        PlacementStatus.ONBOARDING,
        PlacementStatus.READY,
        PlacementStatus.ON_HOLD,
        PlacementStatus.CANCELLED,
        PlacementStatus.NO_SHOW,
        PlacementStatus.TERMINATED,
    ],
)
def test_a_letter_cannot_be_asked_for_before_or_after_a_bad_end(status):
    placement = PlacementFactory(status=status)
    with pytest.raises(TooEarly):
        save_letter(placement, by=placement.learner)
    assert not LetterRequest.objects.exists()


@pytest.mark.parametrize(("days", "allowed"), [(12, False), (13, True), (25, True)])
def test_a_letter_can_be_asked_for_from_half_time_on(days, allowed, time_machine):
    placement = PlacementFactory(status=PlacementStatus.ACTIVE)
    day = placement.start_on + timedelta(days=days)
    time_machine.move_to(f"{day}T18:00:00Z", tick=False)
    if allowed:
        save_letter(placement, by=placement.learner)
    else:
        with pytest.raises(TooEarly):
            save_letter(placement, by=placement.learner)


def test_save_letter_keeps_one_draft():
    placement = completed()
    first = save_letter(placement, by=placement.learner, message="One")
    second = save_letter(placement, by=placement.learner, message="Two", waived=False)

    assert first == second
    assert LetterRequest.objects.get().message == "Two"
    assert LetterRequest.objects.get().waived is False


def test_save_letter_writes_no_status():
    placement = completed()
    letter = save_letter(placement, by=placement.learner, status="confirmed", token="x")
    letter.refresh_from_db()
    assert letter.status == LetterStatus.DRAFT
    assert letter.token != "x"


# Asking


def test_request_letter_starts_link_consent_and_clocks():
    letter = draft()

    request_letter(letter, by=learner_of(letter), address="192.0.2.1")

    letter.refresh_from_db()
    assert letter.status == LetterStatus.REQUESTED
    assert letter.waived_at == letter.requested_at
    assert letter.token_expires_at >= letter.requested_at + timedelta(days=60)
    consent = Consent.objects.get(kind=ConsentKind.LETTER_PACKET)
    assert (consent.user, consent.subject_id) == (learner_of(letter), letter.pk)
    kinds = Due.objects.filter(subject_id=letter.pk, kind__startswith="letter.")
    assert kinds.filter(kind="letter.reminder").count() == 6
    assert kinds.get(kind="letter.expiry").at == letter.token_expires_at
    assert not Message.objects.exists()


def test_the_author_hears_of_it_with_the_pdf():
    letter = draft()
    request_letter(letter, by=learner_of(letter))

    tasks.render_request(letter.pk)
    tasks.render_request(letter.pk)

    letter.refresh_from_db()
    assert letter.rendered_version == letter.version
    mail = mails("letter_requested").get()
    assert mail.recipient == author_of(letter).email
    assert f"/l/{letter.token}/" in mail.body
    day = letter.target_on
    assert mail.subject == (
        f"{learner_of(letter).name} asks for a letter, hoped for by {day:%a, %b} {day.day}"
    )


@pytest.mark.parametrize(
    ("gap", "field"),
    [
        ({"waived": None}, "waived"),
        ({"destination": ""}, "destination"),
        ({"letter_id": ""}, "letter_id"),
        ({"target_on": None}, "target_on"),
    ],
)
def test_request_letter_refuses_gaps(gap, field):
    letter = draft(**gap)
    with pytest.raises(Incomplete) as refusal:
        request_letter(letter, by=learner_of(letter))
    assert list(refusal.value.message_dict) == [field]
    letter.refresh_from_db()
    assert letter.status == LetterStatus.DRAFT
    assert not Due.objects.filter(kind__startswith="letter.").exists()


def test_request_letter_to_eras_needs_an_aamc_id():
    placement = PlacementFactory(status=PlacementStatus.COMPLETED)
    with pytest.raises(Incomplete):
        request_letter(draft(placement), by=placement.learner)


def test_request_letter_to_elsewhere_needs_neither_and_keeps_no_letter_id():
    placement = PlacementFactory(status=PlacementStatus.COMPLETED)
    letter = draft(placement, destination="other", letter_id="F7K2-90QM", waived=False)
    request_letter(letter, by=placement.learner)
    letter.refresh_from_db()
    assert (letter.status, letter.letter_id) == (LetterStatus.REQUESTED, "")


def test_request_letter_twice_asks_once():
    letter = draft()
    request_letter(letter, by=learner_of(letter))
    with pytest.raises(LetterMoved):
        request_letter(letter, by=learner_of(letter))
    with pytest.raises(NotTwice):
        save_letter(letter.placement, by=learner_of(letter))
    assert Consent.objects.count() == 1


def test_nobody_is_asked_again_after_a_no():
    letter = LetterRequestFactory(status=LetterStatus.DECLINED)
    with pytest.raises(NotTwice):
        save_letter(letter.placement, by=learner_of(letter))


@pytest.mark.parametrize("ended", [LetterStatus.EXPIRED, LetterStatus.CANCELLED])
def test_after_silence_or_a_change_of_mind_she_can_ask_again(ended):
    letter = LetterRequestFactory(status=ended)
    again = save_letter(letter.placement, by=learner_of(letter))
    assert again != letter


def test_the_table_knows_one_open_request_per_placement():
    letter = LetterRequestFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        LetterRequestFactory(placement=letter.placement)


@pytest.mark.parametrize("gap", [{"waived": None}, {"letter_id": ""}, {"target_on": None}])
def test_the_table_wants_an_asked_one_whole(gap):
    letter = LetterRequestFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        LetterRequest.objects.filter(pk=letter.pk).update(**gap)


# Correcting


def test_change_letter_makes_a_new_version_and_tells_the_author():
    letter = LetterRequestFactory()
    tasks.render_request(letter.pk)
    letter.refresh_from_db()
    first = letter.file.name

    change_letter(letter, by=learner_of(letter), letter_id="NEW-1234", waived=False)

    assert letter.rendered_version != letter.version
    tasks.render_request(letter.pk)
    letter.refresh_from_db()
    assert (letter.version, letter.letter_id, letter.waived) == (2, "NEW-1234", False)
    assert letter.rendered_version == letter.version
    assert letter.file.name != first
    assert mails("letter_requested").count() == 1
    assert mails("letter_changed").count() == 1


def test_change_letter_to_the_same_changes_nothing():
    letter = LetterRequestFactory()
    change_letter(letter, by=learner_of(letter), letter_id=letter.letter_id, waived=letter.waived)
    assert letter.version == 1


def test_the_waiver_stands_once_the_author_agreed():
    letter = LetterRequestFactory(status=LetterStatus.AGREED)
    with pytest.raises(LetterMoved):
        change_letter(letter, by=learner_of(letter), waived=False)
    change_letter(letter, by=learner_of(letter), letter_id="NEW-1234")
    assert letter.version == 2


@pytest.mark.parametrize("status", [LetterStatus.UPLOADED, LetterStatus.CONFIRMED])
def test_nothing_changes_once_it_is_uploaded(status):
    letter = LetterRequestFactory(status=status)
    with pytest.raises(LetterMoved):
        change_letter(letter, by=learner_of(letter), letter_id="NEW-1234")
