"""What becomes of each table when a person is erased, in the order in which it is done.

A row is deleted, or it is emptied: all that is written in it goes unless ``keeps`` names it. So
what somebody adds to a table tomorrow is erased without a word here. The history of a row shares
its fate.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Field, Model, Q, Value
from django.db.models.functions import Concat

from accounts.models import (
    AddressChange,
    BoardCertification,
    Consent,
    Document,
    ImmunizationFact,
    Introduction,
    Invitation,
    LearnerProfile,
    Licence,
    PreceptorProfile,
    RegistryLookup,
    User,
)
from guides.models import FormerSlug
from letters.models import IssuedDocument, LetterRequest
from placements.models import (
    Application,
    ApplicationDocument,
    AttendanceNote,
    CalendarFeed,
    Earning,
    Evaluation,
    Hold,
    HoursEntry,
    LateRequirement,
    LedgerEntry,
    Placement,
    Receipt,
    RescheduleRequest,
    RuleChange,
    SchoolApproval,
    SignedDeclaration,
    WaitlistEntry,
)
from placements.states import HoldReason, RescheduleReason
from privacy.models import Export
from rotations.models import Alert, Question, SavedListing, SeatWeek, Told
from threads.models import Attachment, Mark, Notice, Quiet
from threads.models import Message as ThreadMessage

SILENT = (models.BooleanField, models.DateTimeField, models.GeneratedField)
WORDS = (models.CharField, models.TextField, models.JSONField, models.FileField, ArrayField)


@dataclass(frozen=True)
class Fate:
    """What becomes of one table's rows about a person; of their history too."""

    model: type[Model]
    hers: Callable[[User], Q]
    deleted: bool = False
    keeps: frozenset[str] = frozenset()
    sets: Mapping[str, Any] = field(default_factory=dict)

    @property
    def emptied(self) -> dict[str, Any]:
        """Field → what stands there afterwards."""
        empty = {
            one.name: _nothing(one)
            for one in self.model._meta.concrete_fields
            if _is_words(one) and one.name not in self.keeps
        }
        return {**empty, **self.sets}


def _is_words(one: Field) -> bool:
    """Whether it can say something about somebody; keys, codes, moments, yes and no cannot."""
    if one.primary_key or one.is_relation or isinstance(one, SILENT):
        return False
    if (one.unique and not one.null) or (one.choices and not one.blank):
        return False
    return one.null or isinstance(one, WORDS)


def _nothing(one: Field) -> Any:
    if one.null:
        return None
    return one.get_default() if isinstance(one, models.JSONField | ArrayField) else ""


def _deleted(model: type[Model], hers: Callable[[User], Q]) -> Fate:
    return Fate(model, hers, deleted=True)


def _kept(*names: str) -> frozenset[str]:
    return frozenset(names)


