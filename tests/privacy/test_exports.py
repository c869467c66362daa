"""A copy of everything: asked for with the password, made by a worker, hers alone, for a week."""

import csv
import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from clocks.models import Due
from outbox.models import Message
from placements.models import Application
from privacy.actions.exports import attach, request_export
from privacy.archive import cell, sheet
from privacy.models import Export, FileToDelete
from privacy.models.copy import MOST_TRIES
from privacy.tasks import delete_file, delete_files, end_export, make_export
from tests.factories.accounts import LearnerFactory
from tests.factories.placements import ApplicationFactory
from tests.factories.privacy import ExportFactory
from tests.privacy import lives
from tests.privacy.test_erasure_scan import files_in

pytestmark = pytest.mark.django_db
HOME, ASK = reverse("privacy:home"), reverse("privacy:ask_copy")


def copy_of(person):
    export = request_export(person, by=person)
    make_export(export.pk)
    export.refresh_from_db()
    with export.file.open("rb") as file:
        return export, zipfile.ZipFile(io.BytesIO(file.read()))


def test_it_holds_everything_that_is_hers():
    person = lives.learner()
    _export, archive = copy_of(person)

    names = archive.namelist()
    data = json.loads(archive.read("your-data.json"))
    text = archive.read("your-data.json").decode()
    for word in ("Zyxwina Quibberly", "zyx@quibberly.example", "98765432", "Plimsoll College",
                 "Zyxwina wants to learn.", "Zyxwina listens well.", "203.0.113.77",
                 "quibberly-tb.pdf", "Not this time, Zyxwina."):  # fmt: skip
        assert word in text, word
    assert {"README.txt", "your-data.json", "lists/documents.csv", "lists/mails.csv"} <= {*names}
    assert len([name for name in names if name.startswith("files/documents/")]) == 4
    assert any(name.startswith("files/letter-requests/") for name in names)
    assert all(row["file"] in names for row in data["documents"])
    assert [row["document"] for row in data["who_read_your_documents"]] == ["CV"]


def test_it_holds_no_secrets_and_nothing_of_others():
    person, other = lives.learner(), lives.preceptor()
    _export, archive = copy_of(person)

    text = "".join(archive.read(name).decode("utf-8", "ignore") for name in archive.namelist())
    for word in lives.PRECEPTOR_WORDS:
        assert word not in text
    assert other.email not in text
    assert person.password not in text
    assert not re.search(r"scrypt\$|session_key|would_support_letter", text.split("Left out")[0])
    secret = Message.objects.filter(user=person, secret=True).first()
    assert secret is None or secret.body not in text


def test_ranked_dates_are_in_it_as_dates():
    asked = ApplicationFactory()
    Application.objects.filter(pk=asked.pk).update(starts=[asked.start_on])
    _export, archive = copy_of(asked.learner)

    (row,) = json.loads(archive.read("your-data.json"))["applications"]
    assert row["starts"] == [f"{asked.start_on}"]


def test_a_preceptors_copy_names_no_learner():
    person = lives.preceptor()
    learner = person.preceptor_profile.placements.get().learner
    _export, archive = copy_of(person)

    lists = json.loads(archive.read("your-data.json"))
    about_others = [lists[name] for name in ("rotations_supervised", "evaluations_written",
                                             "letters_asked_of_you", "listings")]  # fmt: skip
    assert all(about_others)
    assert learner.name not in json.dumps(about_others)
    assert lists["preceptor_profile"][0]["npi"] == "1234567893"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start):
    assert cell(f"{start}1+1") == f"'{start}1+1"


def test_sheets_are_what_excel_reads():
    content = sheet([{"name": "Nguyễn, “Châu”\nsecond line", "n": -5, "x": "=HYPERLINK()"}])

    assert content.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in content
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert row == {"name": "Nguyễn, “Châu”\nsecond line", "n": "-5", "x": "'=HYPERLINK()"}


