"""What has been kept for long enough is deleted, night by night, and counted.

A rule finds rows that are due and forgets a batch of them; finding and forgetting are one
transaction, so a night that is killed goes on where it stood.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import DatabaseError, transaction
from django.db.models import DateField, F, OuterRef, ProtectedError, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Least
from django.utils import timezone

from accounts.models import AddressChange, Document, User
from audit.models import Event
from letters.models import IssuedDocument, LetterRequest
from letters.states import LetterStatus
from outbox.actions import forget
from outbox.models import Message
from placements.models import (
    Application,
    ApplicationDocument,
    Earning,
    Evaluation,
    HoursEntry,
    LedgerEntry,
    Placement,
    Receipt,
)
from placements.states import OPEN
from privacy.actions import history
from privacy.actions.erasures import forget_unconfirmed
from privacy.actions.exports import expire_export
from privacy.actions.files import delete_with_files, files_of, owe_deletion
from privacy.models import Export, RetentionRun
from privacy.queries import days_of
from privacy.queries.holdups import RUNNING
from privacy.terms import Term
from rotations.models import Question
from threads.models import Report, Thread

logger = logging.getLogger(__name__)

BATCH = 200
# How long the table of the ledger keeps its rows.
BOOKS = timedelta(days=7 * 365 + 2)
# How a placement ended early, or on its last day.
LAST_DAY = Least("end_on", Cast("ended_at", DateField()))


def _papers(*, used: bool | None, **kind: bool) -> Callable[[datetime], QuerySet]:
    """Papers of one sort whose last rotation, or else upload, lies before a moment; never one
    that went with a request or a rotation that is still under way.
    """

    def due(moment: datetime) -> QuerySet:
        went_with = Placement.objects.filter(application__sent_documents__document=OuterRef("pk"))
        ends = went_with.annotate(last=LAST_DAY).order_by("-last").values("last")[:1]
        papers = Document.objects.filter(**kind).annotate(last=Subquery(ends))
        after_rotation = Q(last__lt=moment.date())
        never_used = Q(last=None, uploaded_at__lt=moment)
        chosen = {True: after_rotation, False: never_used, None: after_rotation | never_used}
        return papers.filter(chosen[used]).exclude(pk__in=_busy_papers())

    return due


def _busy_papers() -> QuerySet:
    under_way = Q(application__status__in=OPEN) | Q(application__placement__status__in=RUNNING)
    return ApplicationDocument.objects.filter(under_way).values("document")


NO_PAPER = {
    "name": "",
    "file": "",
    "sha256": "",
    "issued_on": None,
    "expires_on": None,
    "reject_note": "",
}


def _forget_papers(rows: QuerySet) -> None:
    """File, row and what its history says of it; that it was there, and who read it, stays."""
    keys = list(rows.values_list("pk", flat=True))
    ApplicationDocument.objects.filter(document__in=keys).delete()
    delete_with_files(rows)
    _empty_history(Document, Q(pgh_obj_id__in=keys), NO_PAPER)


def _empty_history(model: Any, which: Q, values: dict[str, Any]) -> None:
    states = history.history_of(model)
    if states is not None:
        history.empty(states, states._default_manager.filter(which), values)


def _unanswered(moment: datetime) -> QuerySet:
    ended = Application.objects.exclude(status__in=OPEN).filter(ended_at__lt=moment)
    return ended.filter(placement=None)


def _forget_applications(rows: QuerySet) -> None:
    keys = list(rows.values_list("pk", flat=True))
    delete_with_files(rows)
    history.drop(Application, keys)


WORDS = {"statement": "", "note": "", "answers": {}}


def _written(moment: datetime) -> QuerySet:
    over = Placement.objects.exclude(status__in=RUNNING).annotate(last=LAST_DAY)
    applications = Application.objects.filter(
        placement__in=over.filter(last__lt=moment.date()).values("pk")
    )
    return applications.exclude(**WORDS)


def _forget_words(rows: QuerySet) -> None:
    rows.update(**WORDS)
    _empty_history(Application, Q(pgh_obj_id__in=list(rows.values_list("pk", flat=True))), WORDS)


def _over(moment: datetime) -> QuerySet:
    """Money keeps it for seven years, however short the term: the ledger’s table says so too."""
    books = Q(end_on__gte=timezone.now() - BOOKS) & ~Q(ledger=None)
    return _finished(moment).exclude(books)


def _finished(moment: datetime) -> QuerySet:
    rows = Placement.objects.exclude(status__in=RUNNING).annotate(last=LAST_DAY)
    return rows.filter(last__lt=moment.date())


def _forget_placements(rows: QuerySet) -> None:
    """With all that hangs on them; a certificate's code is unknown from then on."""
    keys = list(rows.values_list("pk", flat=True))
    applications = list(rows.values_list("application_id", flat=True))
    certificates = IssuedDocument.objects.filter(placement__in=keys)
    for certificate in certificates.order_by(F("replaced_by").asc(nulls_last=True)):
        # One by one: an earlier one refers to the one that replaced it.
        _delete(IssuedDocument.objects.filter(pk=certificate.pk))
    _delete(LetterRequest.objects.filter(placement__in=keys))
    Evaluation.objects.filter(placement__in=keys).delete()
    HoursEntry.objects.filter(placement__in=keys).delete()
    _forget_money(keys)
    _delete(Placement.objects.filter(pk__in=keys))
    _delete(Application.objects.filter(pk__in=applications))


