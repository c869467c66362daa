"""Reports in confidence: to staff alone, and never to those whom they are about."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from audit.models import Event
from guides.models import Page
from outbox.models import Message as Mail
from tests.factories.accounts import LearnerFactory, StaffFactory
from tests.threads.conftest import say
from threads.actions.reports import (
    ReportMoved,
    close_report,
    file_report,
    note_report,
    take_report,
)
from threads.kinds import Concern
from threads.models import Report

pytestmark = pytest.mark.django_db
REPORT = reverse("threads:report")
WORDS = "The attending shouted at me in front of a family."
FACTS = {"concern": "mistreatment", "text": WORDS}
LIST = reverse("admin:threads_report_changelist")


def report_of(talking, **more):
    facts = {**FACTS, "no_mail": False, "application": talking.application, **more}
    return file_report(by=talking.learner, **facts)


def admin_page(report):
    return reverse("admin:threads_report_change", args=[report.pk])


@pytest.fixture
def office(client, dana):
    client.force_login(dana)
    return client


def test_she_files_it_from_a_conversation_and_sees_how_far_it_is(client, talking, dana):
    client.force_login(talking.learner)
    page = client.get(talking.url).text
    link = f"{REPORT}?about={talking.application.code}"
    assert link in page
    assert talking.application.listing.title in client.get(link).text

    answer = client.post(link, FACTS, follow=True)

    report = Report.objects.get()
    assert (report.application, report.listing) == (
        talking.application,
        talking.application.listing,
    )
    assert WORDS in answer.text
    assert ">New<" in answer.text
    take_report(report, by=dana)
    assert "In hand" in client.get(report.get_absolute_url()).text
    close_report(report, by=dana, text="Spoke with the site.")
    page = client.get(report.get_absolute_url()).text
    assert "Closed" in page
    assert "Spoke with the site." not in page


def test_nobody_else_finds_it_on_any_page(client, talking):
    say(talking.application, talking.learner)
    report = report_of(talking)
    pages = ["/inbox/", "/learners/", "/messages/", talking.url, "/privacy/who-looked/",
             f"/requests/{talking.application.code}/", REPORT]  # fmt: skip

    for person in (talking.host, talking.delegate):
        client.force_login(person)
        for page in pages:
            text = client.get(page).text
            assert report.code not in text, page
            assert "shouted" not in text, page
        assert client.get(report.get_absolute_url()).status_code == 404
    client.force_login(LearnerFactory().user)
    assert client.get(report.get_absolute_url()).status_code == 404
    readers = {talking.host.email, talking.delegate.email}
    assert not Mail.objects.filter(recipient__in=readers, template__contains="report").exists()


def test_mails_say_that_it_is_there_and_not_what(talking, settings):
    report_of(talking)

    mails = list(Mail.objects.filter(template__startswith="threads/report"))
    assert {mail.recipient for mail in mails} == {
        settings.PORTAL["email"],
        talking.learner.email,
    }
    said = "".join(mail.subject + mail.body for mail in mails)
    assert "shouted" not in said
    assert talking.preceptor.user.name not in said
    assert talking.application.listing.title not in said


def test_who_wants_no_mail_gets_none(talking, dana):
    report = report_of(talking, no_mail=True)
    take_report(report, by=dana)
    close_report(report, by=dana, text="Done.")

    assert not Mail.objects.filter(recipient=talking.learner.email).exists()


def test_words_stay_when_something_is_missing(client, talking):
    client.force_login(talking.learner)

    page = client.post(REPORT, {"text": WORDS})

    assert page.status_code == 422
    assert WORDS in page.text
    assert not Report.objects.exists()


def test_the_eleventh_in_a_day_waits(client, talking):
    client.force_login(talking.learner)
    for _ in range(10):
        client.post(REPORT, FACTS)

    page = client.post(REPORT, FACTS)

    assert page.status_code == 429
    assert WORDS in page.text
    assert Report.objects.count() == 10


def test_a_rotation_that_is_not_hers_is_not_named(client, talking):
    client.force_login(LearnerFactory().user)
    link = f"{REPORT}?about={talking.application.code}"

    assert talking.application.listing.title not in client.get(link).text
    client.post(link, FACTS)
    assert Report.objects.get().application is None


def test_the_queue_takes_notes_and_closes(office, talking, dana):
    report = report_of(talking)
    assert "New" in office.get(LIST).text

    def act(name, **more):
        facts = {"action": name, "_selected_action": [report.pk], **more}
        return office.post(LIST, facts, follow=True)

    assert "Take it in hand first." in act("close", asked="1", text="Too early").text
    act("take")
    assert "staff alone read it" in act("note").text
    act("note", asked="1", text="Called her.")
    act("close", asked="1", text="Settled.")

    report.refresh_from_db()
    assert report.state == "closed"
    assert report.taken_by == report.closed_by == dana
    page = office.get(admin_page(report)).text
    assert "Called her." in page
    assert "Settled." in page
    assert "shouted" in page
    verbs = list(Event.objects.filter(verb__startswith="report.").values_list("verb", flat=True))
    assert verbs == ["report.filed", "report.taken", "report.noted", "report.noted",
                     "report.closed", "report.read"]  # fmt: skip


def test_staff_without_the_right_do_not_see_it(client, talking, second_factor):
    report = report_of(talking)
    clerk = second_factor(StaffFactory(is_superuser=False))
    clerk.user_permissions.add(Permission.objects.get(codename="view_thread"))
    client.force_login(clerk)

    assert client.get(LIST).status_code == 403
    assert client.get(admin_page(report)).status_code == 403


def test_what_is_about_staff_goes_past_them(office, talking, dana, staff_client):
    admin = StaffFactory()
    report = report_of(talking, concern=Concern.STAFF)

    assert admin_page(report) not in office.get(LIST).text
    assert office.get(admin_page(report)).status_code == 302
    events = office.get(reverse("admin:audit_event_changelist")).text
    assert "report.filed" not in events
    assert admin_page(report) in staff_client.get(LIST).text
    mails = Mail.objects.filter(template__contains="report")
    assert admin.email in {mail.recipient for mail in mails}
    assert dana.email not in {mail.recipient for mail in mails}
    assert talking.learner.email not in {mail.recipient for mail in mails}
    assert "report" not in "".join(mail.subject.lower() for mail in mails)


def test_the_day_begins_with_who_waits(office, talking):
    say(talking.application, talking.learner, asks_staff=True)
    report_of(talking)
    report_of(talking, concern=Concern.STAFF)

    page = office.get(reverse("admin:index")).text

    assert "<b>1</b> conversation waits for a coordinator" in page
    assert "<b>1</b> new report in confidence" in page


def test_moved_reports_refuse(talking, dana):
    report = report_of(talking)
    take_report(report, by=dana)

    with pytest.raises(ReportMoved):
        take_report(report, by=dana)
    close_report(report, by=dana, text="Done.")
    with pytest.raises(ReportMoved):
        close_report(report, by=dana, text="Done.")
    note_report(report, by=dana, text="She called again.")
    assert report.notes.count() == 2


def test_what_to_do_at_once_stands_beside(client, talking):
    Page.objects.create(slug="urgent-help", title="If it is urgent", body="Call **911**.")
    client.force_login(talking.learner)

    assert "<strong>911</strong>" in client.get(REPORT).text


def test_the_admin_shows_a_conversation_and_says_that_staff_looked(office, talking, dana):
    thread = say(talking.application, talking.learner, "Words for the log").thread

    page = office.get(reverse("admin:threads_thread_change", args=[thread.pk]))

    assert "Words for the log" in page.text
    assert Event.objects.filter(verb="thread.read", by=dana).exists()
    assert thread.messages.filter(kind="joined", author=dana).exists()
