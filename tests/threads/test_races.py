"""Races on real PostgreSQL. Each fails when the lock that it is about is taken away."""

import threading
import time
from collections import Counter

import pytest
from django.db import connection, transaction

from accounts.codes import new_code
from clocks.models import Due
from placements.states import Status
from tests.factories.placements import ApplicationFactory
from tests.placements.test_races import all_at_once
from tests.threads.conftest import say
from threads.actions.messages import mark_read, send_message
from threads.actions.notices import tell
from threads.models import Mark, Message, Notice, Thread

pytestmark = pytest.mark.django_db(transaction=True)


def request_with_office():
    return ApplicationFactory(status=Status.UNDER_REVIEW)


@pytest.mark.parametrize("begun", [False, True])
def test_one_form_sent_twice_at_once_is_one_message(begun):
    application = request_with_office()
    if begun:
        say(application, application.listing.preceptor.user)
    key = new_code()

    sent = all_at_once(
        lambda _n: send_message(application, by=application.learner, text="Hello", key=key).pk,
        range(6),
    )

    assert len(set(sent)) == 1, sent
    assert Message.objects.filter(author=application.learner).count() == 1
    assert Thread.objects.count() == 1
    host = application.listing.preceptor.user
    assert Notice.objects.get(person=host).messages.count() == 1


def test_two_sides_at_once_make_one_thread_and_one_notice_each():
    application = request_with_office()
    people = [application.learner, application.listing.preceptor.user] * 4

    sent = all_at_once(lambda by: say(application, by).pk, people)

    assert Message.objects.count() == 8, sent
    notices = Counter(one.messages.count() for one in Notice.objects.all())
    assert notices == {4: 2}


def test_conversations_of_the_same_two_wait_for_each_other_in_no_circle():
    """Each tells both readers, in whatever order they write."""
    first = request_with_office()
    first.listing.preceptor.office_gets_mail = True
    second = ApplicationFactory(
        listing=first.listing, learner=first.learner, status=Status.WITHDRAWN
    )
    things = [
        (application, by)
        for application in (first, second)
        for by in (application.learner, application.listing.preceptor.user)
    ] * 3

    sent = all_at_once(lambda thing: say(*thing).pk, things)

    assert all(isinstance(pk, int) for pk in sent), sent
    assert Notice.objects.count() == 2


def test_a_message_while_its_mail_is_written_is_in_it_or_in_the_next():
    application = request_with_office()
    say(application, application.learner)
    notice = Notice.objects.get()
    due = Due.objects.get(kind="notice.tell")
    told = threading.Event()

    def write():
        try:
            told.wait(timeout=10)
            return say(application, application.learner).pk
        finally:
            connection.close()

    sender = threading.Thread(target=write)
    sender.start()
    with transaction.atomic():
        tell(notice, due=due.pk)
        told.set()
        time.sleep(0.5)  # the sender waits at the notice's row
        assert Message.objects.count() == 1
    sender.join()

    assert Message.objects.count() == 2
    assert [one.messages.count() for one in Notice.objects.order_by("pk")] == [1, 1]


def test_a_mail_waits_for_a_message_that_is_on_its_way():
    application = request_with_office()
    say(application, application.learner)
    notice, due = Notice.objects.get(), Due.objects.get(kind="notice.tell")
    told = []

    def write_mail():
        try:
            told.append(tell(notice, due=due.pk))
        finally:
            connection.close()

    worker = threading.Thread(target=write_mail)
    with transaction.atomic():
        say(application, application.learner)
        worker.start()
        time.sleep(0.5)
        assert told == []
    worker.join()

    assert told == [2]


def test_two_windows_leave_the_further_mark():
    application = request_with_office()
    keys = [say(application, application.learner).pk for _ in range(8)]
    host = application.listing.preceptor.user

    all_at_once(lambda key: mark_read(application.thread, by=host, read_to=key), keys)

    assert Mark.objects.get(person=host).read_to == max(keys)