def _forget_money(placements: list[int]) -> None:
    """Corrections first, which refer to what they correct."""
    delete_with_files(Receipt.objects.filter(entry__placement__in=placements))
    for model in (LedgerEntry, Earning):
        rows = model._default_manager.filter(placement__in=placements)
        rows.exclude(corrects=None).delete()
        rows.delete()


def _delete(rows: QuerySet) -> None:
    keys = list(rows.values_list("pk", flat=True))
    delete_with_files(rows)
    history.drop(rows.model, keys)


LETTER_WORDS = {"message": "", "decline_note": "", "file": ""}


def _letters(moment: datetime) -> QuerySet:
    ended = Q(ended_at__lt=moment) | Q(attested_at__lt=moment)
    draft = Q(status=LetterStatus.DRAFT, created_at__lt=moment)
    return LetterRequest.objects.filter(ended | draft).exclude(**LETTER_WORDS)


def _forget_letters(rows: QuerySet) -> None:
    keys = list(rows.values_list("pk", flat=True))
    owe_deletion(files_of(rows))
    rows.update(**LETTER_WORDS)
    _empty_history(LetterRequest, Q(pgh_obj_id__in=keys), LETTER_WORDS)


def _talks(moment: datetime) -> QuerySet:
    """Of requests that led to nothing, and of rotations that are over."""
    applications = _unanswered(moment).values("pk")
    return Thread.objects.filter(
        Q(application__in=applications)
        | Q(application__placement__in=_finished(moment).values("pk"))
    )


def _sent(moment: datetime) -> QuerySet:
    """Sent or given up; what is still owed is never old."""
    done = Q(sent_at__lt=moment) | Q(failed_at__lt=moment) | Q(discarded_at__lt=moment)
    left_behind = Q(fleeting=True) & ~Q(sent_at=None, failed_at=None)
    return Message.objects.filter(done | left_behind, forgotten_at=None)


def _signed_out(moment: datetime) -> QuerySet:
    alive = Session.objects.filter(expire_date__gte=timezone.now()).values("session_key")
    rows: QuerySet = UserSession.objects.filter(last_seen_at__lt=moment)
    return rows.exclude(session_key__in=alive)


def _forget_sign_ins(rows: QuerySet) -> None:
    rows.delete()
    Session.objects.filter(expire_date__lt=timezone.now()).delete()


