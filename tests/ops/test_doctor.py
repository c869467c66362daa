"""``manage.py doctor`` names what is wrong, says what helps, and ends accordingly."""

import base64
import subprocess
import sys
import time
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db.migrations.recorder import MigrationRecorder

from accounts.models import User
from config.celery import HEARTBEAT
from config.doctor import NEEDING_NOBODY, NEEDING_THE_DATABASE, look_at
from script.local.installation import ROOT
from tests.conftest import free_port
from tests.factories.accounts import UserFactory
from tests.factories.rotations import SiteFactory
from tests.machines import environment, worker


def examine():
    """What it wrote, by part, and what it ended with."""
    out, end = StringIO(), ""
    try:
        call_command("doctor", stdout=out)
    except CommandError as fault:
        end = str(fault)
    said, part = {}, ""
    for line in out.getvalue().splitlines():
        if not line.startswith("      "):
            part = line[6:]
        said[part] = f"{said.get(part, '')}\n{line}".strip()
    return said, end


def look(name):
    """How one part is found."""
    (part,) = (part for part in (*NEEDING_NOBODY, *NEEDING_THE_DATABASE) if part.name == name)
    finding = look_at(part)
    return f"{finding.mark} {finding.words}"


@pytest.mark.django_db
def test_a_portal_without_a_worker_is_not_well():
    said, end = examine()

    assert "Workers" in end
    assert "No worker answers for the queues: default, mail, pdf." in said["Workers"]
    assert "Start the processes worker and pdf." in said["Workers"]
    assert said["Database"] == "ok    Database"
    assert said["Migrations"] == "ok    Migrations"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "value", "part", "words"),
    [
        ("CLAMAV_SOCKET", "", "Virus scanner", "files are marked as unscanned"),
        ("CLAMAV_SOCKET", "/nowhere/clamd.ctl", "Virus scanner", "BAD"),
        ("REDIS_URL", "redis://127.0.0.1:1/0", "Redis", "BAD"),
        ("EMAIL_BACKEND", "django.core.mail.backends.dummy.EmailBackend", "Mail server", "no mail"),
        ("TIME_ZONE", "Mars/Olympus", "Time zones", "BAD"),
        ("CERTIFICATE_KEY", "nonsense", "Key of certificates", "BAD"),
    ],
)
def test_a_setting_that_is_wrong_is_told(settings, name, value, part, words):
    setattr(settings, name, value)

    assert words in look(part)


@pytest.mark.django_db
def test_a_mail_server_that_does_not_answer_is_told(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()

    assert "BAD ConnectionRefusedError" in look("Mail server")


@pytest.mark.django_db
def test_a_mail_server_that_answers_gets_no_mail(settings, smtp):
    assert look("Mail server") == "ok "
    assert not smtp.mails


@pytest.mark.django_db
def test_a_migration_that_is_missing_is_told():
    MigrationRecorder.Migration.objects.filter(app="placements").latest("id").delete()

    assert "1 migrations are not applied" in look("Migrations")


@pytest.mark.django_db
def test_a_key_that_is_lost_is_told(settings):
    Authenticator.objects.create(
        user=UserFactory(), type=Authenticator.Type.TOTP, data={"secret": encrypt("secret")}
    )
    settings.FIELD_KEYS = [base64.urlsafe_b64encode(b"x" * 32).decode()]

    assert "not in FIELD_KEYS" in look("Keys of second factors")


@pytest.mark.django_db
def test_a_site_in_a_zone_that_nobody_knows_is_told():
    site = SiteFactory()
    type(site).objects.filter(pk=site.pk).update(time_zone="America/Atlantis")

    assert "America/Atlantis" in look("Time zones")


def test_without_a_database_the_rest_is_looked_at_all_the_same():
    away = {**environment(free_port()), "DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}

    done = subprocess.run(
        [sys.executable, "manage.py", "doctor"],
        cwd=ROOT,
        env=away,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert "BAD   Database" in done.stdout
    assert "Redis" in done.stdout
    assert "Migrations" not in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_portal_with_everything_running_is_well(smtp, settings):
    settings.DEBUG = True  # of the settings for the tests, not all are fit for a portal
    call_command("reference", verbosity=0)
    User.objects.create_superuser("root@example.com", "a password nobody knows")

    with worker(smtp_port=smtp.port):
        for _try in range(20):
            cache.set(HEARTBEAT, time.time(), timeout=None)
            said, end = examine()
            if not end:
                break
            time.sleep(1)

    assert end == "", said
    assert said["Workers"] == "ok    Workers"
