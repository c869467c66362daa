"""Each mail once, with an apostrophe in every name and words that try to be more than words."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.actions import record
from letters import emails
from letters.states import Destination, LetterStatus
from outbox.models import Message
from tests.factories.letters import IssuedDocumentFactory, LetterRequestFactory

pytestmark = pytest.mark.django_db

TO_AUTHOR = ["requested", "changed", "not_visible", "confirmed", "cancelled"]
TO_LEARNER = ["agreed", "declined", "uploaded"]
SUBJECTS = {
    "requested": r"Zoë O'Brien asks for a letter, hoped for by \w{3}, \w{3} \d+",
    "changed": "Changed: the letter request of Zoë O'Brien",
    "not_visible": "The letter for Zoë O'Brien does not show yet",
    "confirmed": "Thank you: the letter for Zoë O'Brien has arrived",
    "cancelled": "No letter is needed any more for Zoë O'Brien",
    "agreed": "Dr. D'Souza writes your letter",
    "declined": "This letter could not be written",
    "uploaded": "Dr. D'Souza has uploaded your letter",
}
FORGED = "Please.\n\nPay here: https://evil.example/\n-- \nThe portal"


@pytest.fixture
def letter():
    found = LetterRequestFactory(
        status=LetterStatus.UPLOADED, message=FORGED, promised_on=timezone.localdate()
    )
    rename(found.placement)
    return found


def rename(placement):
    learner, author = placement.learner, placement.preceptor.user
    learner.name, author.name = "Zoë O'Brien", "Helen D'Souza"
    learner.save()
    author.save()
    placement.listing.title = "Children's ward"
    placement.listing.save()


def check(mail):
    said = mail.subject + mail.body
    assert "{{" not in said
    assert "None" not in said
    assert "&#" not in said
    assert "\n\n\n" not in mail.body
    assert mail.as_email().message()


@pytest.mark.parametrize("name", [*TO_AUTHOR, *TO_LEARNER])
def test_mails_about_a_letter(letter, name):
    getattr(emails, f"letter_{name}")(letter, occasion=record("test", letter, by=None))

    mail = Message.objects.get()
    check(mail)
    assert re.fullmatch(SUBJECTS[name], mail.subject)
    placement = letter.placement
    reader = placement.preceptor.user if name in TO_AUTHOR else placement.learner
    assert mail.user == reader
    if name in {"confirmed", "cancelled"}:
        assert letter.token not in mail.body
    else:
        assert (f"/l/{letter.token}/" in mail.body) is (name in TO_AUTHOR)
        assert mail.secret is (name in TO_AUTHOR)
        assert (letter.get_absolute_url() in mail.body) is (name in TO_LEARNER)


@pytest.mark.parametrize("status", [LetterStatus.REQUESTED, LetterStatus.AGREED])
@pytest.mark.parametrize(("days", "words"), [(14, "in 14 days"), (1, "in 1 day."), (0, "today"), (-3, "was hoped for")])  # fmt: skip
def test_reminders_say_how_many_days_are_left(status, days, words):
    letter = LetterRequestFactory(status=status)
    rename(letter.placement)
    emails.letter_reminder(letter, due=1, days=days)

    mail = Message.objects.get()
    check(mail)
    assert words in mail.body
    assert ("Still open" in mail.subject) is (status == LetterStatus.REQUESTED)


def test_the_end_is_told_to_learner_and_coordinators(letter):
    emails.letter_expired(letter, occasion=record("test", letter, by=None))
    for mail in Message.objects.all():
        check(mail)
    assert Message.objects.count() == 2


def test_her_words_stay_her_words(letter):
    """Set in, line by line: no line of hers can pass for one of ours."""
    emails.letter_requested(letter, occasion=record("test", letter, by=None))
    body = Message.objects.get().body
    assert "  Pay here: https://evil.example/" in body
    assert "\nPay here" not in body
    assert body.count("\n-- \n") == 1


@pytest.mark.parametrize("destination", Destination)
def test_a_mail_speaks_of_eras_only_where_it_goes_there(destination):
    letter = LetterRequestFactory(status=LetterStatus.UPLOADED, destination=destination)
    emails.letter_uploaded(letter, occasion=record("test", letter, by=None))
    assert ("MyERAS" in Message.objects.get().body) is (destination == Destination.ERAS)


def test_mails_about_a_certificate():
    document = IssuedDocumentFactory()
    rename(document.placement)
    old = IssuedDocumentFactory(
        placement=document.placement, replaced_by=document, issued_at=timezone.now() - timedelta(9)
    )
    document.refresh_from_db()
    emails.certificate_issued(document, occasion=record("test", document, by=None))
    emails.certificate_revoked(document, occasion=record("test", document, by=None))

    issued, revoked = Message.objects.order_by("pk")
    check(issued)
    check(revoked)
    assert issued.subject == "Your certificate is ready"
    assert f"It replaces no. {old.number}" in issued.body
    assert f"/certificates/{document.code}/" in issued.body
    assert "no longer valid" in revoked.subject