def _unconfirmed(moment: datetime) -> QuerySet:
    """Signed up, and never in. Whom staff entered has no address of the sort to confirm."""
    shown = EmailAddress.objects.filter(verified=True).values("user")
    open_ = User.objects.filter(is_active=True, is_staff=False, last_login=None)
    asked = open_.filter(date_joined__lt=moment, preceptor_profile=None, applications=None)
    return asked.filter(pk__in=EmailAddress.objects.values("user")).exclude(pk__in=shown)


def _expired_copies(_moment: datetime) -> QuerySet:
    """Each copy was promised a day of its own; this is for those that the clock missed."""
    return Export.objects.filter(expires_at__lt=timezone.now()).exclude(file="")


def _expire(rows: QuerySet) -> None:
    for export in rows:
        expire_export(export)


@dataclass(frozen=True)
class Rule:
    """``due`` finds what lies before a moment, ``forget`` does it to a batch of that."""

    term: Term
    due: Callable[[datetime], QuerySet]
    forget: Callable[[QuerySet], Any]


RULES = (
    Rule(Term.HEALTH_USED, _papers(used=True, type__is_health=True), _forget_papers),
    Rule(Term.HEALTH_UNUSED, _papers(used=False, type__is_health=True), _forget_papers),
    Rule(Term.IDENTITY, _papers(used=None, type__is_identity=True), _forget_papers),
    Rule(Term.APPLICATIONS, _unanswered, _forget_applications),
    Rule(Term.STATEMENTS, _written, _forget_words),
    Rule(Term.PLACEMENTS, _over, _forget_placements),
    Rule(Term.LETTERS, _letters, _forget_letters),
    Rule(Term.MESSAGES, _talks, delete_with_files),
    Rule(
        Term.REPORTS,
        lambda moment: Report.objects.filter(closed_at__lt=moment),
        lambda rows: rows.delete(),
    ),
    Rule(
        Term.QUESTIONS,
        lambda moment: Question.objects.filter(asked_at__lt=moment),
        delete_with_files,
    ),
    Rule(Term.MAILS, _sent, lambda rows: forget(rows, addressee=True)),
    Rule(Term.COPIES, _expired_copies, _expire),
    Rule(Term.SESSIONS, _signed_out, _forget_sign_ins),
    Rule(
        Term.ADDRESSES,
        lambda moment: AddressChange.objects.filter(asked_at__lt=moment),
        delete_with_files,
    ),
    Rule(Term.UNCONFIRMED, _unconfirmed, forget_unconfirmed),
    Rule(
        Term.RECORD,
        lambda moment: Event.objects.filter(at__lt=moment),
        lambda rows: rows.delete(),
    ),
)


def what_is_due() -> dict[Term, int]:
    """How many of what would be deleted now."""
    now = timezone.now()
    return {rule.term: rule.due(now - days_of(rule.term)).count() for rule in RULES}


@transaction.atomic
def delete_what_is_due(day: date) -> int:
    """A batch of each kind; how many, 0 when the night's work is done.

    A kind that cannot be deleted is written down and leaves the others alone.
    """
    RetentionRun.objects.get_or_create(day=day)
    run = RetentionRun.objects.select_for_update().get(day=day)
    deleted = 0
    for rule in RULES:
        try:
            with transaction.atomic():
                number = _apply(rule)
        except (DatabaseError, ProtectedError):
            logger.exception("Nothing was deleted of %s", rule.term)
            run.failed = sorted({*run.failed, rule.term})
            continue
        if number:
            run.counts[rule.term] = run.counts.get(rule.term, 0) + number
            deleted += number
    if not deleted:
        run.finished_at = timezone.now()
    run.save(update_fields=["counts", "failed", "finished_at"])
    return deleted


def _apply(rule: Rule) -> int:
    moment = timezone.now() - days_of(rule.term)
    found = rule.due(moment).order_by("pk").values_list("pk", flat=True)
    keys = list(found[:BATCH])
    if keys:
        rule.forget(found.model._default_manager.filter(pk__in=keys))
    if rule.term == Term.RECORD:
        return len(keys) + history.drop_older(moment, batch=BATCH)
    return len(keys)