FATES = (
    _deleted(EmailAddress, lambda user: Q(user=user)),
    _deleted(AddressChange, lambda user: Q(user=user)),
    _deleted(Authenticator, lambda user: Q(user=user)),
    _deleted(SocialAccount, lambda user: Q(user=user)),
    _deleted(UserSession, lambda user: Q(user=user)),
    _deleted(ApplicationDocument, lambda user: Q(document__owner=user)),
    _deleted(Document, lambda user: Q(owner=user)),
    _deleted(ImmunizationFact, lambda user: Q(owner=user)),
    _deleted(AttendanceNote, lambda user: Q(placement__learner=user)),
    _deleted(CalendarFeed, lambda user: Q(owner=user)),
    _deleted(SchoolApproval, lambda user: Q(application__learner=user)),
    _deleted(WaitlistEntry, lambda user: Q(application__learner=user)),
    _deleted(LearnerProfile.specialties.through, lambda user: Q(learnerprofile__user=user)),
    _deleted(Introduction, lambda user: Q(preceptor__user=user)),
    _deleted(
        Invitation,
        lambda user: Q(accepted_by=user) | Q(preceptor__user=user) | Q(email__iexact=user.email),
    ),
    _deleted(BoardCertification, lambda user: Q(preceptor__user=user)),
    _deleted(Licence, lambda user: Q(preceptor__user=user)),
    _deleted(RegistryLookup, lambda user: Q(preceptor__user=user)),
    Fate(SeatWeek, lambda user: Q(listing__preceptor__user=user)),
    _deleted(SavedListing, lambda user: Q(owner=user)),
    _deleted(Told, lambda user: Q(alert__owner=user)),
    _deleted(Alert, lambda user: Q(owner=user)),
    _deleted(Question, lambda user: Q(asker=user)),
    _deleted(Export, lambda user: Q(owner=user)),
    _deleted(
        Attachment,
        lambda user: Q(owner=user) | Q(message__thread__application__learner=user),
    ),
    _deleted(Notice, lambda user: Q(person=user)),
    _deleted(Mark, lambda user: Q(person=user)),
    _deleted(Quiet, lambda user: Q(person=user)),
    Fate(ThreadMessage, lambda user: Q(author=user) | Q(thread__application__learner=user)),
    Fate(LearnerProfile, lambda user: Q(user=user), sets={"season": None}),
    Fate(
        PreceptorProfile,
        lambda user: Q(user=user),
        sets={"slug": Concat(Value("former-"), "user_id", output_field=models.CharField())},
    ),
    # After her profile: what it gave up just now was her name.
    _deleted(
        FormerSlug,
        lambda user: Q(
            kind=PreceptorProfile._meta.db_table,
            subject_id__in=PreceptorProfile.objects.filter(user=user).values("pk"),
        ),
    ),
    Fate(Consent, lambda user: Q(user=user), keeps=_kept("version", "subject_id")),
    Fate(
        Application,
        lambda user: Q(learner=user),
        keeps=_kept("start_on", "weeks", "fee", "service_fee", "done", "decline_reason"),
    ),
    Fate(
        Placement,
        lambda user: Q(learner=user),
        keeps=_kept("policy", "cancelled_by", "cancel_reason"),
    ),
    # The books keep amounts and days for seven years; names and words go.
    Fate(
        LedgerEntry,
        lambda user: Q(placement__learner=user),
        keeps=_kept("due_on", "ground"),
    ),
    Fate(Receipt, lambda user: Q(entry__placement__learner=user), keeps=_kept("sha256")),
    Fate(Earning, lambda user: Q(preceptor__user=user)),
    # Why somebody paused or came later may say how she was.
    Fate(
        Hold,
        lambda user: Q(placement__learner=user),
        keeps=_kept("to_on"),
        sets={"reason": HoldReason.OTHER},
    ),
    Fate(
        RescheduleRequest,
        lambda user: Q(placement__learner=user),
        sets={"reason": RescheduleReason.WISH},
    ),
    Fate(LateRequirement, lambda user: Q(placement__learner=user), keeps=_kept("waived_until")),
    # What a listing asks says nothing of her.
    Fate(RuleChange, lambda user: Q(placement__learner=user), keeps=_kept("added", "changed")),
    Fate(SignedDeclaration, lambda user: Q(placement__learner=user)),
    Fate(HoursEntry, lambda user: Q(placement__learner=user)),
    Fate(Evaluation, lambda user: Q(placement__learner=user), keeps=_kept("scores")),
    Fate(
        LetterRequest,
        lambda user: Q(placement__learner=user),
        keeps=_kept("destination", "target_on", "promised_on", "uploaded_on"),
        sets={"letter_id": "erased"},
    ),
    Fate(
        IssuedDocument,
        lambda user: Q(placement__learner=user),
        keeps=_kept("facts", "key_id", "signature", "sha256"),
    ),
)

# Tables that hold something about a person and are dealt with otherwise, or not at all.
NOT_ERASED = {
    "accounts.User": "Emptied last, by hand: the row that everything else refers to.",
    "accounts.User_groups": "Cleared with the account.",
    "accounts.User_user_permissions": "Cleared with the account.",
    "account.EmailConfirmation": "Goes with its address.",
    "accounts.Delegation": "Ended; keys and moments only.",
    "accounts.Preview": "Goes with its document, pictures and all.",
    "admin.LogEntry": "Its text is emptied; it names rows by what they were called.",
    "audit.Event": "Keys and moments only; the addresses she acted from are taken out.",
    "outbox.Message": "Hers are emptied, and so is what others were written about her.",
    "privacy.Erasure": "That she was erased, when, and on which ground.",
    "rotations.Entry": "Follows its listing: unlisted and emptied, its words forgotten.",
    "rotations.Listing": "A preceptor's: taken out of the catalogue, her name taken out of its text.",
    "rotations.Listing_co_preceptors": "She is taken out of other preceptors' listings.",
    "sessions.Session": "Hers are looked for and deleted.",
    "socialaccount.SocialToken": "Goes with its account.",
    "threads.Notice_messages": "Keys only; goes with its notice or its message.",
    "threads.Report": "Kept for its term, for claims and for the safety of others (GDPR Art. 17 (3) e).",
    "threads.ReportNote": "Kept with its report.",
    "threads.Thread": "Keys and moments only.",
}

# Where her name may stand afterwards, and why.
EXCEPTIONS = {
    "letters_issueddocument.facts": "What was printed on a certificate: its code must still verify.",
    "letters_issueddocumentevent.facts": "The same, as it was issued.",
    "placements_receipt.facts": "What a receipt said of a rotation that was paid for: the books.",
}
