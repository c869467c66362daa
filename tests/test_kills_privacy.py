"""A worker that is killed in a night of deletions, or while it makes a copy, leaves nothing half."""

import os
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Document
from clocks.models import Due
from clocks.tasks import tick
from outbox.models import Message
from privacy.models import Export, FileToDelete, RetentionRun
from privacy.tasks import delete_files, make_exports, plan_night
from rotations.models import Question
from tests.factories.accounts import DocumentFactory, DocumentTypeFactory, UserFactory
from tests.factories.privacy import ExportFactory
from tests.factories.rotations import QuestionFactory
from tests.machines import forget_broker, kill, wait_for, worker

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture(autouse=True)
def _empty_broker():
    forget_broker()


@contextmanager
def held(row):
    """Nobody else changes this row meanwhile."""
    with transaction.atomic():
        type(row).objects.select_for_update().get(pk=row.pk)
        yield


def somebody_waits():
    """A worker stands before a row that is held."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_stat_clear_snapshot()"
        )  # a transaction would see the first answer
        cursor.execute(
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and wait_event_type = 'Lock'"
        )
        return cursor.fetchone()[0]


def long_ago(row, **moments):
    ago = {name: timezone.now() - timedelta(days=days) for name, days in moments.items()}
    type(row)._default_manager.filter(pk=row.pk).update(**ago)
    return row


def test_a_night_that_is_killed_is_done_once(smtp):
    kind = DocumentTypeFactory(slug="tb", is_health=True)
    papers = [
        long_ago(DocumentFactory(owner=UserFactory(), type=kind), uploaded_at=200) for _n in "abc"
    ]
    question = long_ago(QuestionFactory(), asked_at=400)
    plan_night()
    Due.objects.update(at=timezone.now())

    with worker(smtp_port=smtp.port) as first, held(question):
        tick()
        wait_for(somebody_waits)  # the papers are deleted by now, and not committed
        kill(first)

    assert Document.objects.count() == len(papers)
    assert Question.objects.count() == 1
    assert not RetentionRun.objects.exists()
    with worker(smtp_port=smtp.port):
        tick()
        wait_for(lambda: RetentionRun.objects.exclude(finished_at=None).exists() or tick())

    run = RetentionRun.objects.get()
    assert (run.counts, run.failed) == ({"health_unused": 3, "questions": 1}, [])
    assert not Document.objects.exists()
    assert not Question.objects.exists()


def test_a_copy_whose_maker_is_killed_is_made_once(smtp):
    export = ExportFactory()
    document = DocumentFactory(owner=export.owner)
    path, before = Path(document.file.path), copies()
    path.unlink()
    os.mkfifo(path)

    with worker(smtp_port=smtp.port) as first:
        make_exports()
        paper = wait_for(lambda: writer_of(path))  # the worker opened it to read
        with held(export):
            os.write(paper, b"a paper")
            os.close(paper)
            wait_for(somebody_waits)  # the copy is stored by now, and its row is not
            kill(first)
    export.refresh_from_db()
    assert (export.tries, export.ready_at, export.file.name) == (1, None, "")
    assert len(copies() - before) == 1

    path.unlink()
    path.write_bytes(b"a paper")
    with worker(smtp_port=smtp.port):
        make_exports()
        wait_for(lambda: Export.objects.filter(ready_at__isnull=False).exists())
        FileToDelete.objects.update(at=timezone.now())  # a name that leads to no row, in a while
        delete_files()
        wait_for(lambda: not FileToDelete.objects.exists())

    export.refresh_from_db()
    assert export.tries == 2
    assert copies() - before == {Path(export.file.path)}
    assert Message.objects.filter(template="privacy/export_ready").count() == 1


def writer_of(path):
    try:
        return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None  # nobody reads yet


def copies():
    return set(Path(storages["private"].path("exports")).glob("*"))
