"""Production starts with secrets of its own, and says all at once what it lacks."""

import os
import string
import subprocess
import sys

import pytest

from script.local import installation
from script.local.checks import PRODUCTION

SHOW = """
from django.conf import settings as s
print(s.DEBUG, s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SECURE_HSTS_SECONDS, s.TRUSTED_PROXIES)
"""


def start(**changes: str | None) -> subprocess.CompletedProcess[str]:
    wanted = {**PRODUCTION, **changes}
    environment = {name: value for name, value in wanted.items() if value is not None}
    return subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=installation.ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_with_secrets_of_its_own():
    started = start()

    assert started.stdout.split() == [
        "False",
        "__Host-session",
        "__Host-csrf",
        str(365 * 24 * 3600),
        "[]",
    ], started.stderr


def test_production_believes_the_proxies_that_are_named():
    assert "127.0.0.1/32" in start(TRUSTED_PROXIES="127.0.0.1, 10.1.0.0/16").stdout


def test_production_names_everything_that_is_missing():
    names = [name for name in PRODUCTION if name != "DJANGO_SETTINGS_MODULE"]

    refused = start(**dict.fromkeys(names))

    assert refused.returncode
    assert {
        name for name in names if f"  {name}: Environment variable not set." in refused.stderr
    } == {*names}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "development-only-" + "x" * 50),
        ("SECRET_KEY", "django-insecure-" + string.ascii_letters),
        ("SECRET_KEY", "a" * 64),
        ("SECRET_KEY", "short"),
        ("CERTIFICATE_KEY", "ZGV2ZWxvcG1lbnQtb25seS1kby1ub3QtZGVwbG95ISE="),
        ("CERTIFICATE_KEY", "A" * 43 + "="),
        ("CERTIFICATE_KEY", "not base64"),
        ("FIELD_KEYS", "ZGV2ZWxvcG1lbnQtb25seS1kby1ub3QtZGVwbG95ISE="),
        ("FIELD_KEYS", ""),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", ""),
        ("SITE_URL", ""),
        ("DATABASE_URL", "nonsense"),
        ("EMAIL_URL", "smtp+tls://mail.example"),
        ("TRUSTED_PROXIES", "many"),
        ("CLAMAV_SOCKET", "clamd.local"),
        ("CLAMAV_SOCKET", "tcp://clamav"),
        ("PRIVATE_STORAGE_URL", "https://bucket.example/papers"),
        ("PRIVATE_STORAGE_URL", "s3://AKEY:hush@s3.mine.example"),
        ("TRUSTED_PROXIES", "1"),
        ("TRUSTED_PROXIES", "10.1.2.3/16"),
    ],
)
def test_production_refuses_what_cannot_be_meant(name, value):
    refused = start(**{name: value})

    assert refused.returncode
    assert f"  {name}: " in refused.stderr
    assert len(value) < 5 or value not in refused.stderr


def test_development_secrets_are_refused_in_production():
    shown = subprocess.run(
        [
            sys.executable,
            "-c",
            "from django.conf import settings as s; print(s.SECRET_KEY, s.CERTIFICATE_KEY)",
        ],
        cwd=installation.ROOT,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings.dev"},
        capture_output=True,
        text=True,
        check=True,
    )
    secret, key = shown.stdout.split()

    refused = start(SECRET_KEY=secret, CERTIFICATE_KEY=key, FIELD_KEYS=key)

    for name in ("SECRET_KEY", "CERTIFICATE_KEY", "FIELD_KEYS"):
        assert f"  {name}: Must be" in refused.stderr
