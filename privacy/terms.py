"""How long things are kept, as shipped (handbook 3.9). A row of ``RetentionTerm`` overrides it."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Term(TextChoices):
    HEALTH_USED = "health_used", _("Health records that went with a rotation")
    HEALTH_UNUSED = "health_unused", _("Health records that were never used")
    IDENTITY = "identity", _("Passport and visa pages")
    APPLICATIONS = "applications", _("Applications that led to no rotation")
    STATEMENTS = "statements", _("What you wrote for a rotation that took place")
    PLACEMENTS = "placements", _("Rotations, hours, evaluations, certificates")
    LETTERS = "letters", _("Letter requests: your words and the PDF")
    MESSAGES = "messages", _("Messages with preceptors and coordinators, and their files")
    REPORTS = "reports", _("Reports in confidence, with what staff noted")
    QUESTIONS = "questions", _("Questions about a listing")
    MAILS = "mails", _("Texts of mails that we sent")
    COPIES = "copies", _("Copies of your data")
    SESSIONS = "sessions", _("Sign-ins that have ended")
    ADDRESSES = "addresses", _("Changes of your address")
    UNCONFIRMED = "unconfirmed", _("Accounts whose address nobody confirmed")
    RECORD = "record", _("Record of changes, without words or names")
    ERASURE_GRACE = "erasure_grace", _("Time to change your mind before an account is deleted")


@dataclass(frozen=True)
class Shipped:
    days: int
    since: str | Promise
    basis: str


HEALTH_DATA = "GDPR Art. 9 and 5 (1) e: health data no longer than needed"
OURS = "The portal’s own decision"
SHIPPED = {
    Term.HEALTH_USED: Shipped(90, _("after the rotation ended"), HEALTH_DATA),
    Term.HEALTH_UNUSED: Shipped(180, _("after the upload"), HEALTH_DATA),
    Term.IDENTITY: Shipped(
        90,
        _("after the rotation ended, or after the upload if never used"),
        "GDPR Art. 5 (1) e: no longer than needed",
    ),
    Term.APPLICATIONS: Shipped(3 * 365, _("after they ended"), f"{OURS}: questions and claims"),
    Term.STATEMENTS: Shipped(
        3 * 365, _("after the rotation ended"), f"{OURS}: questions and claims"
    ),
    Term.PLACEMENTS: Shipped(
        7 * 365 + 2, _("after the rotation ended"), f"{OURS}: they are verified for years"
    ),
    Term.LETTERS: Shipped(60, _("after the request ended"), OURS),
    Term.MESSAGES: Shipped(
        3 * 365,
        _("after the application or the rotation ended"),
        f"{OURS}: questions and claims",
    ),
    Term.REPORTS: Shipped(
        7 * 365 + 2,
        _("after they were closed"),
        f"{OURS}: duty of care, and claims (GDPR Art. 17 (3) e)",
    ),
    Term.QUESTIONS: Shipped(365, _("after they were asked"), OURS),
    Term.MAILS: Shipped(365, _("after they were sent"), OURS),
    Term.COPIES: Shipped(7, _("after they were made"), OURS),
    Term.SESSIONS: Shipped(30, _("after they ended"), OURS),
    Term.ADDRESSES: Shipped(30, _("after they were asked for"), f"{OURS}: undone for three days"),
    Term.UNCONFIRMED: Shipped(30, _("after they were opened"), OURS),
    Term.RECORD: Shipped(
        7 * 365 + 2, _("after the change"), f"{OURS}: proof against tampering; 7 years at least"
    ),
    Term.ERASURE_GRACE: Shipped(
        7, _("after you asked"), f"{OURS}; GDPR Art. 12 (3) allows a month"
    ),
}
