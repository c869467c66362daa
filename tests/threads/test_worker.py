"""A real worker folds what two people write into one mail for each reader."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clocks.models import Due
from clocks.tasks import tick
from outbox.models import Message as Mail
from placements.states import Status
from tests.factories.placements import ApplicationFactory
from tests.machines import forget_broker, wait_for, worker
from tests.threads.conftest import say
from threads.models import Notice

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_three_messages_of_two_conversations_leave_as_one_mail(smtp):
    forget_broker()
    first = ApplicationFactory(status=Status.UNDER_REVIEW)
    second = ApplicationFactory(listing=first.listing, status=Status.UNDER_REVIEW)
    host = first.listing.preceptor.user
    for application in (first, second, first):
        say(application, application.learner, "Not in the mail")
    Due.objects.filter(kind="notice.tell").update(at=timezone.now() - timedelta(seconds=1))

    with worker(smtp_port=smtp.port):
        for _ in range(3):  # beat may tick again before the first is done
            tick.delay()
        wait_for(lambda: smtp.to(host.email))
        wait_for(lambda: not Due.objects.due().exists())

    (mail,) = smtp.to(host.email)
    assert mail["Subject"] == "3 new messages in 2 conversations"
    assert "One-Click" in mail["List-Unsubscribe-Post"]
    assert "Not in the mail" not in mail.as_string()
    assert Mail.objects.filter(template="threads/message_new").count() == 1
    assert not Notice.objects.filter(told_at=None).exists()
