"""The check that docs/certificates.md shows, run as it stands there."""

import json
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.urls import reverse

from letters.signing import envelope, sign
from tests.factories.letters import IssuedDocumentFactory

PAGE = settings.BASE_DIR / "docs" / "certificates.md"

pytestmark = pytest.mark.django_db


def snippet() -> str:
    [code] = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    return code


@pytest.fixture
def folder(client, tmp_path):
    """What a stranger saves: the attached file and our keys."""
    facts = {**IssuedDocumentFactory().facts, "name": "Nguyễn Żółkiewski"}
    signed = envelope(facts, sign(facts))
    (tmp_path / "certificate.json").write_bytes(signed)
    keys = client.get(reverse("letters:certificate_keys")).content
    (tmp_path / "certificate-keys.json").write_bytes(keys)
    return tmp_path


def check(folder):
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-c", snippet()],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_a_genuine_one_passes(folder):
    done = check(folder)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Genuine: Nguyễn Żółkiewski 20")


def test_a_flipped_byte_fails(folder):
    file = folder / "certificate.json"
    file.write_bytes(file.read_bytes().replace(b'"hours": "160"', b'"hours": "161"'))

    done = check(folder)

    assert done.returncode != 0
    assert "InvalidSignature" in done.stderr


def test_a_key_that_is_not_ours_fails(folder):
    (folder / "certificate-keys.json").write_text(json.dumps({"keys": []}))

    done = check(folder)

    assert done.returncode != 0
    assert "not among those" in done.stderr
