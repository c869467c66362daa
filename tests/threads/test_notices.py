"""Mails about new messages: folded, without the text, never to the writer, and ended by a click."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from clocks.models import Due
from outbox.models import Message as Mail
from placements.states import Status
from tests.factories.placements import ApplicationFactory
from tests.threads.conftest import NOON, say
from threads.deadlines import tell_at
from threads.links import quiet_url
from threads.models import Notice, Quiet
from threads.tasks import tell_notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def tell(clock=None, minutes=10):
    """Let so many minutes pass and the clock tick."""
    if clock:
        clock.shift(timedelta(minutes=minutes))
    for due in Due.objects.due().filter(kind="notice.tell"):
        tell_notice(due.pk)
    return list(Mail.objects.filter(template="threads/message_new").order_by("pk"))


def test_several_within_ten_minutes_are_one_mail(noon, talking):
    for text in ("First secret", "Second secret"):
        say(talking.application, talking.learner, text)
        noon.shift(timedelta(minutes=4))
    assert tell() == []

    mails = tell(noon, minutes=3)

    assert {mail.recipient for mail in mails} == {talking.host.email}
    (mail,) = mails
    assert mail.subject.startswith("2 new messages about")
    assert "secret" not in mail.body + mail.subject
    assert "Amara O'Nwosu" in mail.body
    assert f"http://testserver{talking.url}" in mail.body
    assert "{{" not in mail.body
    assert tell(noon) == mails


def test_conversations_of_one_reader_are_one_mail(noon, talking):
    other = ApplicationFactory(listing=talking.application.listing, status=Status.UNDER_REVIEW)
    say(talking.application, talking.learner)
    say(other, other.learner)

    (mail,) = tell(noon)

    assert mail.subject == "2 new messages in 2 conversations"
    assert mail.body.count("/messages/\n") == 2


def test_a_message_after_the_mail_is_the_next_mail(noon, talking):
    say(talking.application, talking.learner)
    assert len(tell(noon)) == 1
    say(talking.application, talking.learner)

    assert len(tell(noon)) == 2


def test_what_was_read_meanwhile_is_not_told(noon, talking, client):
    say(talking.application, talking.learner)
    client.force_login(talking.host)
    client.get(talking.url)

    assert tell(noon) == []
    assert Due.objects.get(kind="notice.tell").outcome == "read meanwhile"


def test_everybody_but_the_writer_hears(noon, talking):
    talking.preceptor.office_gets_mail = True
    talking.preceptor.save()
    say(talking.application, talking.delegate)

    mails = tell(noon)

    assert {mail.recipient for mail in mails} == {talking.host.email, talking.learner.email}
    assert f"{talking.delegate.name} for" in mails[0].subject


def test_who_left_the_office_meanwhile_hears_nothing(noon, talking):
    talking.preceptor.office_gets_mail = True
    talking.preceptor.save()
    say(talking.application, talking.learner)
    talking.delegation.ended_at, talking.delegation.ended_by = timezone.now(), talking.host
    talking.delegation.save()

    assert {mail.recipient for mail in tell(noon)} == {talking.host.email}


def test_staff_hear_where_somebody_waits_for_them(noon, talking, settings, dana):
    say(talking.application, talking.learner)
    assert settings.PORTAL["email"] not in {mail.recipient for mail in tell(noon)}

    say(talking.application, talking.learner, asks_staff=True)

    mails = [mail for mail in tell(noon) if mail.recipient == settings.PORTAL["email"]]
    assert len(mails) == 1
    assert mails[0].as_email().extra_headers.get("List-Unsubscribe") is None


def test_a_click_out_of_the_mail_ends_them(noon, talking, client):
    say(talking.application, talking.learner)
    (mail,) = tell(noon)
    headers = mail.as_email().extra_headers
    url = quiet_url(talking.host)
    assert headers["List-Unsubscribe"] == f"<{url}>"
    assert url in mail.body
    path = url.removeprefix("http://testserver")

    client.get(path)
    assert not Quiet.objects.exists()
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200

    assert Quiet.objects.get().person == talking.host
    say(talking.application, talking.learner)
    assert len(tell(noon)) == 1
    client.force_login(talking.host)
    client.post(reverse("threads:mails"), {"wanted": "1"})
    assert not Quiet.objects.exists()


def test_a_link_that_nobody_made_ends_nothing(client, talking):
    url = reverse("threads:quiet_link", args=[f"{talking.host.pk}:forged"])

    assert client.post(url).status_code == 404
    assert not Quiet.objects.exists()


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("2027-01-12 20:49", "2027-01-12 20:59"),
        ("2027-01-12 20:51", "2027-01-13 07:00"),
        ("2027-01-13 02:00", "2027-01-13 07:00"),
        ("2027-01-13 07:05", "2027-01-13 07:15"),
    ],
)
def test_nobody_is_woken(sent, told):
    lagos = ZoneInfo("Africa/Lagos")
    moment = timezone.datetime.strptime(sent, "%Y-%m-%d %H:%M").replace(tzinfo=lagos)

    assert f"{tell_at(moment, lagos):%Y-%m-%d %H:%M}" == told


def test_one_mail_is_open_for_each(noon, talking):
    for _ in range(3):
        say(talking.application, talking.learner)
        say(talking.application, talking.host)

    assert Notice.objects.filter(told_at=None).count() == 2
