"""The demo's privacy: who looked at whose papers, copies, erasures, and some nights' deletions."""

from datetime import timedelta
from tempfile import TemporaryFile

from django.conf import settings
from django.utils import timezone, translation

from accounts.actions import read_document
from accounts.models import LearnerProfile, User
from placements.models import ApplicationDocument
from privacy import archive
from privacy.actions.erasures import cancel_erasure, carry_out, request_erasure
from privacy.actions.exports import attach, expire_export, give_up, request_export
from privacy.models import Export, Ground, RetentionRun
from privacy.queries import files_of, lists_of, readme
from privacy.terms import Term
from seed.scenery import make_user
from seed.stage import acting_at

OFFICE, LAST_WEEK = "198.51.100.24", 8
# What a night of a portal that has run for months deletes; the weekend is quiet.
NIGHTS: tuple[dict[Term, int], ...] = (
    {Term.MAILS: 38, Term.SESSIONS: 12},
    {Term.MAILS: 21, Term.HEALTH_USED: 6, Term.IDENTITY: 2, Term.SESSIONS: 9},
    {Term.SESSIONS: 3},
    {},
    {Term.MAILS: 44, Term.HEALTH_UNUSED: 3, Term.LETTERS: 1, Term.SESSIONS: 15},
)


def play_keeping(learners: dict[str, User], staff: User, admin: User) -> None:
    for learner in learners.values():
        _look_at_papers(learner, staff)
    _copies(next(one for one in learners.values() if one.email == "learner@demo.example"))
    _way_out(learners, admin)
    today = timezone.localdate()
    for ago, counts in enumerate(NIGHTS):
        began = timezone.now() - timedelta(days=ago, minutes=3)
        RetentionRun.objects.create(
            day=today - timedelta(days=ago),
            started_at=began,
            finished_at=began + timedelta(minutes=2),
            counts=counts,
        )


def _look_at_papers(learner: User, staff: User) -> None:
    """The coordinator who judged them, and preceptors whose listing shows them a file."""
    for paper in learner.documents.all():
        judged_at = paper.verified_at or paper.rejected_at
        if judged_at:
            with acting_at(judged_at - timedelta(minutes=4)):
                read_document(paper, by=staff, address=OFFICE, page=1)
    shown = ApplicationDocument.objects.filter(
        application__learner=learner,
        application__review_started_at__isnull=False,
        document__type__slug="cv",
    ).select_related("document", "application__listing__preceptor__user")
    for sent in shown:
        asked_at = sent.application.review_started_at or timezone.now()
        with acting_at(min(asked_at + timedelta(hours=5), timezone.now())):
            preceptor = sent.application.listing.preceptor.user
            read_document(sent.document, by=preceptor, address=OFFICE)


def _copies(person: User) -> None:
    """One whose week is over, one that failed, one that is there."""
    for days, fate in ((40, "expired"), (12, "failed"), (1, "ready")):
        with acting_at(timezone.now() - timedelta(days=days)):
            export = request_export(person, by=person)
            if fate == "failed":
                give_up(export)
            else:
                _make(person, export)
        if fate == "expired":
            export.refresh_from_db()
            expire_export(export)


def _make(person: User, export: Export) -> None:
    with TemporaryFile() as target, translation.override(settings.LANGUAGE_CODE):
        archive.write(target, lists_of(person), files_of(person), readme(person))
        target.seek(0)
        attach(export, target)


def _way_out(learners: dict[str, User], admin: User) -> None:
    """One on her way out, one who stayed after all, one who is gone."""
    going = next(one for one in learners.values() if one.name.startswith("Dashiell"))
    with acting_at(timezone.now() - timedelta(days=30)):
        cancel_erasure(request_erasure(going, by=going), by=going)
    with acting_at(timezone.now() - timedelta(days=2)):
        request_erasure(going, by=going)
    gone = make_user("leaver@mailbox.example", "Somebody Who Left", time_zone="Europe/Lisbon")
    LearnerProfile.objects.create(user=gone, school="Universidade de Lisboa")
    with acting_at(timezone.now() - timedelta(days=LAST_WEEK)):
        carry_out(request_erasure(gone, by=admin, ground=Ground.WRITTEN, at_once=True))
