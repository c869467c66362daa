from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.template import TemplateDoesNotExist
from django.utils import timezone

from outbox.actions import discard, enqueue, forget, resend, together
from outbox.models import PATIENCE, STRIKES, Message
from outbox.tasks import deliver

pytestmark = pytest.mark.django_db


def owe(key="event:1", **changes):
    facts = {
        "template": "test",
        "recipient": "amara@example.org",
        "subject": "A seat in Houston",
        "body": "Hello Amara O'Brien,\n\nDr. Castellano confirmed your dates.\n",
    }
    return Message.objects.create(key=key, **{**facts, **changes})


def test_deliver_sends_text_and_html_with_a_stable_id(smtp):
    message = owe()

    deliver(message.pk)

    (mail,) = smtp.mails
    message.refresh_from_db()
    assert message.sent_at is not None
    assert mail["Subject"] == "A seat in Houston"
    assert mail["Message-ID"] == message.message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"]
    text = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    assert "O'Brien" in text
    assert "O&#x27;Brien" in html


def test_deliver_three_times_sends_once(smtp):
    message = owe()

    for _ in range(3):
        deliver(message.pk)

    assert len(smtp.mails) == 1


def test_deliver_waits_until_it_is_due(smtp):
    message = owe(due_at=timezone.now() + timedelta(minutes=2))

    deliver(message.pk)

    assert smtp.mails == []


def test_discard_takes_back_what_has_not_left(smtp):
    message = owe(key="offer:1:amara@example.org")

    assert discard("offer:1") == 1
    deliver(message.pk)

    assert smtp.mails == []


def write(key, to="amara@example.org"):
    return enqueue("accounts/merged_away", to=to, key=key, context={"email": to})


def test_the_same_occasion_is_written_once(django_assert_num_queries):
    with django_assert_num_queries(1):
        first = write("event:7")
    again = write("event:7")

    assert (again.pk, again.body) == (first.pk, first.body)
    assert Message.objects.count() == 1


def test_mails_owed_together_are_written_in_one_statement_and_each_once(django_assert_num_queries):
    write("event:7")

    with django_assert_num_queries(1), together():
        write("event:7")
        with together():
            write("event:8")
        write("event:8", to="helen@example.org")
        write("event:8")

    keys = ["event:7:amara@example.org", "event:8:amara@example.org", "event:8:helen@example.org"]
    assert list(Message.objects.order_by("key").values_list("key", flat=True)) == keys


def test_of_mails_owed_together_none_is_written_if_one_fails():
    def fail():
        with together():
            write("event:7")
            enqueue("accounts/no_such_mail", to="amara@example.org", key="event:8", context={})

    with pytest.raises(TemplateDoesNotExist):
        fail()
    write("event:9")

    assert [message.key for message in Message.objects.all()] == ["event:9:amara@example.org"]


def test_a_server_that_is_away_costs_no_strike_and_is_tried_later(settings, smtp):
    settings.EMAIL_PORT = 1
    message = owe()

    deliver(message.pk)

    message.refresh_from_db()
    assert message.failed_at is None
    assert message.strikes == 0
    assert message.tries == 1
    assert message.due_at > timezone.now()
    assert "Error" in message.last_error


def test_a_temporary_refusal_is_retried_for_five_days_only(smtp):
    smtp.refuse = "451 try later"
    message = owe()
    Message.objects.filter(pk=message.pk).update(created_at=timezone.now() - PATIENCE)

    deliver(message.pk)

    message.refresh_from_db()
    assert message.failed_at is not None


def test_five_final_refusals_end_it_and_staff_can_send_it_again(smtp):
    smtp.refuse = "550 no such person"
    message = owe()

    for _ in range(STRIKES):
        Message.objects.update(due_at=timezone.now())
        deliver(message.pk)

    message.refresh_from_db()
    assert message.failed_at is not None
    smtp.refuse = ""
    resend(message)
    deliver(message.pk)
    assert len(smtp.mails) == 1


def test_a_mail_that_kills_its_worker_is_parked(smtp):
    message = owe(strikes=STRIKES)

    deliver(message.pk)

    message.refresh_from_db()
    assert message.failed_at is not None
    assert smtp.mails == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one_mail(smtp):
    message = owe()
    together = Barrier(2)

    def work(_n):
        together.wait(timeout=5)
        try:
            deliver(message.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, range(2)))

    assert len(smtp.mails) == 1


def test_what_is_forgotten_says_nothing_and_never_leaves(smtp):
    owed, sent = owe(), owe("event:2:amara@example.org", sent_at=timezone.now(), last_error="550")

    assert forget(Message.objects.all(), addressee=True) == 2
    deliver(owed.pk)

    assert smtp.mails == []
    for message in (owed, sent):
        message.refresh_from_db()
        said = (message.key, message.recipient, message.subject, message.body, message.last_error)
        assert said == (f"forgotten:{message.pk}", "", "", "", "")
        assert message.forgotten_at
    assert owed.discarded_at


def test_somebody_elses_mail_keeps_its_addressee():
    message = owe(sent_at=timezone.now())

    forget(Message.objects.all(), addressee=False)

    message.refresh_from_db()
    assert (message.recipient, message.key, message.body) == ("amara@example.org", "event:1", "")


def test_a_fleeting_mail_leaves_no_trace_once_it_is_sent(smtp):
    message = owe(fleeting=True)

    deliver(message.pk)

    message.refresh_from_db()
    assert len(smtp.mails) == 1
    assert message.sent_at
    assert (message.recipient, message.body) == ("", "")


def test_a_fleeting_mail_that_is_not_sent_yet_is_kept(smtp):
    smtp.refuse = "450 later"
    message = owe(fleeting=True)

    deliver(message.pk)

    message.refresh_from_db()
    assert (message.sent_at, message.recipient) == (None, "amara@example.org")
