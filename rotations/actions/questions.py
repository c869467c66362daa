"""Questions about a listing, asked by anybody and answered by staff."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.actions import record
from rotations import emails
from rotations.models import Listing, Question

# Whoever writes an address here makes the portal send mail there (promise A9).
MOST_AN_HOUR = 3


class TooMany(ValidationError):
    """That address has asked enough for now."""

    def __init__(self) -> None:
        super().__init__(
            _("You have asked several questions in the last hour. Please wait for an answer, or call us."),
            code="too_many",
        )  # fmt: skip


@transaction.atomic
def ask_question(
    listing: Listing, *, by: User | None, name: str, email: str, text: str
) -> Question:
    """Keep it, tell staff, and send the asker a receipt. Refuses with ``TooMany``."""
    since = timezone.now() - timedelta(hours=1)
    recent = Question.objects.filter(email__iexact=email, asked_at__gte=since)
    if recent.count() >= MOST_AN_HOUR:
        raise TooMany
    question = Question.objects.create(listing=listing, asker=by, name=name, email=email, text=text)
    event = record("question.asked", question, by=by, listing=listing.slug)
    emails.question_asked(question, occasion=event)
    emails.question_received(question, occasion=event)
    return question


@transaction.atomic
def answer_question(question: Question, *, by: User, answer: str) -> None:
    """Keep the answer and mail it. An answer given later replaces it, in a mail of its own."""
    question.answer, question.answered_at, question.answered_by = answer, timezone.now(), by
    question.save(update_fields=["answer", "answered_at", "answered_by"])
    event = record("question.answered", question, by=by)
    emails.question_answered(question, occasion=event)
