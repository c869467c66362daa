"""What becomes of conversations and reports: copied, forgotten, merged, and gone after their term."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.actions import merge_accounts
from outbox.models import Message as Mail
from placements.states import PlacementStatus, Status
from privacy.actions.erasures import carry_out, request_erasure
from privacy.actions.retention import delete_what_is_due
from privacy.models import FileToDelete
from privacy.queries.copies import files_of, lists_of
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.factories.placements import ApplicationFactory, PlacementFactory
from tests.threads.conftest import say
from tests.threads.test_attachments import PDF
from threads.actions.messages import mark_read
from threads.actions.notices import choose_mails, tell
from threads.actions.reports import close_report, file_report, take_report
from threads.models import Attachment, Mark, Message, Notice, Report, ReportNote, Thread

pytestmark = pytest.mark.django_db


def over(days):
    """A rotation that ended so many days ago, with a message of each side and a file."""
    now = timezone.now()
    placement = PlacementFactory(status=PlacementStatus.ACTIVE)
    application = placement.application
    say(application, placement.learner, "From Zyxwina", files=[PDF])
    say(application, placement.preceptor.user, "Dear Zyxwina")
    type(placement).objects.filter(pk=placement.pk).update(
        status=PlacementStatus.COMPLETED,
        start_on=placement.start_on - timedelta(days=days),
        end_on=now.date() - timedelta(days=days),
        ended_at=now - timedelta(days=days),
    )
    placement.refresh_from_db()
    return placement


def test_a_copy_holds_what_she_wrote_and_reported(talking):
    say(talking.application, talking.learner, "My words", files=[PDF])
    say(talking.application, talking.host, "Not hers")
    file_report(by=talking.learner, concern="other", text="My report", no_mail=True)

    lists = lists_of(talking.learner)

    assert [row["text"] for row in lists["messages_you_wrote"]] == ["My words"]
    assert [row["name"] for row in lists["files_you_sent"]] == ["letter.pdf"]
    assert [row["text"] for row in lists["reports"]] == ["My report"]
    assert "Not hers" not in str(lists)
    assert any(place.startswith("files/messages/") for place, _file in files_of(talking.learner))
    assert lists_of(talking.host)["reports"] == []


def test_erased_nothing_that_she_wrote_or_was_written_is_left():
    placement = over(days=1)
    file_report(by=placement.learner, concern="safety", text="A needle", no_mail=True)
    for notice in Notice.objects.all():
        tell(notice, due=notice.pk)
    assert Mail.objects.filter(template="threads/message_new").exists()

    assert carry_out(request_erasure(placement.learner, by=StaffFactory(), at_once=True))

    assert set(Message.objects.values_list("text", flat=True)) == {""}
    assert not Attachment.objects.exists()
    assert FileToDelete.objects.filter(name__startswith="attachments/").exists()
    assert Report.objects.get().text == "A needle"
    assert Mark.objects.filter(person=placement.learner).count() == 0


def test_a_preceptor_s_name_leaves_what_was_written_to_her(talking):
    say(talking.application, talking.learner, "Dear Helen O'Castellano, thank you.")
    say(talking.application, talking.host, "You are welcome.")
    type(talking.application).objects.filter(pk=talking.application.pk).update(
        status=Status.WITHDRAWN, ended_at=timezone.now()
    )

    assert carry_out(request_erasure(talking.host, by=StaffFactory(), at_once=True))

    first, second = Message.objects.order_by("pk")
    assert first.text == "Dear [name removed], thank you."
    assert second.text == ""


@pytest.mark.parametrize(("days", "left"), [(3 * 365 - 2, 2), (3 * 365 + 2, 0)])
def test_messages_go_three_years_after_the_end(days, left):
    over(days)

    delete_what_is_due(timezone.localdate())

    assert Message.objects.count() == left
    assert Thread.objects.count() == bool(left)
    files = FileToDelete.objects.filter(name__startswith="attachments/")
    assert files.exists() is (not left)


def test_an_application_takes_its_conversation_along():
    application = ApplicationFactory(status=Status.DECLINED)
    say(application, application.learner, files=[PDF])
    report = file_report(
        by=application.learner, concern="other", text="Words", no_mail=True, application=application
    )
    type(application).objects.update(ended_at=timezone.now() - timedelta(days=3 * 365 + 2))

    delete_what_is_due(timezone.localdate())

    assert not type(application).objects.exists()
    assert not Thread.objects.exists()
    report.refresh_from_db()
    assert report.application is None
    assert report.listing is not None


@pytest.mark.parametrize(("days", "left"), [(7 * 365, 1), (7 * 365 + 4, 0)])
def test_reports_go_seven_years_after_they_were_closed(days, left, dana):
    report = file_report(by=LearnerFactory().user, concern="other", text="Words", no_mail=True)
    take_report(report, by=dana)
    close_report(report, by=dana, text="Done.")
    Report.objects.update(closed_at=timezone.now() - timedelta(days=days))
    still_open = file_report(by=report.reporter, concern="other", text="Open", no_mail=True)
    Report.objects.filter(pk=still_open.pk).update(
        filed_at=timezone.now() - timedelta(days=9 * 365)
    )

    delete_what_is_due(timezone.localdate())

    assert Report.objects.count() == left + 1
    assert ReportNote.objects.count() == left


def test_two_accounts_become_one_in_conversations(talking, dana):
    kept = LearnerFactory().user
    admin = StaffFactory()
    message = say(talking.application, talking.learner, "Mine", files=[PDF])
    later = say(talking.application, talking.host)
    report = file_report(by=talking.learner, concern="other", text="Words", no_mail=True)
    choose_mails(talking.learner, wanted=False, by=talking.learner)
    mark_read(message.thread, by=talking.learner, read_to=later.pk)
    mark_read(message.thread, by=kept, read_to=message.pk)

    merge_accounts(kept, talking.learner, by=admin)

    message.refresh_from_db()
    report.refresh_from_db()
    assert message.author == report.reporter == message.attachments.get().owner == kept
    assert Mark.objects.get().read_to == later.pk
    assert not Notice.objects.filter(person=talking.learner).exists()
