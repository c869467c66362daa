"""What a person's copy of her data holds, table by table."""

from collections.abc import Callable
from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import Field, Model, Q, QuerySet

from accounts.models import (
    AddressChange,
    BoardCertification,
    Consent,
    Delegation,
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
from audit.models import Event
from letters.models import IssuedDocument, LetterRequest
from outbox.models import Message
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
from privacy.models import Erasure, Export
from rotations.models import Alert, Listing, Question, SavedListing, SeatWeek, Told
from threads.models import Attachment, Mark, Quiet, Report
from threads.models import Message as ThreadMessage

SECRET = "A secret: whoever reads it could act in your name."  # noqa: S105  a reason


@dataclass(frozen=True)
class Record:
    """Rows of one table that are about her. All fields but those of ``without``, or ``only`` some."""

    name: str
    model: type[Model]
    mine: Callable[[User], Q]
    without: dict[str, str] = field(default_factory=dict)
    only: tuple[str, ...] = ()

    @property
    def fields(self) -> list[Field]:
        chosen = [one for one in self.model._meta.concrete_fields if one.name not in self.without]
        return [one for one in chosen if not self.only or one.name in self.only]

    def rows(self, user: User) -> QuerySet[Model]:
        related = [one.name for one in self.fields if one.is_relation]
        rows = self.model._default_manager.filter(self.mine(user))
        return rows.select_related(*related).order_by("pk")


RECORDS = (
    Record(
        "account",
        User,
        lambda user: Q(pk=user.pk),
        without={"password": SECRET, "is_demo": "Says only that nobody real is meant."},
    ),
    Record("email_addresses", EmailAddress, lambda user: Q(user=user)),
    Record("address_changes", AddressChange, lambda user: Q(user=user), without={"key": SECRET}),
    Record("second_factors", Authenticator, lambda user: Q(user=user), without={"data": SECRET}),
    Record("social_accounts", SocialAccount, lambda user: Q(user=user)),
    Record(
        "sign_ins",
        UserSession,
        lambda user: Q(user=user),
        without={"session_key": SECRET, "data": "Empty."},
    ),
    Record("consents", Consent, lambda user: Q(user=user)),
    Record("learner_profile", LearnerProfile, lambda user: Q(user=user)),
    Record("preceptor_profile", PreceptorProfile, lambda user: Q(user=user)),
    Record("introduction", Introduction, lambda user: Q(preceptor__user=user)),
    Record("delegations", Delegation, lambda user: Q(person=user) | Q(preceptor__user=user)),
    Record(
        "invitations",
        Invitation,
        lambda user: Q(accepted_by=user) | Q(email__iexact=user.email),
        without={"digest": SECRET},
    ),
    Record("licenses", Licence, lambda user: Q(preceptor__user=user)),
    Record("board_certifications", BoardCertification, lambda user: Q(preceptor__user=user)),
    Record("registry_lookups", RegistryLookup, lambda user: Q(preceptor__user=user)),
    Record(
        "specialties_aimed_for",
        LearnerProfile.specialties.through,
        lambda user: Q(learnerprofile__user=user),
    ),
    Record("immunizations", ImmunizationFact, lambda user: Q(owner=user)),
    Record(
        "schools_asked",
        SchoolApproval,
        lambda user: Q(application__learner=user),
        without={"code": SECRET, "address": "Of the official who signed, not of you."},
    ),
    Record("documents", Document, lambda user: Q(owner=user)),
    Record("applications", Application, lambda user: Q(learner=user)),
    Record("waitlist", WaitlistEntry, lambda user: Q(application__learner=user)),
    Record("documents_sent", ApplicationDocument, lambda user: Q(application__learner=user)),
    Record("rotations", Placement, lambda user: Q(learner=user)),
    Record("payments", LedgerEntry, lambda user: Q(placement__learner=user)),
    Record(
        "receipts",
        Receipt,
        lambda user: Q(entry__placement__learner=user),
        without={"tries": "Of the making, not of you."},
    ),
    Record("earnings", Earning, lambda user: Q(preceptor__user=user)),
    Record("pauses", Hold, lambda user: Q(placement__learner=user)),
    Record(
        "other_dates",
        RescheduleRequest,
        lambda user: Q(placement__learner=user),
        without={"code": SECRET},
    ),
    Record("asked_for_late", LateRequirement, lambda user: Q(placement__learner=user)),
    Record("rules_changed", RuleChange, lambda user: Q(placement__learner=user)),
    Record("statements_signed", SignedDeclaration, lambda user: Q(placement__learner=user)),
    Record("attendance_notes", AttendanceNote, lambda user: Q(placement__learner=user)),
    Record(
        "calendar_addresses", CalendarFeed, lambda user: Q(owner=user), without={"code": SECRET}
    ),
    Record("hours", HoursEntry, lambda user: Q(placement__learner=user)),
    Record(
        "evaluations",
        Evaluation,
        lambda user: Q(placement__learner=user, signed_at__isnull=False),
        without={
            "would_support_letter": "Your preceptor's private word, never shown to learners.",
            "would_host_again": "Your preceptor's private word, never shown to learners.",
        },
    ),
    Record(
        "letter_requests",
        LetterRequest,
        lambda user: Q(placement__learner=user),
        without={
            "token": SECRET,
            "token_expires_at": SECRET,
            "decline_note": "Your preceptor's own words; the page shows them if she shares them.",
            "shares_note": "Your preceptor's own choice.",
        },
    ),
    Record("certificates", IssuedDocument, lambda user: Q(placement__learner=user)),
    Record(
        "rotations_supervised",
        Placement,
        lambda user: Q(preceptor__user=user),
        only=("code", "listing", "status", "start_on", "end_on", "planned_hours"),
    ),
    Record(
        "evaluations_written",
        Evaluation,
        lambda user: Q(signed_by=user),
        only=("placement", "kind", "signed_at"),
    ),
    Record(
        "letters_asked_of_you",
        LetterRequest,
        lambda user: Q(placement__preceptor__user=user) & ~Q(status="draft"),
        only=("code", "status", "requested_at", "promised_on", "uploaded_on", "decline_note"),
    ),
    Record(
        "listings",
        Listing,
        lambda user: Q(preceptor__user=user),
        without={"document": "The search index of the text."},
    ),
    Record(
        "weeks_you_closed",
        SeatWeek,
        lambda user: Q(listing__preceptor__user=user) & ~Q(closed_for=""),
        only=("listing", "monday", "closed_for"),
    ),
    Record("saved_listings", SavedListing, lambda user: Q(owner=user)),
    Record("alerts", Alert, lambda user: Q(owner=user), without={"key": SECRET}),
    Record("alerts_told", Told, lambda user: Q(alert__owner=user)),
    Record("questions", Question, lambda user: Q(asker=user)),
    Record(
        "messages_you_wrote",
        ThreadMessage,
        lambda user: Q(author=user),
        without={"key": "The form's own name, so that it counts once."},
    ),
    Record("files_you_sent", Attachment, lambda user: Q(owner=user)),
    Record("conversations_read", Mark, lambda user: Q(person=user), only=("thread", "read_at")),
    Record("no_mails_about_messages", Quiet, lambda user: Q(person=user)),
    Record("reports", Report, lambda user: Q(reporter=user)),
    Record(
        "mails",
        Message,
        lambda user: Q(user=user),
        without={
            "key": "The portal's own name for the occasion; holds nothing about you.",
            "strikes": "Of the sending, not of you.",
            "tries": "Of the sending, not of you.",
            "last_error": "Of the sending, not of you.",
            "fleeting": "Of the sending, not of you.",
            "unsubscribe": SECRET,
        },
    ),
    Record(
        "what_you_did",
        Event,
        lambda user: Q(by=user),
        without={"detail": "Keys of the rows that changed; may name somebody else's."},
    ),
    Record(
        "copies",
        Export,
        lambda user: Q(owner=user),
        without={"file": "A copy within a copy.", "tries": "Of the making, not of you."},
    ),
    Record("erasures", Erasure, lambda user: Q(person=user), without={"code": SECRET}),
)

HISTORY = "Earlier states of rows that are in the copy, kept so that a change can be proved."
NOBODY = "About nobody."
NOT_COPIED = {
    "account.EmailConfirmation": SECRET,
    "accounts.BoardCertificationEvent": HISTORY,
    "accounts.DelegationEvent": HISTORY,
    "accounts.DocumentEvent": HISTORY,
    "accounts.DocumentType": NOBODY,
    "accounts.ImmunizationFactEvent": HISTORY,
    "accounts.ImmunizationRule": NOBODY,
    "accounts.LearnerProfileEvent": HISTORY,
    "accounts.LicenceEvent": HISTORY,
    "accounts.PreceptorProfileEvent": HISTORY,
    "accounts.Preview": "Pictures of your documents, drawn so that they can be checked.",
    "accounts.User_groups": "What you may do here; no data about you.",
    "accounts.User_user_permissions": "What you may do here; no data about you.",
    "admin.LogEntry": "The admin's own list of changes; what you did is in the copy already.",
    "auth.Group": NOBODY,
    "auth.Group_permissions": NOBODY,
    "auth.Permission": NOBODY,
    "clocks.Due": "What the clock has to do, by the number of the row it concerns.",
    "clocks.Interval": NOBODY,
    "clocks.IntervalEvent": NOBODY,
    "contenttypes.ContentType": NOBODY,
    "guides.FormerSlug": "Addresses that public pages had, by the number of the page.",
    "guides.Guide": NOBODY,
    "guides.Page": NOBODY,
    "letters.IssuedDocumentEvent": HISTORY,
    "letters.LetterRequestEvent": HISTORY,
    "letters.MatchSeason": NOBODY,
    "pghistory.Context": "Which page a change of a row came from.",
    "pghistory.Events": HISTORY,
    "pghistory.MiddlewareEvents": HISTORY,
    "placements.ApplicationEvent": HISTORY,
    "placements.Declaration": NOBODY,
    "placements.LateRequirementEvent": HISTORY,
    "placements.PlacementEvent": HISTORY,
    "placements.PreceptorTerms": "What a listing pays its preceptor; her page of earnings shows it.",
    "placements.RescheduleRequestEvent": HISTORY,
    "placements.SchoolApprovalEvent": HISTORY,
    "placements.SeatDifference": NOBODY,
    "privacy.FileToDelete": NOBODY,
    "privacy.RetentionRun": NOBODY,
    "privacy.RetentionTerm": NOBODY,
    "rotations.CancellationPolicy": NOBODY,
    "rotations.Entry": "What the catalogue reads of a published listing: on its page.",
    "rotations.EligibilityRule": NOBODY,
    "rotations.FamilyLimit": NOBODY,
    "rotations.ListingEvent": HISTORY,
    "rotations.Listing_co_preceptors": "Whom a listing names beside its preceptor: on its page.",
    "rotations.Opening": NOBODY,
    "rotations.Ratio": NOBODY,
    "rotations.Requirement": NOBODY,
    "rotations.Site": NOBODY,
    "rotations.Specialty": NOBODY,
    "rotations.Stale": NOBODY,
    "rotations.State": NOBODY,
    "rotations.Word": "Words of published listings, for the search.",
    "sessions.Session": SECRET,
    "socialaccount.SocialApp": NOBODY,
    "socialaccount.SocialToken": SECRET,
    "threads.Notice": "That you are owed a mail about new messages.",
    "threads.Notice_messages": "Which messages that mail is about.",
    "threads.ReportNote": "What staff noted about a report; it may name others.",
    "threads.Thread": "When a conversation last moved: its messages are in the copy.",
}
