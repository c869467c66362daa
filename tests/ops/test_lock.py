"""The lock is complete, hashed and silent about hosts; and the check would notice if not."""

import shutil

import pytest

from script.local import checks, hosts, lock
from script.local.installation import ROOT


@pytest.fixture
def copy(tmp_path):
    for name in ["pyproject.toml", *lock.FILES]:
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def change(copy, name, before, after):
    text = (copy / name).read_text()
    assert before in text
    (copy / name).write_text(text.replace(before, after))


def test_the_lock_is_fresh():
    assert list(lock.faults(ROOT)) == []


def test_a_pin_that_moved_is_noticed(copy):
    change(copy, "pyproject.toml", "weasyprint==70.0", "weasyprint==71.0")

    assert any("weasyprint==71.0" in fault for fault in lock.faults(copy))


def test_a_new_dependency_is_noticed(copy):
    change(copy, "pyproject.toml", '"segno==1.6.6",', '"segno==1.6.6",\n  "stripe",')

    assert any("stripe" in fault for fault in lock.faults(copy))


def test_a_missing_dependency_of_a_dependency_is_noticed(copy):
    text = (copy / "requirements.txt").read_text()
    start = text.index("\nkombu") + 1
    end = next(i for i in range(start + 1, len(text)) if text[i - 1] == "\n" and text[i].isalpha())
    (copy / "requirements.txt").write_text(text[:start] + text[end:])

    assert "requirements.txt: celery needs kombu, which is missing" in lock.faults(copy)


def test_a_pin_without_a_hash_is_noticed(copy):
    (copy / "requirements.txt").write_text(
        (copy / "requirements.txt").read_text() + "\nextra==1.0\n"
    )

    assert "requirements.txt: extra has no hash" in lock.faults(copy)


def test_a_named_host_is_noticed(copy):
    text = "--index-url https://packages.example/\n" + (copy / "requirements.txt").read_text()
    (copy / "requirements.txt").write_text(text)

    assert "requirements.txt: names a host" in lock.faults(copy)


def test_no_tracked_file_names_a_registry():
    assert list(hosts.faults(ROOT)) == []


@pytest.mark.parametrize(
    ("template", "is_untrimmed"),
    [
        ("{% blocktranslate %}", True),
        ("{% blocktranslate count n=1 %}", True),
        ("{% blocktrans with a=b %}", True),
        ("{% blocktranslate trimmed %}", False),
        ("{% blocktranslate count n=1 trimmed %}", False),
        ("{% endblocktranslate %}", False),
        ("{% translate 'trimmed' %}", False),
    ],
)
def test_untrimmed_texts_are_found(template, is_untrimmed):
    assert bool(checks.UNTRIMMED.search(template)) == is_untrimmed
