"""Kills a worker again and again while it sends mail; every mail must arrive, once.

    script/test bench/kills.py --rounds 20

A mail may arrive twice only if the worker died in the instant between the server's yes and
the commit; both copies then carry one Message-ID. The round prints what it saw.
"""

import random
import time

import pytest

from outbox.models import Message
from outbox.tasks import deliver_due
from tests.machines import forget_broker, kill, wait_for, worker

MAILS = 40
DEADLINE, SWEEP = 300, 3


def swept():
    """As beat does each minute: what a dying worker still held is found by the next sweep."""
    deliver_due()
    time.sleep(SWEEP)
    return not Message.objects.due().exists()


@pytest.mark.django_db(transaction=True)
def test_kills(smtp, request):
    rounds = request.config.getoption("--rounds")
    dice = random.Random(1)
    forget_broker()
    for n in range(MAILS * rounds):
        Message.objects.create(
            key=f"kills:{n}",
            template="test",
            recipient=f"person{n}@example.org",
            subject=f"Mail {n}",
            body="Hello,\n",
        )
    began = time.monotonic()
    for _ in range(rounds):
        with worker(smtp_port=smtp.port) as victim:
            deliver_due()
            time.sleep(dice.uniform(2, 6))
            kill(victim)
        forget_broker()
    with worker(smtp_port=smtp.port):
        wait_for(swept, seconds=DEADLINE)
    ids = [mail["Message-ID"] for mail in smtp.mails]
    lost = Message.objects.filter(sent_at=None).count()
    print(
        f"\n{rounds} kills, {MAILS * rounds} mails, {lost} lost, {len(ids) - len(set(ids))} doubled, "
        f"{time.monotonic() - began:.0f} s"
    )
    assert lost == 0
    assert len(ids) - len(set(ids)) <= rounds
