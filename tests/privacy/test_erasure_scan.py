"""After an erasure nobody finds her: not in a table, not in a file, not by a session (promise P2)."""

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from outbox.models import Message
from outbox.tasks import deliver
from privacy.actions.erasures import carry_out, request_erasure
from privacy.models import FileToDelete
from privacy.registry import EXCEPTIONS
from privacy.tasks import delete_file
from rotations.search.entries import mend
from tests.factories.accounts import StaffFactory
from tests.privacy import lives
from tests.privacy.scan import places_of

CERTIFICATES = {"letters_issueddocument.facts", "letters_issueddocumentevent.facts"}
pytestmark = pytest.mark.django_db


def erase(person):
    """The whole of it: the day, the files, the farewell."""
    erasure = request_erasure(person, by=StaffFactory(), at_once=True)
    assert carry_out(erasure)
    for row in FileToDelete.objects.all():
        delete_file(row.pk)
    for message in Message.objects.owed():
        deliver(message.pk)
    person.refresh_from_db()


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_nothing_of_a_learner_is_left(smtp, private):
    person = lives.learner()
    before = places_of(lives.LEARNER_WORDS)
    assert len(before) > 30
    assert len(files_in(private)) > 3

    erase(person)

    left = places_of(lives.LEARNER_WORDS)
    assert CERTIFICATES <= left.keys() <= EXCEPTIONS.keys(), left
    assert files_in(private) == []
    assert not Session.objects.exists()


def test_nothing_of_a_preceptor_is_left(smtp):
    person = lives.preceptor()
    before = places_of(lives.PRECEPTOR_WORDS)
    assert len(before) > 20

    erase(person)

    left = places_of(lives.PRECEPTOR_WORDS)
    assert CERTIFICATES <= left.keys() <= EXCEPTIONS.keys(), left
    assert not Session.objects.exists()


def test_the_farewell_is_the_last_that_is_kept_of_her_address(smtp):
    person = lives.learner()
    address = person.email

    erase(person)

    (mail,) = smtp.to(address)
    assert "is deleted" in mail["Subject"]
    assert "Zyxwina" not in mail.as_string()
    assert not Message.objects.filter(recipient__icontains="quibberly").exists()


def test_somebody_else_keeps_what_is_hers(smtp):
    other = lives.preceptor()
    mend(today=timezone.localdate())
    before = places_of(lives.PRECEPTOR_WORDS)

    erase(lives.learner())

    assert places_of(lives.PRECEPTOR_WORDS) == before
    other.refresh_from_db()
    assert other.is_active
