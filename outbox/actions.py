"""What leaves the process leaves from a row; a worker is only hurried."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat
from django.template.loader import render_to_string
from django.utils import timezone, translation

from outbox.models import Message

# A user; this leaf does not know the app that people live in.
Person = Any

# Mails that wait for the end of ``together``.
_pile: ContextVar[list[Message] | None] = ContextVar("pile", default=None)

# What a template's tags leave behind where a paragraph was left out.
BLANK_LINES = re.compile(r"\n\s*\n+")


def enqueue(  # noqa: PLR0913  what a mail is made of
    template: str,
    *,
    to: Person | str,
    key: str,
    context: dict[str, Any],
    due_at: datetime | None = None,
    secret: bool = False,
    unsubscribe: str = "",
) -> Message:
    """Owe someone a mail, within the caller's transaction.

    ``template`` is a path below ``templates/emails`` without its ending. ``key``
    names the occasion: the same occasion, to the same person, is written once.
    The text is rendered now, so it says what was true when it was owed. A ``secret``
    one carries a code or a link that works without signing in: staff never read it.
    ``unsubscribe`` is the address at which one click ends mails of its kind. Nobody writes to
    the erased.
    """
    user, address = (None, to) if isinstance(to, str) else (to, to.email)
    facts = {"portal": settings.PORTAL, "site_url": settings.SITE_URL, "to": user, **context}
    with translation.override(getattr(user, "language", "") or settings.LANGUAGE_CODE):
        subject = render_to_string(f"{template}.subject.txt", facts, using="text")
        body = render_to_string(f"{template}.txt", facts, using="text")
    message = Message(
        key=f"{key}:{address}"[:200],
        template=template,
        recipient=address,
        user=user,
        subject=" ".join(subject.split())[:300],
        body=BLANK_LINES.sub("\n\n", body).strip() + "\n",
        due_at=due_at or timezone.now(),
        secret=secret,
        unsubscribe=unsubscribe,
        discarded_at=timezone.now() if getattr(user, "erased_at", None) else None,
    )
    pile = _pile.get()
    if pile is not None:
        pile.append(message)
        return message
    return message if _write([message]) else Message.objects.get(key=message.key)


@contextmanager
def together() -> Iterator[None]:
    """Write the mails that are owed in here at its end, in one statement; none if it fails."""
    if _pile.get() is not None:
        yield
        return
    pile: list[Message] = []
    token = _pile.set(pile)
    try:
        yield
    finally:
        _pile.reset(token)
    if pile:
        _write(pile)


def _write(messages: Sequence[Message]) -> list[Message]:
    """Those that nobody wrote before."""
    added = Message.objects.add(messages)
    soon = timezone.now() + timedelta(seconds=1)
    for message in added:
        if not message.discarded_at and message.due_at <= soon:
            nudge("outbox.tasks.deliver", message.pk)
    return added


def discard(key: str) -> int:
    """Take back mails of this occasion that have not left yet; how many."""
    owed = Message.objects.owed().select_for_update().filter(key__startswith=f"{key}:")
    return Message.objects.filter(pk__in=owed).update(discarded_at=timezone.now())


def forget(messages: QuerySet[Message], *, addressee: bool) -> int:
    """Empty what they say, and with ``addressee`` to whom; how many. Those owed never leave."""
    now = timezone.now()
    messages = Message.objects.filter(pk__in=list(messages.values_list("pk", flat=True)))
    messages.owed().update(discarded_at=now)
    changes: dict[str, Any] = {"subject": "", "body": "", "unsubscribe": "", "last_error": ""}
    changes["forgotten_at"] = now
    if addressee:
        # The key ends with the address; what stays is as good a name for the occasion.
        key = Concat(Value("forgotten:"), Cast("pk", TextField()))
        changes |= {"recipient": "", "user": None, "key": key}
    return messages.update(**changes)


def resend(message: Message) -> None:
    """Owe a mail that was given up once more, with a clean slate."""
    Message.objects.filter(pk=message.pk, sent_at=None).update(
        failed_at=None, strikes=0, tries=0, last_error="", due_at=timezone.now()
    )
    nudge("outbox.tasks.deliver", message.pk)


def nudge(task: str, pk: int) -> None:
    """Ask a worker to look at a row once it is committed.

    A head start only. If the broker is down the request still succeeds, and the
    periodic sweep for that kind of row finds what was missed.
    """
    work = current_app.signature(task, args=(pk,))
    transaction.on_commit(work.delay, robust=True)
