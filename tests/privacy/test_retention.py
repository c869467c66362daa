"""What has been kept for long enough goes, is counted, and nothing else goes."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db import DatabaseError
from django.utils import timezone

from accounts.models import AddressChange, Document, User
from audit.models import Event
from clocks.models import Due
from clocks.tasks import tick  # noqa: F401  its timers are what runs here
from letters.models import IssuedDocument, LetterRequest
from letters.states import LetterStatus
from outbox.models import Message
from placements.models import Application, ApplicationDocument, Placement
from placements.states import PlacementStatus, Status
from privacy.actions import retention
from privacy.actions.retention import delete_what_is_due, what_is_due
from privacy.models import FileToDelete, RetentionRun, RetentionTerm
from privacy.tasks import clear, delete_file, plan_night
from privacy.terms import SHIPPED, Term
from tests.factories.accounts import DocumentFactory, DocumentTypeFactory, LearnerFactory
from tests.factories.letters import IssuedDocumentFactory, LetterRequestFactory
from tests.factories.placements import (
    ApplicationFactory,
    EvaluationFactory,
    HoursEntryFactory,
    PlacementFactory,
)
from tests.factories.rotations import QuestionFactory
from tests.frame.signing import sign_up
from tests.privacy.test_erasure_scan import files_in

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def ago(days):
    return timezone.now() - timedelta(days=days, minutes=1)


def set_on(row, **values):
    """Past the fields that set themselves."""
    type(row)._default_manager.filter(pk=row.pk).update(**values)


def paper(owner, *, slug="tb", uploaded=0, **kind):
    kind = kind or {"is_health": True}
    found = DocumentFactory(owner=owner, type=DocumentTypeFactory(slug=slug, name=slug, **kind))
    set_on(found, uploaded_at=ago(uploaded))
    return found


def placement_of(owner, *, ended, status=PlacementStatus.COMPLETED, papers=()):
    placement = PlacementFactory(learner=owner, status=status)
    last = TODAY() - timedelta(days=ended)
    set_on(
        placement, start_on=last - timedelta(days=25), end_on=last,
        ended_at=None if status in {"active", "wrap_up"} else ago(ended),
    )  # fmt: skip
    for one in papers:
        ApplicationDocument.objects.create(application=placement.application, document=one)
    placement.refresh_from_db()
    return placement


def night():
    while delete_what_is_due(TODAY()):
        pass
    return RetentionRun.objects.get().counts


@pytest.fixture
def amara():
    return LearnerFactory().user


@pytest.mark.parametrize(("ended", "gone"), [(90, False), (91, True)])
def test_health_records_go_ninety_days_after_the_rotation(amara, private, ended, gone):
    used = paper(amara, uploaded=400)
    placement_of(amara, ended=ended, papers=[used])

    counts = night()

    assert Document.objects.exists() is not gone
    assert counts == ({"health_used": 1} if gone else {})
    for row in FileToDelete.objects.all():
        delete_file(row.pk)
    assert bool(files_in(private)) is not gone


@pytest.mark.parametrize(("uploaded", "gone"), [(179, False), (180, True)])
def test_health_records_never_used_go_after_half_a_year(amara, uploaded, gone):
    paper(amara, uploaded=uploaded)

    assert night() == ({"health_unused": 1} if gone else {})


@pytest.mark.parametrize("slug", ["passport", "visa"])
def test_passports_go_after_the_rotation(amara, slug):
    one = paper(amara, slug=slug, is_identity=True, uploaded=30)
    placement_of(amara, ended=91, papers=[one])

    assert night() == {"identity": 1}


@pytest.mark.parametrize("status", [PlacementStatus.ACTIVE, PlacementStatus.WRAP_UP])
def test_papers_of_what_is_under_way_stay(amara, status):
    one, two = paper(amara, uploaded=400), paper(amara, slug="x", is_identity=True, uploaded=400)
    placement_of(amara, ended=200, papers=[one, two])
    placement_of(amara, ended=0, status=status, papers=[one, two])

    assert night() == {}


def test_papers_of_an_open_application_stay(amara):
    one = paper(amara, uploaded=400)
    application = ApplicationFactory(learner=amara, status=Status.UNDER_REVIEW)
    ApplicationDocument.objects.create(application=application, document=one)

    assert night() == {}


def test_papers_of_a_refused_application_go_as_if_never_used(amara):
    one = paper(amara, uploaded=181)
    application = ApplicationFactory(learner=amara, status=Status.DECLINED)
    ApplicationDocument.objects.create(application=application, document=one)

    assert night() == {"health_unused": 1}
    assert Application.objects.filter(pk=application.pk).exists()


def test_other_papers_stay(amara):
    paper(amara, slug="cv", is_health=False, uploaded=3000)

    assert night() == {}


def test_the_history_of_a_paper_forgets_what_it_was_called(amara):
    one = paper(amara, uploaded=181)

    night()

    states = Document.pgh_event_model.objects.filter(pgh_obj_id=one.pk)
    assert states.exists()
    assert not states.exclude(name="", sha256="", file="").exists()


@pytest.mark.parametrize(("ended", "gone"), [(3 * 365 - 1, False), (3 * 365, True)])
def test_applications_without_a_rotation_go_after_three_years(ended, gone):
    application = ApplicationFactory(status=Status.DECLINED)
    set_on(application, ended_at=ago(ended))

    assert night() == ({"applications": 1} if gone else {})
    assert Application.pgh_event_model.objects.exists() is not gone


def test_words_of_a_rotation_go_after_three_years_and_the_rotation_stays(amara):
    placement = placement_of(amara, ended=3 * 365 + 1)

    assert night() == {"statements": 1}
    placement.application.refresh_from_db()
    assert (placement.application.statement, placement.application.answers) == ("", {})
    assert not Application.pgh_event_model.objects.exclude(statement="").exists()


def test_a_rotation_goes_after_seven_years_with_all_that_hangs_on_it(amara, private):
    placement = placement_of(amara, ended=7 * 365 + 3)
    HoursEntryFactory(placement=placement, signed=True)
    EvaluationFactory(placement=placement, signed=True)
    second = IssuedDocumentFactory.build(placement=placement)
    second.save()
    IssuedDocumentFactory(placement=placement, replaced_by=second)
    LetterRequestFactory(placement=placement, status=LetterStatus.CONFIRMED)

    counts = night()

    assert counts["placements"] == 1
    for model in (Placement, Application, IssuedDocument, LetterRequest):
        assert not model.objects.exists()
        assert not model.pgh_event_model.objects.exists()


def test_what_was_written_for_a_letter_goes_after_sixty_days():
    letters = {
        days: LetterRequestFactory(status=LetterStatus.CONFIRMED, ended_at=ago(days))
        for days in (59, 60)
    }
    LetterRequest.objects.update(attested_at=None)

    assert night() == {"letters": 1}
    words = {days: LetterRequest.objects.get(pk=one.pk).message for days, one in letters.items()}
    assert words[59]
    assert not words[60]


def test_mails_lose_their_text_after_a_year_and_the_owed_ones_never():
    facts = {"template": "x", "recipient": "a@example.com", "subject": "S", "body": "B"}
    old = Message.objects.create(key="old", sent_at=ago(365), **facts)
    new = Message.objects.create(key="new", sent_at=ago(364), **facts)
    owed = Message.objects.create(key="owed", due_at=ago(900), **facts)

    assert night() == {"mails": 1}
    bodies = dict(Message.objects.values_list("pk", "body"))
    assert (bodies[old.pk], bodies[new.pk], bodies[owed.pk]) == ("", "B", "B")
    assert Message.objects.get(pk=old.pk).recipient == ""


def test_questions_go_after_a_year():
    set_on(QuestionFactory(), asked_at=ago(366))
    QuestionFactory()

    assert night() == {"questions": 1}


def test_the_record_goes_after_seven_years_and_not_before():
    for days in (7 * 365, 7 * 365 + 3):
        Event.objects.create(verb="test", subject="x", subject_id="1", at=ago(days))

    assert night()["record"] == 1
    assert Event.objects.filter(verb="test").count() == 1


def test_a_term_that_staff_changed_counts(amara):
    RetentionTerm.objects.create(key=Term.HEALTH_UNUSED, days=10, basis="Our lawyer")
    paper(amara, uploaded=11)

    assert night() == {"health_unused": 1}


def test_a_night_is_planned_once_and_goes_on_in_batches(amara, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    for number in range(5):
        paper(amara, slug=f"p{number}", uploaded=200)
    plan_night()
    plan_night()
    due = Due.objects.get(kind="privacy.retention")
    Due.objects.update(at=timezone.now())

    for _ in range(9):
        for pk in Due.objects.due().filter(kind="privacy.retention").values_list("pk", flat=True):
            clear(pk)
            clear(pk)

    run = RetentionRun.objects.get()
    assert run.counts == {"health_unused": 5}
    assert run.finished_at
    assert Due.objects.filter(kind="privacy.retention", done_at=None).count() == 0
    assert Due.objects.filter(kind="privacy.retention").count() == 4
    due.refresh_from_db()
    assert due.outcome == "2 deleted"


def test_a_batch_that_is_cut_off_is_done_once(amara, monkeypatch):
    """Deleting, counting and the mark that it is done are one transaction."""
    paper(amara, uploaded=200)
    plan_night()
    Due.objects.update(at=timezone.now())
    due = Due.objects.get()

    def cut_off(day):
        delete_what_is_due(day)
        raise ZeroDivisionError

    monkeypatch.setattr("privacy.tasks.delete_what_is_due", cut_off)

    with pytest.raises(ZeroDivisionError):
        clear(due.pk)
    assert Document.objects.count() == 1
    assert not RetentionRun.objects.exists()

    monkeypatch.undo()
    clear(due.pk)
    assert RetentionRun.objects.get().counts == {"health_unused": 1}


def test_a_kind_that_cannot_be_deleted_leaves_the_others_alone(amara, monkeypatch):
    paper(amara, uploaded=200)
    set_on(QuestionFactory(), asked_at=ago(366))

    def refuse(rows):
        raise DatabaseError("no")

    rules = [
        retention.Rule(rule.term, rule.due, refuse) if rule.term == Term.HEALTH_UNUSED else rule
        for rule in retention.RULES
    ]
    monkeypatch.setattr(retention, "RULES", rules)

    assert night() == {"questions": 1}
    assert RetentionRun.objects.get().failed == ["health_unused"]
    assert Document.objects.exists()


def test_a_dry_run_counts_and_deletes_nothing(amara, capsys):
    paper(amara, uploaded=200)

    call_command("retention", "--dry-run")

    said = capsys.readouterr().out
    assert "     1  Health records that were never used" in said
    assert Document.objects.exists()
    assert not RetentionRun.objects.exists()

    call_command("retention")
    assert "1 deleted." in capsys.readouterr().out
    assert not Document.objects.exists()


@pytest.mark.parametrize(("asked", "gone"), [(29, False), (30, True)])
def test_a_change_of_address_is_remembered_for_thirty_days(amara, asked, gone):
    AddressChange.objects.create(
        user=amara, old="a@example.com", new="b@example.com", key="k", asked_at=ago(asked)
    )

    night()

    assert AddressChange.objects.exists() is not gone


@pytest.mark.parametrize(
    ("joined", "verified", "gone"), [(29, False, False), (30, False, True), (300, True, False)]
)
def test_who_never_confirmed_an_address_is_forgotten(client, joined, verified, gone):
    sign_up(client, "nobody@example.com")
    stranger = User.objects.get(email="nobody@example.com")
    set_on(stranger, date_joined=ago(joined))
    EmailAddress.objects.filter(user=stranger).update(verified=verified)

    counts = night()

    stranger.refresh_from_db()
    assert counts == ({"unconfirmed": 1} if gone else {})
    assert stranger.is_active is not gone
    assert ("nobody@example.com" in str(User.objects.values())) is not gone
    assert EmailAddress.objects.filter(user=stranger).exists() is not gone
    assert night() == counts


def test_whom_staff_entered_waits_as_long_as_she_likes(amara):
    set_on(amara, date_joined=ago(3000))

    assert night() == {}


def test_each_term_has_a_rule_and_a_ground():
    ruled = {rule.term for rule in retention.RULES}

    assert set(Term) - ruled == {Term.ERASURE_GRACE}
    assert all(shipped.basis and shipped.days for shipped in SHIPPED.values())
    assert set(what_is_due()) == ruled