def test_a_lost_file_is_said_and_the_rest_is_there(private):
    person = lives.learner()
    for file in files_in(private / "documents"):
        file.unlink()

    _export, archive = copy_of(person)

    assert archive.read("missing-files.txt").decode().count("files/documents/") == 4
    assert "your-data.json" in archive.namelist()


def test_the_owner_is_told_and_told_whom_to_suspect():
    person = lives.learner()
    export, _archive = copy_of(person)

    mail = Message.objects.get(template="privacy/export_ready")
    assert mail.user == person
    assert export.get_absolute_url() in mail.body
    assert "If you did not ask for this" in mail.body


def test_the_password_is_asked_again(hers, amara):
    export = ExportFactory(owner=amara, ready=True)
    for address in (ASK, export.get_absolute_url()):
        assert hers.get(address).url.startswith("/accounts/reauthenticate/")
    assert hers.post(ASK).url.startswith("/accounts/reauthenticate/")
    assert Export.objects.count() == 1


def test_five_minutes_later_it_is_asked_once_more(confirmed):
    assert confirmed.get(ASK).status_code == 200

    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        assert confirmed.get(ASK).url.startswith("/accounts/reauthenticate/")


def test_asked_on_the_page_and_fetched(confirmed, amara):
    assert confirmed.post(ASK).url == HOME
    export = Export.objects.get()
    assert "In the making" in confirmed.get(HOME).text
    assert confirmed.get(export.get_absolute_url()).url == HOME

    make_export(export.pk)

    answer = confirmed.get(export.get_absolute_url())
    content = b"".join(answer)
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
    assert answer["Content-Disposition"].startswith("attachment")
    assert (answer["Cache-Control"], answer["X-Content-Type-Options"]) == (
        "no-store, private",
        "nosniff",
    )
    assert Event.objects.filter(verb="privacy.copy_taken", by=amara).exclude(address=None).exists()
    assert "made within the hour" in confirmed.post(ASK, follow=True).text


def test_nobody_else_gets_it(client, amara, staff_client):
    export = ExportFactory(owner=amara, ready=True)
    client.force_login(LearnerFactory().user)

    for somebody in (client, staff_client):
        assert somebody.get(export.get_absolute_url()).status_code == 404


def test_asked_twice_it_is_made_once(amara):
    first, second = (request_export(amara, by=amara) for _ in range(2))

    assert first == second
    make_export(first.pk)
    make_export(first.pk)
    assert Message.objects.filter(template="privacy/export_ready").count() == 1
    assert request_export(amara, by=amara) == first
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        assert request_export(amara, by=amara) != first


def test_a_worker_that_comes_second_leaves_no_file(amara, private):
    export = request_export(amara, by=amara)

    for _ in range(2):
        attach(export, io.BytesIO(b"PK"))

    delete_files()
    for row in FileToDelete.objects.all():
        assert row.at <= timezone.now()
        row.delete()
    export.refresh_from_db()
    assert export.file.name in {str(path.relative_to(private)) for path in files_in(private)}


def test_it_is_deleted_after_a_week(confirmed, amara, private):
    export, _archive = copy_of(amara)
    due = Due.objects.get(kind="privacy.export_expiry")
    end_export(due.pk)
    assert len(files_in(private)) == 1

    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1), tick=False):
        assert export.state == "expired"
        end_export(due.pk)
        for row in FileToDelete.objects.all():
            delete_file(row.pk)

    assert files_in(private) == []
    assert confirmed.get(export.get_absolute_url()).url == HOME
    assert "Its week is over" in confirmed.get(HOME).text


def test_what_fails_five_times_is_given_up_and_said(amara, monkeypatch):
    export = request_export(amara, by=amara)
    Export.objects.update(tries=MOST_TRIES)

    make_export(export.pk)

    export.refresh_from_db()
    assert export.state == "failed"
    assert Message.objects.get(template="privacy/export_failed").user == amara
