"""The author's answer to a request, what comes of it, and what its clocks do."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from clocks.models import Due
from clocks.queries import numbers
from letters import deadlines, tasks
from letters.actions.requests import (
    WrongDay,
    agree_to_letter,
    attest_upload,
    cancel_letter,
    confirm_letter,
    decline_letter,
    expire_letter,
    report_not_visible,
    request_letter,
)
from letters.states import LetterStatus
from outbox.models import Message
from tests.factories.letters import LetterRequestFactory
from tests.letters.requests import author_of, draft, learner_of, mails

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate


def test_agree_tells_the_learner_by_when():
    letter = LetterRequestFactory()
    day = TODAY() + timedelta(days=90)
    agree_to_letter(letter, by=author_of(letter), promised_on=day)

    letter.refresh_from_db()
    assert (letter.status, letter.promised_on) == (LetterStatus.AGREED, day)
    assert letter.token_expires_at.date() > day
    assert f"{day:%B} {day.day}, {day.year}" in mails("letter_agreed").get().body


def test_agree_refuses_a_day_gone_by():
    letter = LetterRequestFactory()
    with pytest.raises(WrongDay):
        agree_to_letter(letter, by=author_of(letter), promised_on=TODAY() - timedelta(days=2))
    letter.refresh_from_db()
    assert letter.status == LetterStatus.REQUESTED


@pytest.mark.parametrize("status", [LetterStatus.REQUESTED, LetterStatus.AGREED])
@pytest.mark.parametrize("shares", [False, True])
def test_decline_says_why_only_if_it_is_shared(status, shares):
    letter = LetterRequestFactory(status=status)
    decline_letter(letter, by=author_of(letter), note="Too few weeks.", shares_note=shares)

    letter.refresh_from_db()
    mail = mails("letter_declined").get()
    assert letter.status == LetterStatus.DECLINED
    assert mail.recipient == learner_of(letter).email
    assert ("Too few weeks." in mail.body) is shares
    assert "could not" in mail.subject


def test_decline_shares_nothing_when_nothing_is_said():
    letter = LetterRequestFactory()
    decline_letter(letter, by=author_of(letter), note="  ", shares_note=True)
    letter.refresh_from_db()
    assert (letter.decline_note, letter.shares_note) == ("", False)


@pytest.mark.parametrize("status", [LetterStatus.REQUESTED, LetterStatus.AGREED])
def test_attest_tells_the_learner_where_to_look(status):
    letter = LetterRequestFactory(status=status)
    attest_upload(letter, by=author_of(letter), uploaded_on=TODAY())

    letter.refresh_from_db()
    assert letter.status == LetterStatus.UPLOADED
    assert letter.attested_at
    assert "MyERAS" in mails("letter_uploaded").get().body


@pytest.mark.parametrize("days", [2, -30])
def test_attest_refuses_days_that_cannot_be(days):
    letter = LetterRequestFactory()
    with pytest.raises(WrongDay):
        attest_upload(letter, by=author_of(letter), uploaded_on=TODAY() + timedelta(days=days))
    letter.refresh_from_db()
    assert letter.status == LetterStatus.REQUESTED
    assert not Message.objects.exists()


# What comes after


def test_not_visible_goes_back_to_the_author():
    letter = LetterRequestFactory(status=LetterStatus.UPLOADED, token_expires_at=timezone.now())
    report_not_visible(letter, by=learner_of(letter))

    letter.refresh_from_db()
    assert letter.status == LetterStatus.AGREED
    assert letter.token_expires_at > timezone.now() + timedelta(days=29)
    mail = mails("letter_not_visible").get()
    assert mail.recipient == author_of(letter).email
    assert f"/l/{letter.token}/" in mail.body


def test_not_visible_is_too_early_before_five_business_days():
    letter = LetterRequestFactory(status=LetterStatus.UPLOADED, uploaded_on=TODAY())
    with pytest.raises(WrongDay):
        report_not_visible(letter, by=learner_of(letter))
    letter.refresh_from_db()
    assert letter.status == LetterStatus.UPLOADED


def test_confirm_thanks_the_author():
    letter = LetterRequestFactory(status=LetterStatus.UPLOADED)
    confirm_letter(letter, by=learner_of(letter))
    letter.refresh_from_db()
    assert letter.status == LetterStatus.CONFIRMED
    assert letter.ended_at
    assert mails("letter_confirmed").get().recipient == author_of(letter).email


@pytest.mark.parametrize("status", [LetterStatus.REQUESTED, LetterStatus.AGREED])
def test_cancel_tells_the_author_and_ends_the_link(status):
    letter = LetterRequestFactory(status=status)
    cancel_letter(letter, by=learner_of(letter))
    letter.refresh_from_db()
    assert letter.status == LetterStatus.CANCELLED
    assert letter.token_expires_at <= timezone.now()
    assert mails("letter_cancelled").get().recipient == author_of(letter).email


def test_cancel_of_a_draft_tells_nobody():
    letter = LetterRequestFactory(status=LetterStatus.DRAFT)
    cancel_letter(letter, by=learner_of(letter))
    assert not Message.objects.exists()


@pytest.mark.parametrize("act", [confirm_letter, report_not_visible, expire_letter])
def test_too_soon_is_refused(act):
    letter = LetterRequestFactory(status=LetterStatus.AGREED)
    if act is expire_letter:
        assert act(letter) is False
    else:
        with pytest.raises(ValidationError):
            act(letter, by=learner_of(letter))
    letter.refresh_from_db()
    assert letter.status == LetterStatus.AGREED


# The clock


def fire(kind, letter):
    for due in Due.objects.filter(kind=kind, subject_id=letter.pk, done_at=None):
        {"letter.reminder": tasks.remind_author, "letter.expiry": tasks.end_unanswered}[kind](
            due.pk
        )


def test_the_author_is_reminded_until_it_is_uploaded(time_machine):
    letter = draft()
    request_letter(letter, by=learner_of(letter))
    reminders = list(Due.objects.filter(kind="letter.reminder").order_by("at"))
    zone = letter.placement.listing.site.zone
    offsets = [(due.at.astimezone(zone).date() - letter.target_on).days for due in reminders]
    assert offsets == list(numbers(deadlines.REMINDERS))

    time_machine.move_to(reminders[0].at, tick=False)
    fire("letter.reminder", letter)
    fire("letter.reminder", letter)
    assert mails("letter_reminder").count() == 1

    agree_to_letter(letter, by=author_of(letter))
    time_machine.move_to(reminders[1].at, tick=False)
    fire("letter.reminder", letter)
    assert mails("letter_reminder").count() == 2

    attest_upload(letter, by=author_of(letter), uploaded_on=TODAY())
    time_machine.move_to(reminders[-1].at, tick=False)
    fire("letter.reminder", letter)
    assert mails("letter_reminder").count() == 2
    assert not Due.objects.filter(kind="letter.reminder", done_at=None).exists()


def test_a_request_without_an_answer_ends(time_machine):
    letter = draft()
    request_letter(letter, by=learner_of(letter))
    time_machine.move_to(letter.token_expires_at + timedelta(minutes=1), tick=False)

    fire("letter.expiry", letter)

    letter.refresh_from_db()
    assert letter.status == LetterStatus.EXPIRED
    assert mails("letter_expired").get().recipient == learner_of(letter).email
    assert mails("letter_expired_coordinator").count() == 1


def test_an_answered_request_does_not_end(time_machine):
    letter = draft()
    request_letter(letter, by=learner_of(letter))
    agree_to_letter(letter, by=author_of(letter))
    time_machine.move_to(letter.token_expires_at + timedelta(minutes=1), tick=False)
    fire("letter.expiry", letter)
    letter.refresh_from_db()
    assert letter.status == LetterStatus.AGREED
