"""Mails about new messages: folded, told once, and ended by whoever wants none."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import record
from threads import emails
from threads.models import Notice, Quiet
from threads.queries import news_of


@transaction.atomic
def tell(notice: Notice, *, due: int) -> int:
    """Owe the mail for all that came since it was opened; of how many messages it tells.

    Locks the notice, so that a message on its way is either in it or opens the next. What she has
    read meanwhile is not told.
    """
    notice.lock()
    if notice.told_at:
        return 0
    notice.told_at = timezone.now()
    notice.save(update_fields=["told_at"])
    news = news_of(notice)
    if news:
        emails.message_new(notice.person, news, due=due)
    return sum(one.number for one in news)


@transaction.atomic
def choose_mails(person: User, *, wanted: bool, by: User | None) -> None:
    """Whether she has mails about new messages. ``by=None`` is the link out of such a mail."""
    if wanted:
        changed = Quiet.objects.filter(person=person).delete()[0]
    else:
        _quiet, changed = Quiet.objects.get_or_create(person=person)
    if changed:
        record("messages.mails_chosen", person, by=by, wanted=wanted)
