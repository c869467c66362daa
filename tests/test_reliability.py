"""Workers die and brokers forget; the work is done once (promises R5, R6, F2, F4)."""

import asyncio
import hashlib
import subprocess
import sys
import threading

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import Preview
from accounts.models.preview import LEASE
from accounts.tasks import draw_pending
from letters.models import IssuedDocument
from letters.tasks import render_pending
from outbox.models import Message
from outbox.tasks import deliver, deliver_due
from tests.factories.accounts import DocumentFactory
from tests.factories.letters import IssuedDocumentFactory
from tests.machines import environment, forget_broker, kill, wait_for, worker
from tests.papers import small_pdf

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture(autouse=True)
def _empty_broker():
    forget_broker()


def owe_mail(number=1):
    return [
        Message.objects.create(
            key=f"test:{n}",
            template="test",
            recipient=f"person{n}@example.org",
            subject=f"Mail {n}",
            body="Hello,\n",
        )
        for n in range(number)
    ]


def all_sent():
    return not Message.objects.filter(sent_at=None).exists()


def test_a_worker_killed_while_it_sends_sends_once_after_restart(smtp):
    owe_mail()
    reached, go_on = threading.Event(), threading.Event()

    async def stall(_server, _session, _envelope):
        reached.set()
        await asyncio.to_thread(go_on.wait)
        return "451 the line was cut"

    smtp.stall = stall
    with worker(smtp_port=smtp.port) as first:
        deliver_due()
        assert reached.wait(30)
        kill(first)
    go_on.set()
    smtp.stall = None

    with worker(smtp_port=smtp.port):
        deliver_due()
        wait_for(all_sent)

    assert [mail["Subject"] for mail in smtp.mails] == ["Mail 0"]


def test_an_emptied_broker_loses_no_mail(smtp):
    owe_mail(5)
    deliver_due()  # queued, and forgotten before any worker looked
    forget_broker()

    with worker(smtp_port=smtp.port):
        deliver_due()
        wait_for(all_sent)

    assert sorted(mail["Subject"] for mail in smtp.mails) == [f"Mail {n}" for n in range(5)]


OWES_A_MAIL = """
import time
import django
django.setup()
from django.db import transaction
from outbox.actions import nudge
from outbox.models import Message
began = time.monotonic()
with transaction.atomic():
    message = Message.objects.create(
        key="test:away", template="test", recipient="a@example.org", subject="Mail", body="Hello"
    )
    nudge("outbox.tasks.deliver", message.pk)
print(time.monotonic() - began)
"""


def test_a_broker_that_is_away_costs_two_seconds_and_no_mail(smtp):
    """The fact is committed and its mail owed; the sweep finds it when the broker is back."""
    nowhere = {**environment(smtp.port), "REDIS_URL": "redis://127.0.0.1:1/0"}
    done = subprocess.run(
        [sys.executable, "-c", OWES_A_MAIL],
        env=nowhere,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 2
    deliver(Message.objects.get(sent_at=None).pk)
    assert [mail["Subject"] for mail in smtp.mails] == ["Mail"]


def whole(document):
    document.refresh_from_db()
    if not document.rendered_at:
        return False
    with document.file.open("rb") as file:
        assert hashlib.sha256(file.read()).hexdigest() == document.sha256
    return True


def test_a_worker_killed_while_it_renders_renders_once_after_restart(smtp):
    documents = IssuedDocumentFactory.create_batch(4)

    with worker(smtp_port=smtp.port) as first:
        render_pending()
        wait_for(lambda: IssuedDocument.objects.exclude(rendered_at=None).exists(), seconds=60)
        kill(first)
    forget_broker()
    done_before = dict(IssuedDocument.objects.exclude(rendered_at=None).values_list("pk", "sha256"))

    with worker(smtp_port=smtp.port):
        render_pending()
        wait_for(lambda: all(whole(document) for document in documents), seconds=60)
        deliver_due()  # as beat does: what the emptied broker forgot is still owed
        wait_for(lambda: len(smtp.mails) >= len(documents), seconds=60)

    for pk, sha256 in done_before.items():
        assert IssuedDocument.objects.get(pk=pk).sha256 == sha256
    assert len(smtp.mails) == len(documents)


def test_a_worker_killed_while_it_draws_draws_once_after_restart(smtp):
    """The lease of the dead one has to run out first, so here it is as old as it can be."""
    papers = [DocumentFactory(file=ContentFile(small_pdf("TB"), name="tb")) for _ in range(4)]

    with worker(smtp_port=smtp.port) as first:
        draw_pending()
        wait_for(lambda: Preview.objects.exclude(made_at=None).exists(), seconds=60)
        kill(first)
    forget_broker()
    Preview.objects.filter(made_at=None).update(begun_at=timezone.now() - 2 * LEASE)
    done_before = dict(Preview.objects.exclude(made_at=None).values_list("pk", "made_at"))

    with worker(smtp_port=smtp.port):
        draw_pending()
        wait_for(lambda: Preview.objects.exclude(made_at=None).count() == len(papers), seconds=60)

    for pk, made_at in done_before.items():
        assert Preview.objects.get(pk=pk).made_at == made_at
    for paper in papers:
        with paper.open_page(1) as file:
            assert file.read(3) == b"\xff\xd8\xff"
